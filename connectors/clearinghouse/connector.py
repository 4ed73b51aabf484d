"""The clearinghouse drop folder: which files are ours, what they are, and whether the folder can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.clearinghouse.plan import set_name
from connectors.clearinghouse.read import read_file
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.contract import BadRow, CheckReport, Facts, FileConnector, Match, Probe, SourceContext, SourceFile, Stream
from hub.readers.x12 import Sniffed, sniff

STREAM = Stream("x12", ("remit", "remit_claim", "remit_line", "remit_adj", "claim_event"), deletes="none")
HEAD_BYTES = 64 * 1024
# Sets that an office sends and never receives: a long file of them holds nothing to read further down.
_OUTBOUND = frozenset({"837", "270", "276"})


class Clearinghouse(FileConnector):
    """835 and 277CA files that a clearinghouse leaves in a folder. Files are copied, never moved or changed."""

    id: ClassVar[str] = "clearinghouse"
    label: ClassVar[str] = "Clearinghouse files (835, 277CA)"
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]] = ClearinghouseSettings
    streams: ClassVar[tuple[Stream, ...]] = (STREAM,)
    max_age_hours: ClassVar[int] = 120
    known_limits: ClassVar[tuple[str, ...]] = (
        "835 and 277CA are read; 999, 997, TA1, 277 status answers, 271 and 278 are kept and listed as not read",
        "zip archives, PDF remittances and text reports are kept and listed as not read",
        "a transaction set without its SE is set aside whole; it is read when the complete file arrives",
        "the payee filter covers remittances; a 277CA of another office is read",
    )

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return tuple(ctx.base_dir / folder for folder in _own(ctx).folder)

    def check(self, ctx: SourceContext) -> CheckReport:
        return CheckReport(tuple(_probe(folder) for folder in self.folders(ctx)))

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        """By content; the name decides only whether the office wants the file looked at."""
        own = _own(ctx)
        if not _fits(name, own.patterns) or _fits(name, own.ignore):
            return None
        sniffed = sniff(head)
        if sniffed.kind == "x12":
            return _x12_match(sniffed, len(head) >= HEAD_BYTES, own.accept_test_files)
        if sniffed.kind == "binary":
            return None
        kept = {"text": "a text report, not X12", "empty": "an empty file"}
        return Match(None, f"{kept.get(sniffed.kind, sniffed.kind)}: kept, not read")

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Facts | BadRow]:
        return read_file(file, _own(ctx), ctx)


def _own(ctx: SourceContext) -> ClearinghouseSettings:
    assert isinstance(ctx.settings, ClearinghouseSettings)
    return ctx.settings


def _fits(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name.lower(), pattern.lower()) for pattern in patterns)


def _x12_match(sniffed: Sniffed, is_long: bool, accepts_tests: bool) -> Match:
    """Read when a set that we read is in view, or may follow: of a long file the hub sees only the beginning here."""
    names = [set_name(transaction) for transaction in sniffed.sets]
    others = sorted({each.set_id for each, name in zip(sniffed.sets, names, strict=True) if name is None})
    note = f"{', '.join(others)} is not read yet: kept" if others else ""
    if any(names):
        if sniffed.is_test and not accepts_tests and not is_long and _one_interchange(sniffed):
            return Match(None, "a test interchange (ISA15 T): kept, not read; accept_test_files = true reads it")
        return Match(STREAM.name, note)
    if is_long and not _OUTBOUND.intersection(others):
        return Match(STREAM.name, note)
    return Match(None, note or "an interchange without transaction sets: kept, not read")


def _one_interchange(sniffed: Sniffed) -> bool:
    return len({id(each.interchange) for each in sniffed.sets}) == 1


def _probe(folder: Path) -> Probe:
    """Lists the folder once; reads no file."""
    name = f"folder {folder}"
    try:
        with os.scandir(folder) as entries:
            count = sum(1 for entry in entries if entry.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return Probe(name, False, "does not exist", "create it, or correct `folder` in hub.toml")
    except NotADirectoryError:
        return Probe(name, False, "is a file", "`folder` must name the folder that files arrive in")
    except PermissionError:
        return Probe(name, False, "may not be listed", "give the account that runs the hub the right to read it")
    except OSError as error:
        return Probe(name, False, f"cannot be reached ({type(error).__name__})", "is the share online?")
    return Probe(name, True, f"{count} files")
