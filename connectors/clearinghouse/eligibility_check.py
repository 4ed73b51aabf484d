"""One person a payer answered about: who, whether covered, and why not. Pure; rows as `pages.COLUMNS` names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from connectors.clearinghouse.eligibility_dates import Days, coverage, service_day
from connectors.clearinghouse.eligibility_line import BenefitLine
from connectors.clearinghouse.eligibility_words import (
    ACTIVE,
    CATEGORIES,
    INACTIVE,
    MISMATCHES,
    NOT_FOUND,
    REJECTS,
    STATUS_WORDS,
    WHOLE,
    asking_again_helps,
)
from connectors.clearinghouse.pages import bars

MOST_REASON = 1_000
# Lines that only say whom to ask instead.
_ELSEWHERE = frozenset("UVW")

Reject = tuple[str, str]


@dataclass(slots=True, eq=False)
class Person:
    """A subscriber (HL 22) or dependent (HL 23), or nobody when the payer refused before it came to anyone.

    `rejects` are (AAA03, AAA04) of every level above and of the person. `said` are the segments in a form that does not
    depend on the envelope.
    """

    number: int
    is_dependent: bool | None = None
    last: str = ""
    first: str = ""
    birth: str | None = None
    member_id: str = ""
    group_number: str = ""
    plan_name: str = ""
    trace: str = ""
    rejects: list[Reject] = field(default_factory=list)
    is_corrected: bool = False
    dates: dict[str, Days] = field(default_factory=dict)
    lines: list[BenefitLine] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def has_answer(self) -> bool:
        return bool(self.lines or self.rejects)

    def names(self) -> tuple[object, ...]:
        """last, first, birth date, member id."""
        return self.last or None, self.first or None, self.birth, self.member_id or None


@dataclass(frozen=True, slots=True)
class Source:
    """Who answers, and the day of the answer (BHT04)."""

    name: str
    number: str
    day: str | None


def check_key(source: Source, person: Person) -> str:
    """From the day and all that was said: the same answer in another envelope is the same check."""
    parts = [source.name, source.number, *(f"{code}:{follow}" for code, follow in person.rejects), *person.said]
    digest = blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
    return f"{source.day or 'undated'}:{digest}"


def check_values(source: Source, person: Person) -> tuple[object, ...]:
    """payer name and number, day, service date, reply, mismatches, reason, plan, group, trace, dependent, rejects,
    may retry, coverage from and to."""
    status = judged(person.lines)
    said, places = reply(person), _places(person, status)
    began, ended = coverage(places, said != "INACTIVE")
    group = person.group_number or next((line.group_number for line in status if line.group_number), "")
    in_force = [line for line in (*status, *person.lines) if line.kind in ACTIVE]
    plan = next((line.plan_name for line in (*in_force, *status) if line.plan_name), "") or person.plan_name
    rejects = list(dict.fromkeys(person.rejects))
    return (
        source.name or None, source.number or None, source.day, service_day(places), said,
        bars(_mismatches(person)), _reason(person, status), plan or None, group or None, person.trace or None,
        person.is_dependent, bars([f"{code}:{follow}" if follow else code for code, follow in rejects]),
        all(asking_again_helps(*reject) for reject in rejects) if rejects else None, began, ended,
    )  # fmt: skip


def judged(lines: list[BenefitLine]) -> list[BenefitLine]:
    """The lines that say whether the person is covered: of dental care (35), else of the whole plan, else all of them.

    That dental care is not covered (EB*I**35) is said of dental care too, whatever the plan is.
    """
    status = [line for line in lines if line.is_status or line.denies_dental]
    for whole in WHOLE:
        found = [line for line in status if whole in (line.types or ("",)) and not line.code]
        if found:
            return found
    return status


def reply(person: Person) -> str:
    """ACTIVE or INACTIVE as the judged lines say; both at once, or active with a reject beside it, is PARTIAL.

    Without any: NOT_FOUND when a reject says that nobody was found or that identifying data differ, ERROR for every other
    reject (the payer is down, the provider is not known) and for an answer that says nothing.
    """
    kinds = {"ACTIVE" if line.kind in ACTIVE else "INACTIVE" for line in judged(person.lines)}
    if kinds == {"INACTIVE"}:
        return "INACTIVE"
    if kinds:
        return "PARTIAL" if len(kinds) > 1 or person.rejects else "ACTIVE"
    if any(line.kind not in _ELSEWHERE for line in person.lines):
        return "PARTIAL"
    return "NOT_FOUND" if any(code in NOT_FOUND for code, _ in person.rejects) else "ERROR"


def _mismatches(person: Person) -> list[str]:
    found = [MISMATCHES[code] for code, _ in person.rejects if code in MISMATCHES]
    return list(dict.fromkeys([*found, "corrected by the payer"] if person.is_corrected else found))


def _reason(person: Person, status: list[BenefitLine]) -> str | None:
    words = [f"{REJECTS[code]} ({code})" if code in REJECTS else f"reject {code}" for code, _ in person.rejects]
    words += [STATUS_WORDS[line.kind] for line in status if line.kind in INACTIVE]
    words += ["dental care is not covered" for line in status if line.denies_dental]
    for line in person.lines:
        if line.kind in INACTIVE and line not in status:
            named = [CATEGORIES.get(kind, f"service type {kind}") for kind in line.types] or [line.code or "a service"]
            words.append(f"inactive: {', '.join(named)}")
    for line in person.lines:
        words += line.messages if line.is_status or line in status else [line.note() or ""] if line.kind in _ELSEWHERE else []
    if not person.has_answer:
        words.append("the answer holds neither a benefit nor a reject")
    return " / ".join(dict.fromkeys(word for word in words if word))[:MOST_REASON] or None


def _places(person: Person, status: list[BenefitLine]) -> list[dict[str, Days]]:
    """Where dates stand: with the person, then with the lines that decide. Beside an active line an inactive one tells when
    another plan ended."""
    active = [line for line in status if line.kind in ACTIVE]
    return [person.dates, *({name: (first, last) for name, first, last in line.dates} for line in active or status)]
