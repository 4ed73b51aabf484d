"""Files from a clearinghouse's SFTP server: list, compare, fetch what is new, then (if the office wants) remove it there.

Whatever breaks, the next run lists again and goes on with the first file that is not here: a file is here whole or not at
all. Another program that fetches from the same account sees its files until `remove_after` is set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.clearinghouse.transports.sftp_connection import (
    Connection,
    Moving,
    Refused,
    RemoteFile,
    connect,
    offered_keys,
)
from connectors.clearinghouse.transports.sftp_settings import SftpSettings
from hub.contract import Inbox, Probe, SourceContext
from hub.errors import HubError, Unavailable
from hub.money import masked

LOG = logging.getLogger("hub.connectors.clearinghouse")
_NOT_FINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".lck")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Round:
    """What one run met: how many files were fetched, and one line for each that was not."""

    fetched: int = 0
    problems: list[str] = field(default_factory=list)


class Sftp:
    """Fetches from the folders of one account. `wants` says by the name whether the office wants a file at all."""

    name = "sftp"

    def __init__(self, own: SftpSettings, wants: Callable[[str], bool]) -> None:
        self._own = own
        self._wants = wants

    def probe(self, ctx: SourceContext) -> tuple[Probe, ...]:
        try:
            if not self._own.host_key:
                return (self._unpinned(),)
            with connect(self._own, ctx.base_dir) as far:
                signed_in = Probe(f"sign in to {self._own.host}", True, "the server has the key of host_key")
                return (signed_in, *(_folder_probe(far, folder) for folder in self._own.folders))
        except HubError as error:
            return (Probe(f"sftp {self._own.host}", False, error.message, "correct [source.settings.sftp], or ask the clearinghouse"),)

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Raises Unavailable at the end when single files or folders could not be had."""
        met = _Round()
        with connect(self._own, ctx.base_dir) as far:
            listed = self._list(far, met)
            fresh = [file for file in listed if not inbox.known(file.name, file.size, file.modified_at)]
            if self._own.remove_after:
                self._remove_known(far, set(listed) - set(fresh), met)
            for file in self._settled(far, fresh, ctx):
                if ctx.stop.is_set():
                    break
                self._fetch(far, inbox, file, met)
        LOG.info("%s: %d listed, %d new, %d fetched", ctx.source, len(listed), len(fresh), met.fetched)
        if met.problems:
            raise Unavailable(
                "HUB-X36", f"{ctx.source}: {len(met.problems)} of the server's files or folders could not be had"
                f" ({'; '.join(met.problems[:3])}); everything else was fetched, the next run tries again",
            )  # fmt: skip

    def _list(self, far: Connection, met: _Round) -> list[RemoteFile]:
        """Everything that the office wants, oldest first."""
        found: list[RemoteFile] = []
        for folder in self._own.folders:
            try:
                found += [file for file in far.files(folder) if self._is_ours(file.name)]
            except Refused as error:
                met.problems.append(f"folder {folder}: {error}")
        return sorted(found, key=lambda file: (file.modified_at or _LONG_AGO, file.path))

    def _is_ours(self, name: str) -> bool:
        return not name.startswith((".", "~$")) and not name.lower().endswith(_NOT_FINISHED) and self._wants(name)

    def _settled(self, far: Connection, fresh: list[RemoteFile], ctx: SourceContext) -> list[RemoteFile]:
        """Those that look the same a while later. The server's clock is not ours, so no age is asked for."""
        if not fresh or not self._own.settle_seconds:
            return fresh
        ctx.stop.wait(self._own.settle_seconds)
        again = set(self._list(far, _Round()))
        return [file for file in fresh if file in again]

    def _fetch(self, far: Connection, inbox: Inbox, file: RemoteFile, met: _Round) -> None:
        if file.size > self._own.max_mb << 20:
            met.problems.append(f"{_told(file)}: larger than max_mb = {self._own.max_mb}")
            return
        try:
            inbox.put(file.name, far.blocks(file), file.modified_at)
        except Moving:
            LOG.info("a file on the server changed while it was fetched; the next run takes it")
            return
        except Refused as error:
            met.problems.append(f"{_told(file)}: {error}")
            return
        met.fetched += 1
        if self._own.remove_after:
            self._remove(far, file, met)

    def _remove_known(self, far: Connection, known: set[RemoteFile], met: _Round) -> None:
        """Left over where an earlier run was cut off. Without a time a file of the same name and size may be another one."""
        for file in sorted(known, key=lambda file: file.path):
            if file.modified_at is not None:
                self._remove(far, file, met)

    def _remove(self, far: Connection, file: RemoteFile, met: _Round) -> None:
        try:
            far.remove(file)
        except Refused as error:
            met.problems.append(f"{_told(file)}: fetched, but not removed there: {error}")

    def _unpinned(self) -> Probe:
        """Nothing is trusted at first sight: a person compares."""
        offers = ", ".join(f"{each.kind} {each.fingerprint}" for each in offered_keys(self._own))
        return Probe(
            f"key of {self._own.host}", False, f"host_key is missing; the server offers {offers}",
            "compare it with what the clearinghouse tells you in writing or by telephone; when it is the same, set host_key to it",
        )  # fmt: skip


def _told(file: RemoteFile) -> str:
    """A file by the shape of its name, its size and its day: a name may hold a patient's, or bytes that are no text."""
    shape = masked(file.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    day = f" of {file.modified_at.date().isoformat()}" if file.modified_at is not None else ""
    return f"a file like {shape} ({file.size} bytes{day})"


def _folder_probe(far: Connection, folder: str) -> Probe:
    try:
        count = len(far.files(folder))
    except Refused as error:
        return Probe(f"folder {folder} on the server", False, f"cannot be listed ({error})", "correct `folders`, or ask for the right to list it")
    return Probe(f"folder {folder} on the server", True, f"{count} files")
