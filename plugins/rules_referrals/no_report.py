"""REF-NO-REPORT: the specialist should have written by now.

Counts: referrals out without a report: `seen_bd` working days after the patient was seen (else after the day that was
booked), and `sent_days` after sending where neither day is known. A report is the referral's own date, or a document of
kind REPORT of the patient on or after that day; each document answers one referral. Does not count: declined and closed
referrals. "Patient says done" is seen, never a report.
Money: net of the planned work that comes back to us, in cents. Days: due when the wait is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import func, or_, select

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.treatment import net_cents, one_thing
from hub.rulekit.visits import token, tokens_of
from hub.rulekit.wording import day_text, working_days

REFERRAL, DOCUMENT, WORK = TABLES["referral"], TABLES["document"], TABLES["procedure"]
_OVER = ("DECLINED", "CLOSED")
_SEEN = ("SEEN", "COMPLETED")
PersonKey = tuple[str, str]


class NoReportSettings(RuleSettings):
    """`[items.REF-NO-REPORT]`"""

    seen_bd: int = Field(10, ge=0, description="working days after the specialist's visit")
    sent_days: int = Field(30, ge=1, description="calendar days after sending, where no visit is known")


class NoReport(Rule):
    """One item per referral."""

    code = "REF-NO-REPORT"
    title = "Referral without a report"
    owner = "PC"
    audience = "money"  # the other office is called, not the patient
    needs = ("referral",)
    needs_columns = ("referral.report_received",)
    reads = ("referral", "document")
    settings: ClassVar[type[BaseModel]] = NoReportSettings
    clears_when = "the report is in the chart, or the referral is declined or closed"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        waiting = [each for row in _open_referrals(view) if (each := _waits(view, row)) is not None]
        if not waiting:
            return
        unanswered = _without_report(waiting, _reports(view))
        planned = _planned_work(view)
        for each in unanswered:
            if each.due <= view.as_of:
                yield _finding(view, each, planned.get((each.row.person_source, each.row.person_key), ()))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral without a report of its own: since when it waits, and from when on it is too long."""

    row: Any
    since: date
    due: date

    @property
    def person(self) -> PersonKey:
        return self.row.person_source, self.row.person_key


def _open_referrals(view: RuleView) -> Sequence[Any]:
    person = with_person(REFERRAL, "referral")
    columns = (column for column in REFERRAL.c if column.name != "practice_id")
    query = (
        select(*columns, *person.columns())
        .select_from(person.joined)
        .where(
            live(REFERRAL, view.practice_id),
            func.coalesce(REFERRAL.c.direction, "OUT") == "OUT",
            func.coalesce(REFERRAL.c.status, "SENT").not_in(_OVER),
            REFERRAL.c.report_received.is_(None),
            audience_gate(person.patient, "contact"),
        )
        .order_by(REFERRAL.c.source, REFERRAL.c.source_key)
    )
    return view.connection.execute(query).all()


def _waits(view: RuleView, row: Any) -> Waiting | None:
    """None while the visit lies ahead, or where no day at all is known."""
    settings = view.settings
    assert isinstance(settings, NoReportSettings)
    visit = row.seen_date or row.booked_for
    if visit is not None:
        return Waiting(row, visit, view.workdays.plus(visit, settings.seen_bd)) if visit <= view.as_of else None
    sent = row.sent_date or (row.created_date if (row.status or "CREATED") != "CREATED" else None)
    if sent is None:
        return None
    return Waiting(row, sent, view.workdays.roll_forward(sent + timedelta(days=settings.sent_days)))


def _reports(view: RuleView) -> Mapping[PersonKey, Sequence[Any]]:
    """Reports among the documents of each person, oldest first."""
    person = with_person(DOCUMENT, "document")
    columns = (DOCUMENT.c.source_key, DOCUMENT.c.created_date, DOCUMENT.c.title, DOCUMENT.c.procedure_key)
    query = (
        select(*columns, *person.columns())
        .select_from(person.joined)
        .where(live(DOCUMENT, view.practice_id), DOCUMENT.c.kind == "REPORT", DOCUMENT.c.created_date.is_not(None))
        .order_by(DOCUMENT.c.created_date, DOCUMENT.c.source_key)
    )
    found: defaultdict[PersonKey, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.person_source, row.person_key].append(row)
    return found


def _without_report(waiting: Sequence[Waiting], reports: Mapping[PersonKey, Sequence[Any]]) -> list[Waiting]:
    """Each report answers one referral: the one that it names, else the oldest that waits."""
    left = {person: list(papers) for person, papers in reports.items()}
    rest = sorted(waiting, key=lambda one: (one.since, one.row.source, one.row.source_key))
    for by_name in (True, False):
        rest = [each for each in rest if not _takes_report(each, left.get(each.person, []), by_name)]
    return sorted(rest, key=lambda one: (one.row.source, one.row.source_key))


def _takes_report(each: Waiting, papers: list[Any], by_name: bool) -> bool:
    """Take the oldest report that fits away from `papers`; False when none does."""
    for paper in papers:
        if paper.created_date >= each.since and (not by_name or _names(paper, each.row)):
            papers.remove(paper)
            return True
    return False


def _names(paper: Any, row: Any) -> bool:
    """The report says whose it is: the specialist's last name in its title, or the referral's procedure."""
    last = (row.to_name or "").split()[-1:] or [""]
    by_title = bool(last[0]) and last[0].casefold() in (paper.title or "").casefold()
    return by_title or (row.procedure_key is not None and paper.procedure_key == row.procedure_key)


def _planned_work(view: RuleView) -> Mapping[PersonKey, Sequence[Any]]:
    """Planned work of people with a referral that names what comes back."""
    people = select(REFERRAL.c.patient_key).where(live(REFERRAL, view.practice_id), REFERRAL.c.return_procedures.is_not(None))
    columns = (WORK.c.source, WORK.c.source_key, WORK.c.patient_key, WORK.c.code, WORK.c.cdt, WORK.c.tooth)
    query = (
        select(*columns, one_thing(WORK).label("thing"), net_cents(WORK).label("net_cents"))
        .where(
            live(WORK, view.practice_id),
            WORK.c.status == "PLANNED",
            or_(WORK.c.patient_key.in_(people), WORK.c.patient_key.in_(_linked_people(view))),
        )
        .order_by(WORK.c.source, WORK.c.source_key)
    )
    found: defaultdict[PersonKey, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.patient_key].append(row)
    return found


def _linked_people(view: RuleView) -> Any:
    """The patients that referrals of another source are linked to."""
    link = TABLES["xref"]
    return select(link.c.to_key).where(
        link.c.practice_id == view.practice_id, link.c.relation == "patient", link.c.from_entity == "referral",
        link.c.state == "CONFIRMED", link.c.to_key.is_not(None),
    )  # fmt: skip


def _returning(row: Any, planned: Sequence[Any]) -> list[Any]:
    """The planned procedures that the referral names as coming back."""
    wanted = set(tokens_of(row.return_procedures))
    return [
        work
        for work in planned
        if {token(code, tooth) for code in (work.code, work.cdt) if code for tooth in (work.tooth, None)} & wanted
    ]


def _finding(view: RuleView, each: Waiting, planned: Sequence[Any]) -> Finding:
    row, back = each.row, _returning(each.row, planned)
    return Finding(
        subject=f"referral:{ref(row.source, row.source_key)}",
        value_cents=sum({work.thing: work.net_cents for work in back}.values()),  # each thing once, in however many plans
        sentence=_sentence(view, each),
        next_step="ask the specialist's office for the report and images" + _if_seen(row),
        likelihood=0.7,
        risk=1.0,
        due=each.due,
        horizon_bd=10,
        since=each.since,
        patient=person_ref(row),
        patient_name=person_name(row),
        location_id=row.location_id,
        state=f"{row.status} {each.since}",
        evidence=(
            f"referral:{ref(row.source, row.source_key)}",
            *(f"procedure:{ref(work.source, work.source_key)}" for work in back),
        ),
    )


def _is_seen(row: Any) -> bool:
    return row.seen_date is not None or row.status in _SEEN


def _if_seen(row: Any) -> str:
    return "" if _is_seen(row) else ", and whether the visit took place"


def _sentence(view: RuleView, each: Waiting) -> str:
    row, label, to = each.row, person_label(each.row), each.row.to_name or "The specialist"
    ago = working_days(view.workdays.since(each.since, view.as_of))
    if row.seen_date is not None or (row.booked_for is not None and _is_seen(row)):
        return f"{to} saw {label} {ago}; no report in the chart."
    if row.booked_for is not None:
        return f"{label} was booked with {to} on {day_text(row.booked_for, view.as_of)}, {ago}; no report in the chart."
    return f"{label} was referred to {to} on {day_text(each.since, view.as_of)}; no visit and no report is noted."
