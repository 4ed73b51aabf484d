"""The drop folder: somebody else's program leaves the files there, so there is nothing to fetch."""

from __future__ import annotations

from hub.contract import Inbox, Probe, SourceContext
from hub.readers.folder import probe_folder


class DropFolder:
    """Folders on this machine or a share; the engine watches them itself."""

    name = "folder"

    def __init__(self, folders: tuple[str, ...]) -> None:
        self._folders = folders

    def probe(self, ctx: SourceContext) -> tuple[Probe, ...]:
        return tuple(probe_folder(ctx.base_dir / folder)[0] for folder in self._folders)

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Nothing: the files are there."""
