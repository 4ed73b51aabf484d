"""A small writer of 835 files, independent of the reader: what the tests state is what this file puts into text."""

from __future__ import annotations

from dataclasses import dataclass, field

Cas = tuple[str, str, int]  # group, reason, cents


@dataclass
class Line:
    code: str
    charge: int
    cas: list[Cas] = field(default_factory=list)
    number: str = ""
    date: str = "20260210"

    @property
    def paid(self) -> int:
        return self.charge - sum(cents for *_, cents in self.cas)


@dataclass
class Claim:
    number: str
    lines: list[Line] = field(default_factory=list)
    cas: list[Cas] = field(default_factory=list)
    status: str = "1"
    last: str = "MADEUP"
    first: str = "PAT"
    member: str = "M1"
    payer_number: str = "P1"
    own_charge: int = 0
    extra: list[list[str]] = field(default_factory=list)

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines) if self.lines else self.own_charge

    @property
    def paid(self) -> int:
        adjusted = sum(cents for *_, cents in self.cas) + sum(c for line in self.lines for *_, c in line.cas)
        return self.charge - adjusted


@dataclass
class Era:
    claims: list[Claim]
    trace: str = "EFT1"
    payer: str = "1512345678"
    date: str = "20260301"
    plb: list[tuple[str, str, int]] = field(default_factory=list)  # code, reference, cents
    plb_sign: int = 1
    stated: int | None = None

    @property
    def amount(self) -> int:
        if self.stated is not None:
            return self.stated
        return sum(claim.paid for claim in self.claims) - self.plb_sign * sum(cents for *_, cents in self.plb)


@dataclass(frozen=True)
class Marks:
    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    after: str = "\n"


USUAL = Marks()
# GS01 by set; GS08 is the guide that the set names, and the 835's own, which names none.
GROUPS = {"835": "HP", "277": "HN", "999": "FA", "997": "FA", "837": "HC", "271": "HB"}
GUIDE_835 = "005010X221A1"


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def segments(era: Era) -> list[list[str]]:
    """The segments between ST and SE; `\\x1f` stands where the component separator goes."""
    out = [
        ["BPR", "I", money(era.amount), "C", "ACH", *[""] * 5, era.payer, *[""] * 5, era.date],
        ["TRN", "1", era.trace, era.payer],
        ["DTM", "405", era.date],
        ["N1", "PR", "EXAMPLE PLAN", "XV", "PLAN1"],
        ["N3", "1 EXAMPLE PLAZA"],
        ["N4", "SALEM", "OR", "97301"],
        ["PER", "BL", "EDI", "TE", "5035550100"],
        ["N1", "PE", "EXAMPLE OFFICE", "XX", "1999999984"],
        ["REF", "TJ", "123456789"],
        ["LX", "1"],
    ]
    for claim in era.claims:
        out += _claim(claim)
    for code, reference, cents in era.plb:
        out.append(["PLB", "1999999984", "20261231", f"{code}\x1f{reference}", money(cents)])
    return out


def _claim(claim: Claim) -> list[list[str]]:
    out = [["CLP", claim.number, claim.status, money(claim.charge), money(claim.paid), "", "12", claim.payer_number]]
    out += [["CAS", group, reason, money(cents)] for group, reason, cents in claim.cas]
    out.append(["NM1", "QC", "1", claim.last, claim.first, "", "", "", "MI", claim.member])
    out += claim.extra
    for line in claim.lines:
        out.append(["SVC", f"AD\x1f{line.code}", money(line.charge), money(line.paid)])
        out.append(["DTM", "472", line.date])
        out += [["CAS", group, reason, money(cents)] for group, reason, cents in line.cas]
        out += [["REF", "6R", line.number]] if line.number else []
    return out


def interchange(
    bodies: list[tuple[str, list[list[str]]]], marks: Marks = USUAL, usage: str = "P", control: int = 1
) -> str:
    """One ISA..IEA around sets given as (set id and further ST elements joined by *, segments between ST and SE).

    One GS holds them all, as the first of them wants it.
    """
    first, _, guide = bodies[0][0].partition("*") if bodies else ("835", "", "")
    group, guide = GROUPS.get(first, "HP"), guide or GUIDE_835
    e, number = marks.element, f"{control:09d}"
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "PAYER".ljust(15), "ZZ", "OFFICE".ljust(15), "260301", "0600",
           "^", "00501", number, "0", usage, marks.component]  # fmt: skip
    all_segments = [isa, ["GS", group, "PAYER", "OFFICE", "20260301", "0600", str(control), "X", guide]]
    for position, (set_id, body) in enumerate(bodies, 1):
        st = f"{position:04d}"
        name, *rest = set_id.split("*")
        all_segments += [["ST", name, st, *rest], *body, ["SE", str(len(body) + 2), st]]
    all_segments += [["GE", str(len(bodies)), str(control)], ["IEA", "1", number]]
    texts = [e.join(part.replace("\x1f", marks.component) for part in segment) for segment in all_segments]
    return "".join(text + marks.terminator + marks.after for text in texts)


def write(eras: list[Era], marks: Marks = USUAL, usage: str = "P", control: int = 1) -> str:
    """An 835 file with one interchange."""
    return interchange([("835", segments(era)) for era in eras], marks, usage, control)
