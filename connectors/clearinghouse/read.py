"""One file, set by set, to facts. Memory is bounded by a page, whatever the size of a file or of a set."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from connectors.clearinghouse import (
    acknowledgement,
    claim_ack,
    eligibility,
    era,
    interchange_ack,
    sent_claims,
    status_answer,
)
from connectors.clearinghouse.pages import PAYLOAD_CHARACTERS, Pages, Row, payload
from connectors.clearinghouse.plan import Plan, Step, make_plan
from connectors.clearinghouse.set_reader import SetInput, SetReader, Unknown
from connectors.clearinghouse.set_record import SetRecord
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.contract import BadRow, Facts, SourceContext, SourceFile
from hub.errors import BadRecord
from hub.readers.x12 import Cents, Dates, pieces, read_blocks

LOG = logging.getLogger("hub.connectors.clearinghouse")
# So many segments at a time keep a page near its bound.
FEED_SEGMENTS = 2_000
# The rows of a set up to this long (some two thousand claims) are handed over when it is over: what is found out on the way
# may still change their keys.
HELD_SEGMENTS = 20_000


# What reads each kind of set of `plan.READ_SETS`.
READERS: dict[str, Callable[[SetInput], SetReader]] = {
    era.SET_NAME: era.EraReader,
    claim_ack.SET_NAME: claim_ack.ClaimAckReader,
    status_answer.SET_NAME: status_answer.StatusAnswerReader,
    acknowledgement.SET_NAME: acknowledgement.AcknowledgementReader,
    acknowledgement.OLDER_SET_NAME: acknowledgement.AcknowledgementReader,
    interchange_ack.SET_NAME: interchange_ack.InterchangeAckReader,
    sent_claims.SET_NAME: sent_claims.SentClaimsReader,
    eligibility.SET_NAME: eligibility.EligibilityReader,
}


def read_file(file: SourceFile, settings: ClearinghouseSettings, ctx: SourceContext) -> Iterator[Facts | BadRow]:
    """Every complete set as facts, every set or claim that cannot be read as a bad row."""
    plan = make_plan(file.open, settings)
    if not plan.steps:
        yield _nothing(file, plan)
        return
    pages = Pages()
    yield from _walk(file, plan, pages, ctx)
    yield from pages.rest()
    if plan.problem is not None:
        yield BadRow("parse", f"{plan.problem}; what came before is used", f"sha256 {file.sha256}", part_of="")
    _log(file, plan)


def _walk(file: SourceFile, plan: Plan, pages: Pages, ctx: SourceContext) -> Iterator[Facts | BadRow]:
    steps, listed = iter(plan.steps), set[object]()
    make = _Makers(file, pages)
    with file.open() as stream:
        work: _Work | None = None
        for transaction, segments, number in pieces(read_blocks(stream), [step.transaction for step in plan.steps]):
            if work is None:
                work = make.work(next(steps))
            for at in range(0, len(segments), FEED_SEGMENTS):
                work.feed(segments[at : at + FEED_SEGMENTS], number + at)
                if transaction.last - transaction.first > HELD_SEGMENTS:
                    yield from pages.full()
                if ctx.stop.is_set():
                    return
            if number + len(segments) > transaction.last:
                _list(work.finish(), pages, listed)
                work = None
                yield from pages.full()


def _list(row: Row, pages: Pages, listed: set[object]) -> None:
    """The set itself, once a file: the same content again is the same set."""
    if row[0] not in listed:
        listed.add(row[0])
        pages.x12_set.append(row)


class _Work:
    """One set under way: its reader, and the record of the set itself. A reader that fails costs its set, not the file."""

    def __init__(self, step: Step, reader: SetReader, record: SetRecord, unknown: Unknown, pages: Pages) -> None:
        self._step, self._reader, self._record, self._unknown, self._pages = step, reader, record, unknown, pages
        self._before, self._first = pages.mark(), list[str]()

    def feed(self, segments: list[str], number: int) -> None:
        self._first = self._first or segments
        try:
            self._reader.feed(segments, number)
        except Exception as error:
            self._give_up(error)
        self._record.feed(segments, number)

    def finish(self) -> Row:
        try:
            self._reader.finish()
        except Exception as error:
            self._give_up(error)
            self._reader.finish()
        return self._record.row(self._reader.records, self._unknown)

    def _give_up(self, error: Exception) -> None:
        """The set is set aside whole. Raises the error again when rows of it were handed over (a set of great length)."""
        step, where = self._step, _place_of(error)
        if not self._pages.back_to(self._before):
            raise error
        LOG.error("clearinghouse: unexpected error in a %s, %s; the set is set aside", step.set_name, where)
        step.refused = "parse"
        step.message = (
            f"HUB-X08 {step.set_name} at segment {step.transaction.first}: its reader failed unexpectedly ({where}); the set"
            " is set aside whole; report it to its author"
        )
        self._reader = _SetAside(step, self._pages)
        self._reader.feed(self._first, step.transaction.first)


def _place_of(error: Exception) -> str:
    """`ValueError in eligibility_line.py:132`: never its message, which may quote the file."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


class _Makers:
    """The right reader for each step; remembered values are shared by the sets of one file."""

    def __init__(self, file: SourceFile, pages: Pages) -> None:
        self._file, self._pages, self._cents, self._dates = file, pages, Cents(), Dates()

    def work(self, step: Step) -> _Work:
        unknown = Unknown()
        return _Work(step, self._reader(step, unknown), SetRecord(step, self._file, self._dates), unknown, self._pages)

    def _reader(self, step: Step, unknown: Unknown) -> SetReader:
        if not step.is_read:
            return _NotRead()
        if step.refused is not None:
            return _SetAside(step, self._pages)
        given = SetInput(step.transaction, step.key, self._file, self._pages, self._cents, self._dates, unknown)
        return READERS[step.set_name](given)


class _NotRead:
    """A set that is only listed."""

    records = 0

    def feed(self, segments: list[str], number: int) -> None:
        pass

    def finish(self) -> None:
        pass


class _SetAside:
    """A set that is not used: its beginning becomes the payload of one bad row."""

    def __init__(self, step: Step, pages: Pages) -> None:
        self._step, self._pages, self._kept, self._size = step, pages, list[str](), 0
        self.records = 0

    def feed(self, segments: list[str], number: int) -> None:
        for segment in segments:
            if self._size > PAYLOAD_CHARACTERS:
                return
            self._kept.append(segment)
            self._size += len(segment)

    def finish(self) -> None:
        transaction = self._step.transaction
        text = payload(self._kept, transaction.interchange.header.delimiters.terminator)
        # Nothing of the set is delivered, so it takes nothing from any payment.
        bad = BadRow(self._step.refused or "parse", self._step.message, text, transaction.first, part_of="")
        self._pages.bad.append(bad)


def _nothing(file: SourceFile, plan: Plan) -> BadRow:
    problem = plan.problem or BadRecord("HUB-X01", "no ISA header that can be read, or no transaction set")
    return BadRow("parse", f"{problem}; nothing of it is used, fetch the file again", f"sha256 {file.sha256}", part_of="")


def _log(file: SourceFile, plan: Plan) -> None:
    """One line without patient data or file name (names of files may hold either)."""
    flags = sorted({flag for step in plan.steps for flag in step.transaction.all_flags()})
    states = Counter(step.state for step in plan.steps)
    unread = Counter(step.set_name for step in plan.steps if not step.is_read)
    names = ", ".join(f"{count} x {name}" for name, count in sorted(unread.items()))
    LOG.info(
        "clearinghouse file %s: %d sets read, %d set aside, %d repeated, not read: %s, flags: %s",
        file.sha256[:12], states["READ"], states["SET_ASIDE"], plan.repeated, names or "none", ", ".join(flags) or "none",
    )  # fmt: skip
