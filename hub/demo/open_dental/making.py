"""What is known while the made-up practice is turned into Open Dental: the story, the tables so far, and who has which key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from hub.demo.claims import Check, Claim, Office
from hub.demo.lender import Lender
from hub.demo.open_dental.builder import Builder
from hub.demo.planted import Planted
from hub.demo.world import Calendar, Person, Procedure, Visit, World


@dataclass(slots=True)
class Keys:
    """World's ids to Open Dental's keys; `subs` by payer and member id, `plans` by payer, `cases` to treatment plans."""

    patients: dict[str, int] = field(default_factory=dict)
    procedures: dict[str, int] = field(default_factory=dict)
    appointments: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)
    carriers: dict[str, int] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    subs: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class Marks:
    """What Open Dental shows of the story and the story itself does not say. All by World's ids."""

    status: dict[str, str] = field(default_factory=dict)  # claim -> W, U, H or I instead of S
    unfinalized: set[str] = field(default_factory=set)  # trace of a check that was entered and not finalized
    partial: set[str] = field(default_factory=set)  # trace of a check whose batch is still open
    unbilled: set[str] = field(default_factory=set)  # procedures for which nobody made a claim
    in_process: set[str] = field(default_factory=set)  # procedures begun and not finished
    unpaid: set[str] = field(default_factory=set)  # procedures whose patient share nobody paid
    unconfirmed: dict[str, int] = field(default_factory=dict)  # visit -> definition of its confirmation status
    unsigned: set[str] = field(default_factory=set)  # visits without signed consent
    entered: dict[str, date] = field(default_factory=dict)  # claim -> day it was made, when not the day of service


@dataclass(slots=True)
class Making:
    """Everything at once. `night` is the moment of the last backup: nothing in the tables is later."""

    office: Office
    lender: Lender
    b: Builder
    rng: Random
    planted: Planted
    shown: Planted = field(default_factory=Planted)  # what is planted under Open Dental's own keys
    keys: Keys = field(default_factory=Keys)
    marks: Marks = field(default_factory=Marks)
    visit_of: dict[str, Visit] = field(default_factory=dict)  # procedure -> its visit
    held: dict[str, list[Procedure]] = field(default_factory=dict)  # visit -> its procedures
    moved: dict[str, Visit] = field(default_factory=dict)  # visit -> the broken one it replaced, the same row
    in_case: dict[str, list[Procedure]] = field(default_factory=dict)  # case -> its procedures
    people: dict[str, Person] = field(default_factory=dict)
    lines_of: dict[str, Procedure] = field(default_factory=dict)  # number of a claim line -> its procedure
    preauths: list[Claim] = field(default_factory=list)
    later: list[Callable[[Making], None]] = field(default_factory=list)  # plants that need the finished tables

    @property
    def world(self) -> World:
        return self.office.world

    @property
    def calendar(self) -> Calendar:
        return self.office.world.calendar

    @property
    def night(self) -> datetime:
        return at(self.calendar.night, 21, 30)

    def pat(self, person: Person) -> int:
        return self.keys.patients[person.id]

    def guarantor(self, person: Person) -> int:
        return self.keys.patients[person.guarantor_id]

    def proc(self, procedure: Procedure) -> int:
        return self.keys.procedures[procedure.id]

    def stamp(self, day: date) -> datetime:
        """Some moment of that day's office hours; never after the last backup."""
        return min(at(day, 8 + self.rng.randrange(9), self.rng.randrange(60), self.rng.randrange(60)), self.night)

    def posted(self, claim: Claim) -> list[Check]:
        return [check for check in self.office.checks if check.posted and any(a.claim is claim for a in check.answers)]


def at(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second))


def workday_before(calendar: Calendar, days: int) -> date:
    return calendar.work.plus(calendar.last_open, -days)


def days_before(calendar: Calendar, days: int) -> date:
    return calendar.today - timedelta(days=days)
