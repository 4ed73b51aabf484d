"""The made-up practice in memory: people, plans, visits, claims, money. Dates are practice-local, money is cents.

Everything else in this package fills these records or writes them out as the outside systems would deliver them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hub.demo.payers import Payer
from hub.workdays import Workdays

HISTORY_DAYS = 548


@dataclass(slots=True, eq=False)
class Coverage:
    """A person under a plan; the first of a person is primary."""

    payer: Payer
    member_id: str
    subscriber: Person


@dataclass(slots=True, eq=False)
class Person:
    """One row of the patient list."""

    id: str
    last: str
    first: str
    birth: date
    middle: str = ""
    suffix: str = ""
    nickname: str = ""
    guarantor_id: str = ""
    phone: str = ""
    email: str = ""
    status: str = "Active"
    provider: str = "DDS1"
    coverages: list[Coverage] = field(default_factory=list)
    first_visit: date | None = None
    last_visit: date | None = None
    used: bool = False

    @property
    def chart(self) -> str:
        return f"{''.join(c for c in self.last if c.isascii() and c.isalpha())[:2].upper():X<2}{self.id}"

    @property
    def printed(self) -> str:
        """`Lopez Jr, Ana M`, as Dentrix reports print a name."""
        return f"{self.last} {self.suffix}".strip() + f", {self.first} {self.middle}".rstrip()

    @property
    def payer(self) -> Payer | None:
        return self.coverages[0].payer if self.coverages else None


@dataclass(slots=True, eq=False)
class Household:
    guarantor: Person
    members: list[Person]


@dataclass(slots=True, eq=False)
class Case:
    """A treatment case; `status` and `severity` are Dentrix's words."""

    id: str
    person: Person
    name: str
    status: str
    created: date
    presented: date | None = None
    decided: date | None = None
    severity: str = ""
    linked: str = ""
    recommended: bool = False
    saved_copy: bool = False


@dataclass(slots=True, eq=False)
class Procedure:
    """One procedure, listed once per case that holds it."""

    id: str
    person: Person
    code: str
    tooth: str
    surfaces: str
    fee: int
    write_off: int
    insurance: int
    planned: date
    completed: date | None = None
    cases: list[Case] = field(default_factory=list)

    @property
    def net(self) -> int:
        return max(0, self.fee - self.write_off)

    @property
    def share(self) -> int:
        return self.net - self.insurance

    @property
    def token(self) -> str:
        return f"{self.code} #{self.tooth}" if self.tooth else self.code


@dataclass(slots=True, eq=False)
class Visit:
    """One entry of the appointment book or, when `broken` or waiting, of the Unscheduled List."""

    id: str
    person: Person
    day: date
    minute: int
    length: int
    provider: str
    operatory: str
    kind: str
    status: str
    created: date
    tokens: list[str]
    amount: int
    recall: str = ""
    broken: date | None = None
    reason: str = ""


@dataclass(slots=True, eq=False)
class Recall:
    person: Person
    kind: str
    due: date
    previous: date | None
    other_visit: bool = False
    contact: str = ""


@dataclass(slots=True, eq=False)
class Entry:
    """One ledger line; `amount` above 0 raises the balance."""

    person: Person
    day: date
    kind: str
    amount: int
    code: str = ""
    tooth: str = ""
    claim: str = ""
    reference: str = ""


@dataclass(slots=True, eq=False)
class Calendar:
    """The office's days around `today`; `night` is the evening on which the last exports were made: the one before the last
    working day, so that a weekend tells the story of its Friday."""

    today: date
    closures: tuple[date, ...]
    work: Workdays

    @property
    def night(self) -> date:
        return self.last_open - timedelta(days=1)

    @property
    def last_open(self) -> date:
        """Today, or the last open day before it."""
        return self.work.roll_back(self.today)

    def ago(self, days: int) -> date:
        """An open day about `days` calendar days before today; never after the last exports."""
        return self.work.roll_back(min(self.today - timedelta(days=days), self.night))

    def ahead(self, days: int) -> date:
        return self.work.roll_forward(self.today + timedelta(days=max(1, days)))


@dataclass(slots=True)
class Counters:
    """The next number of each kind; ranges do not overlap, so that a number names one thing."""

    person: int = 1001
    case: int = 500001
    procedure: int = 700001
    visit: int = 300001
    claim: int = 200001
    trace: int = 8100001
    lender: int = 6000001
    payer_claim: int = 1


@dataclass(slots=True)
class World:
    """Everything at once; `untouched` families are free to be planted in."""

    calendar: Calendar
    rng: Random
    numbers: Counters = field(default_factory=Counters)
    people: list[Person] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    untouched: list[Household] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    recalls: list[Recall] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    slots: dict[date, int] = field(default_factory=dict)
    names: set[tuple[str, str]] = field(default_factory=set)
    default_cases: dict[str, Case] = field(default_factory=dict)

    def next(self, name: str) -> str:
        number = int(getattr(self.numbers, name))
        setattr(self.numbers, name, number + 1)
        return str(number)

    def post(self, person: Person, day: date, kind: str, amount: int, **more: str) -> None:
        self.ledger.append(Entry(person, day, kind, amount, **more))
