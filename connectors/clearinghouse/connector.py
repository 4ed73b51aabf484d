"""A clearinghouse: where its files come from, which of them are ours, and what they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.clearinghouse.plan import set_name, unread_name
from connectors.clearinghouse.read import read_file
from connectors.clearinghouse.settings import ClearinghouseSettings
from connectors.clearinghouse.transports import transport_of
from connectors.clearinghouse.transports.folder import DropFolder
from hub.contract import BadRow, CheckReport, Facts, FileConnector, Inbox, Match, SourceContext, SourceFile, Stream
from hub.readers.x12 import Sniffed, sniff

STREAM = Stream(
    "x12",
    (
        "remit", "remit_claim", "remit_line", "remit_adj", "claim_event", "sent_claim", "sent_line", "eligibility_check",
        "benefit_snapshot", "x12_set",
    ),
    deletes="none", whole="remit", parts=("remit_claim", "remit_line", "remit_adj"),
)  # fmt: skip
HEAD_BYTES = 64 * 1024


class Clearinghouse(FileConnector):
    """X12 files of a clearinghouse, from a folder or fetched. Files in folders are never moved or changed."""

    id: ClassVar[str] = "clearinghouse"
    label: ClassVar[str] = "Clearinghouse files (X12)"
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]] = ClearinghouseSettings
    streams: ClassVar[tuple[Stream, ...]] = (STREAM,)
    max_age_hours: ClassVar[int] = 120
    reads_apart: ClassVar[bool] = True
    known_limits: ClassVar[tuple[str, ...]] = (
        "835, 277CA, 277, 271, 999, 997, TA1 and dental 837 are read; every other set is kept and listed as not read",
        "PDF remittances and text reports are kept and listed as not read; of zip archives the files directly in them are read",
        "a transaction set without its SE is set aside whole; it is read when the complete file arrives",
        "the payee filter covers remittances; a 277CA of another office is read",
        "a 271 does not say which of the practice's coverages it is about; it is linked by name, birth date and member id",
        "Stedi is polled, its webhooks are not received; questions to payers (270, 276) can be written, no command asks them yet",
        "Claim.MD, DentalXChange, EDS and Vyne are read from a folder or over SFTP; their web services are not asked",
    )

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return tuple(ctx.base_dir / folder for folder in _own(ctx).folder)

    def fetches(self, ctx: SourceContext) -> bool:
        return _own(ctx).transport != "folder"

    def collect(self, inbox: Inbox, ctx: SourceContext) -> None:
        transport_of(_own(ctx)).collect(inbox, ctx)

    def check(self, ctx: SourceContext) -> CheckReport:
        own = _own(ctx)
        probes = DropFolder(tuple(own.folder)).probe(ctx)
        return CheckReport(probes if own.transport == "folder" else probes + transport_of(own).probe(ctx))

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        """By content; the name decides only whether the office wants the file looked at."""
        own = _own(ctx)
        if not own.wants(name):
            return None
        sniffed = sniff(head)
        if sniffed.kind == "x12":
            return _x12_match(sniffed, len(head) >= HEAD_BYTES, own.accept_test_files)
        if sniffed.kind == "binary":
            return None
        kept = {"text": "a text report, not X12", "empty": "an empty file"}
        is_archive = sniffed.kind == "zip archive"
        return Match(None, f"{kept.get(sniffed.kind, sniffed.kind)}: kept, not read", unpack=is_archive)

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Facts | BadRow]:
        return read_file(file, _own(ctx), ctx)


def _own(ctx: SourceContext) -> ClearinghouseSettings:
    assert isinstance(ctx.settings, ClearinghouseSettings)
    return ctx.settings


def _x12_match(sniffed: Sniffed, is_long: bool, accepts_tests: bool) -> Match:
    """Every interchange with a transaction set is opened, if only to list what it holds; a long one may hold one later."""
    if not sniffed.sets and not is_long:
        return Match(None, "an interchange without transaction sets: kept, not read")
    if sniffed.is_test and not accepts_tests and not is_long and _one_interchange(sniffed):
        return Match(None, "a test interchange (ISA15 T): kept, not read; accept_test_files = true reads it")
    others = sorted({unread_name(each) for each in sniffed.sets if set_name(each) is None})
    return Match(STREAM.name, f"{', '.join(others)} is not read: kept and listed" if others else "")


def _one_interchange(sniffed: Sniffed) -> bool:
    return len({id(each.interchange) for each in sniffed.sets}) == 1
