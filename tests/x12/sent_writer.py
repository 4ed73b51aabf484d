"""A small writer of dental 837 files, independent of the reader: what the tests state is what this file puts into text."""

from __future__ import annotations

from dataclasses import dataclass, field

from era_writer import USUAL, Marks, interchange, money


@dataclass
class SentLine:
    code: str
    charge: int
    number: str = ""
    date: str = ""
    teeth: list[tuple[str, str]] = field(default_factory=list)  # tooth, surfaces as letters
    area: str = ""
    extra: list[list[str]] = field(default_factory=list)


@dataclass
class Sent:
    number: str
    lines: list[SentLine] = field(default_factory=list)
    last: str = "MADEUP"
    first: str = "PAT"
    member: str = "M1"
    payer: str = "PLAN1"
    order: str = "P"
    frequency: str = "1"
    is_predetermination: bool = False
    date: str = "20260210"
    dependent: tuple[str, str] | None = None  # last, first
    stated: int | None = None
    extra: list[list[str]] = field(default_factory=list)  # in loop 2300
    other: list[list[str]] = field(default_factory=list)  # loops 2310 and 2320, before the lines

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines) if self.stated is None else self.stated


@dataclass
class Sending:
    """One ST: claims to one or several payers, sent at one moment."""

    claims: list[Sent]
    reference: str = "BATCH1"
    day: str = "20260302"
    time: str = "0800"
    kind: str = "CH"


def segments(sending: Sending) -> list[list[str]]:
    """The segments between ST and SE; `\\x1f` stands where the component separator goes."""
    out = [
        ["BHT", "0019", "00", sending.reference, sending.day, sending.time, sending.kind],
        ["NM1", "41", "2", "EXAMPLE OFFICE", "", "", "", "", "46", "SENDER1"],
        ["PER", "IC", "DESK", "TE", "5035550100"],
        ["NM1", "40", "2", "EXAMPLE CLEARING", "", "", "", "", "46", "CLEAR1"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "85", "2", "EXAMPLE OFFICE", "", "", "", "", "XX", "1999999984"],
        ["N3", "1 A ST"],
        ["REF", "EI", "123456789"],
        ["NM1", "87", "2"],
    ]
    for claim in sending.claims:
        out += _claim(claim)
    return out


def _claim(claim: Sent) -> list[list[str]]:
    out = [
        ["HL", "2", "1", "22", "1" if claim.dependent else "0"],
        ["SBR", claim.order, "" if claim.dependent else "18", "G1", *[""] * 5, "CI"],
        ["NM1", "IL", "1", claim.last, claim.first, "", "", "", "MI", claim.member],
        ["DMG", "D8", "19800102", "F"],
        ["NM1", "PR", "2", "EXAMPLE PLAN", "", "", "", "", "PI", claim.payer],
    ]
    if claim.dependent:
        out += [
            ["HL", "3", "2", "23", "0"],
            ["PAT", "19"],
            ["NM1", "QC", "1", *claim.dependent],
            ["DMG", "D8", "20150304", "M"],
        ]
    clm = ["CLM", claim.number, money(claim.charge), "", "", f"11\x1fB\x1f{claim.frequency}", "Y", "A", "Y", "I"]
    out.append([*clm, *[""] * 9, "PB"] if claim.is_predetermination else clm)
    out += [["DTP", "472", "D8", claim.date]] if claim.date else []
    out += [*claim.extra, *claim.other]
    for position, line in enumerate(claim.lines, 1):
        out += [["LX", str(position)], ["SV3", f"AD\x1f{line.code}", money(line.charge), "", line.area, "", "1"]]
        out += [["TOO", "JP", tooth, "\x1f".join(surfaces)] for tooth, surfaces in line.teeth]
        out += [["DTP", "472", "D8", line.date]] if line.date else []
        out += [["REF", "6R", line.number]] if line.number else []
        out += line.extra
    return out


def write(sendings: list[Sending], marks: Marks = USUAL, control: int = 1, guide: str = "005010X224A2") -> str:
    """An 837 dental file with one interchange."""
    return interchange([(f"837*{guide}", segments(each)) for each in sendings], marks, control=control)
