"""Ways in which a clearinghouse's files come to this machine; one module each, and nothing about what the files mean.

A transport lists what lies at the far end, hands what is new to the inbox, and only then may remove the far copy. To
add one: a module here with its class, a settings model in `<name>_settings.py` beside it, a field for that model in
`ClearinghouseSettings` (same name as the transport), its name in `TransportName` there, and a line in `transport_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hub.contract import Inbox, Probe, SourceContext

if TYPE_CHECKING:
    from connectors.clearinghouse.settings import ClearinghouseSettings


class Transport(Protocol):
    """One way to the clearinghouse; made for one run from its settings, and holds no connection between calls."""

    name: str

    def probe(self, ctx: SourceContext) -> tuple[Probe, ...]:
        """What `hub check` tries: harmless, fetches and removes nothing. A failure is a probe, not an exception."""

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        """Put every new file into the inbox; look at `ctx.stop` between files.

        Raises `Unavailable`, `AuthError` or `SettingsError`, at the end when only single files could not be fetched.
        """


def transport_of(own: ClearinghouseSettings) -> Transport:
    """The transport that the settings name. Modules are loaded when they are chosen: some need packages of their own."""
    if own.transport == "sftp":
        from connectors.clearinghouse.transports.sftp import Sftp

        assert own.sftp is not None  # the settings check it
        return Sftp(own.sftp, own.wants)
    if own.transport == "stedi":
        from connectors.clearinghouse.transports.stedi import Stedi

        assert own.stedi is not None
        return Stedi(own.stedi, own.accept_test_files)
    if own.transport == "optum":
        from connectors.clearinghouse.transports.optum import Optum

        assert own.optum is not None
        return Optum(own.optum, own.wants)
    from connectors.clearinghouse.transports.folder import DropFolder

    return DropFolder(tuple(own.folder))
