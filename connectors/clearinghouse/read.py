"""One file, set by set, to facts. Memory is bounded by a page, whatever the size of a file or of a set."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Protocol

from connectors.clearinghouse import claim_ack, era
from connectors.clearinghouse.era_claim import Words
from connectors.clearinghouse.pages import PAYLOAD_CHARACTERS, Pages, payload
from connectors.clearinghouse.plan import Plan, Step, make_plan
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.contract import BadRow, Facts, SourceContext, SourceFile
from hub.errors import BadRecord
from hub.readers.x12 import Cents, Dates, Interchange, pieces, read_blocks

LOG = logging.getLogger("hub.connectors.clearinghouse")
# So many segments at a time keep a page near its bound.
FEED_SEGMENTS = 2_000


class SetReader(Protocol):
    """Takes one transaction set in order; its rows lie in the pages that it was made with."""

    def feed(self, segments: list[str], number: int) -> None: ...

    def finish(self) -> None: ...


def read_file(file: SourceFile, settings: ClearinghouseSettings, ctx: SourceContext) -> Iterator[Facts | BadRow]:
    """Every complete set as facts, every set or claim that cannot be read as a bad row."""
    plan = make_plan(file.open, settings)
    if not plan.steps and not plan.unread:
        yield _nothing(file, plan)
        return
    pages = Pages()
    yield from _walk(file, plan, pages, ctx)
    yield from pages.rest()
    if plan.problem is not None:
        yield BadRow("parse", f"{plan.problem}; what came before is used", f"sha256 {file.sha256}")
    _log(file, plan)


def _walk(file: SourceFile, plan: Plan, pages: Pages, ctx: SourceContext) -> Iterator[Facts | BadRow]:
    steps = iter(plan.steps)
    make = _Makers(file, pages)
    with file.open() as stream:
        step: Step | None = None
        reader: SetReader | None = None
        for transaction, segments, number in pieces(read_blocks(stream), [step.transaction for step in plan.steps]):
            if step is None or reader is None:
                step = next(steps)
                reader = make.reader(step)
            for at in range(0, len(segments), FEED_SEGMENTS):
                reader.feed(segments[at : at + FEED_SEGMENTS], number + at)
                yield from pages.full()
                if ctx.stop.is_set():
                    return
            if number + len(segments) > transaction.last:
                reader.finish()
                step = reader = None


class _Makers:
    """The right reader for each step; remembered values are shared by the sets of one file."""

    def __init__(self, file: SourceFile, pages: Pages) -> None:
        self._file, self._pages, self._cents, self._dates = file, pages, Cents(), Dates()
        self._words: tuple[Interchange, Words] | None = None

    def reader(self, step: Step) -> SetReader:
        transaction = step.transaction
        if step.refused is not None:
            return _SetAside(step, self._pages)
        if step.set_name == claim_ack.SET_NAME:
            return claim_ack.ClaimAckReader(transaction, self._file, self._cents, self._dates, self._pages)
        return era.EraReader(step.key, transaction, self._file, self._words_of(transaction.interchange), self._pages)

    def _words_of(self, interchange: Interchange) -> Words:
        if self._words is None or self._words[0] is not interchange:
            self._words = interchange, Words(interchange.header.delimiters, self._cents, self._dates)
        return self._words[1]


class _SetAside:
    """A set that is not used: its beginning becomes the payload of one bad row."""

    def __init__(self, step: Step, pages: Pages) -> None:
        self._step, self._pages, self._kept, self._size = step, pages, list[str](), 0

    def feed(self, segments: list[str], number: int) -> None:
        for segment in segments:
            if self._size > PAYLOAD_CHARACTERS:
                return
            self._kept.append(segment)
            self._size += len(segment)

    def finish(self) -> None:
        transaction = self._step.transaction
        text = payload(self._kept, transaction.interchange.header.delimiters.terminator)
        self._pages.bad.append(BadRow(self._step.refused or "parse", self._step.message, text, transaction.first))


def _nothing(file: SourceFile, plan: Plan) -> BadRow:
    problem = plan.problem or BadRecord("HUB-X01", "no ISA header that can be read, or no transaction set")
    return BadRow("parse", f"{problem}; nothing of it is used, fetch the file again", f"sha256 {file.sha256}")


def _log(file: SourceFile, plan: Plan) -> None:
    """One line without patient data or file name (names of files may hold either)."""
    flags = sorted({flag for step in plan.steps for flag in step.transaction.all_flags()})
    read = sum(step.refused is None for step in plan.steps)
    unread = ", ".join(f"{count} x {name}" for name, count in sorted(plan.unread.items()))
    LOG.info(
        "clearinghouse file %s: %d sets read, %d set aside, %d repeated, not read: %s, flags: %s",
        file.sha256[:12], read, len(plan.steps) - read, plan.repeated,
        unread or "none", ", ".join(flags) or "none",
    )  # fmt: skip
