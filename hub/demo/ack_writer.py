"""277CA files: the acceptances and rejections of one day from one speaker, a payer or the clearinghouse itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.demo.claims import Ack
from hub.demo.payers import Habits
from hub.demo.x12 import NPI, OFFICE, SUBMITTER, Segment, amount, day, interchange, printed

VERSION = "005010X214"
CLEARINGHOUSE = ("CLEARWAY EXAMPLE", "CLRWAY")


def acknowledgement(acks: Sequence[Ack], made: date, control: int) -> str:
    """One interchange: a transaction set per speaker, in the order of their names."""
    habits = Habits()
    speakers: dict[tuple[str, str, str], list[Ack]] = {}
    for ack in acks:
        speakers.setdefault(_speaker(ack), []).append(ack)
    sets = [_transaction(speaker, speakers[speaker], made, number) for number, speaker in enumerate(sorted(speakers), 1)]
    return interchange(sets, habits, sender=CLEARINGHOUSE[1], group="HN", version=VERSION, made=made, control=control)


def _speaker(ack: Ack) -> tuple[str, str, str]:
    """Who speaks: kind, name, number."""
    return ("AY", *CLEARINGHOUSE) if ack.speaker == "AY" else ("PR", ack.claim.payer.name, ack.claim.payer.number)


def _transaction(speaker: tuple[str, str, str], acks: list[Ack], made: date, number: int) -> list[Segment]:
    kind, name, identifier = speaker
    habits = Habits()
    good = [ack for ack in acks if ack.accepted]
    bad = [ack for ack in acks if not ack.accepted]
    receipt = f"{identifier}{day(made)}"
    segments: list[Segment] = [
        ("ST", "277", f"{number:04d}", VERSION), ("BHT", "0085", "08", f"R{day(made)}{number}", day(made), "0610", "TH"),
        ("HL", "1", "", "20", "1"), ("NM1", kind, "2", printed(name, habits), "", "", "", "", "PI", identifier),
        ("TRN", "1", receipt), ("DTP", "050", "D8", day(made)), ("DTP", "009", "D8", day(made)),
        ("HL", "2", "1", "21", "1"), ("NM1", "41", "2", OFFICE, "", "", "", "", "46", SUBMITTER),
        ("TRN", "2", f"B{day(acks[0].claim.last_sent)}"), ("STC", ("A1", "19", "PR"), day(made), "WQ", _total(acks)),
        *_totals("90", good, "AA", bad),
        ("HL", "3", "2", "19", "1"), ("NM1", "85", "2", OFFICE, "", "", "", "", "XX", NPI), ("TRN", "1", f"{receipt}P1"),
        ("STC", ("A1", "19", "PR"), "", "WQ", _total(acks)), *_totals("QA", good, "QC", bad),
    ]  # fmt: skip
    for position, ack in enumerate(acks, 4):
        segments += _claim(ack, position)
    return segments


def _totals(accepted: str, good: list[Ack], rejected: str, bad: list[Ack]) -> list[Segment]:
    """How many claims and how much money, accepted and rejected; none at all is left out, not written as 0."""
    counts: list[Segment] = [("QTY", code, str(len(acks))) for code, acks in ((accepted, good), (rejected, bad)) if acks]
    sums: list[Segment] = [("AMT", code, _total(acks)) for code, acks in (("YU", good), ("YY", bad)) if acks]
    return counts + sums


def _claim(ack: Ack, position: int) -> list[Segment]:
    claim, habits = ack.claim, Habits()
    status: list[str | tuple[str, ...]] = [
        "STC", (ack.category, ack.status, ack.entity), day(ack.day), "WQ" if ack.accepted else "U", amount(claim.billed, habits),
    ]  # fmt: skip
    if ack.text:
        status += ["", "", "", "", "", "", "", ack.text]
    return [
        ("HL", str(position), "3", "PT"),
        ("NM1", "QC", "1", printed(claim.person.last, habits), printed(claim.person.first, habits), "", "", "", "MI",
         claim.coverage.member_id),
        ("TRN", "2", claim.id), tuple(status), ("DTP", "472", "D8", day(claim.service)),
    ]  # fmt: skip


def _total(acks: Sequence[Ack]) -> str:
    return amount(sum(ack.claim.billed for ack in acks), Habits())
