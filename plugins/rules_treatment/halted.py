"""Which planned work came to a halt: its earlier step is finished, and nobody booked it. Two reads, judged in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.codes import begins, code_of
from hub.rulekit.people import live
from hub.rulekit.treatment import DEFAULT_CASE_NAMES, counted, one_thing
from hub.rulekit.visits import unbooked
from plugins.rules_treatment.phases import Phase
from plugins.rules_treatment.seats import being_made

WORK, REFERRAL = TABLES["procedure"], TABLES["referral"]
_OVER = ("DECLINED", "CLOSED")
_AHEAD = ("PLANNED", "IN_PROGRESS")
Mouth = tuple[str, str]  # source and key of the patient


@dataclass(frozen=True, slots=True)
class Halted:
    """A counted procedure (`work`), its newest finished earlier `step`, and the phase between them."""

    work: Any
    step: Any
    phase: Phase

    @property
    def late_on(self) -> date:
        """The day from which it is late, not yet rolled to an open one."""
        days = self.phase.min_days if self.phase.late_days is None else self.phase.late_days
        on: date = self.step.date_completed
        return on + timedelta(days=days)


def undecided_work(view: RuleView, default_case_names: Sequence[str] = DEFAULT_CASE_NAMES) -> Sequence[Any]:
    """Counted, unbooked, not begun, of a case without a yes: rows of `hub.rulekit.treatment.counted`."""
    work = counted(view, default_case_names)
    query = select(work).where(~work.c.is_accepted, unbooked(view, work), ~being_made(view, work))
    return view.connection.execute(query).all()


def halted(view: RuleView, works: Iterable[Any], phases: Sequence[Phase], grace_days: int) -> list[Halted]:
    """Those of `works` whose earlier step was finished `grace_days` ago or before and that may be made by now. What a
    specialist is to do, and what was made again since, is left out."""
    follows = tuple(code for phase in phases for code in phase.next)
    candidates = [work for work in works if code_of(work).startswith(follows)]
    if not candidates:
        return []
    steps, referred = _steps(view, phases), _referred(view)
    newest = view.as_of - timedelta(days=grace_days)
    found = [
        each
        for work in candidates
        if (work.source, work.thing) not in referred
        and (each := _halt(view, work, steps.get((work.source, work.patient_key), ()), phases)) is not None
    ]
    found.sort(key=lambda each: (each.work.source, each.work.source_key))
    return [each for each in found if each.step.date_completed <= newest]


def _halt(view: RuleView, work: Any, mouth: Sequence[Any], phases: Sequence[Phase]) -> Halted | None:
    """The phase whose earlier step was finished last, unless it has to wait or was gone through already."""
    chains = [each for phase in phases if code_of(work).startswith(phase.next) and (each := _chain(view, work, mouth, phase))]
    last = max(chains, key=lambda each: (each.step.date_completed, each.step.source_key), default=None)
    if last is None:
        return None
    again = (
        other
        for other in _at_site(mouth, work, last.phase)
        if code_of(other) == code_of(work) and other.status == "COMPLETED" and other.date_completed is not None
    )
    return None if any(other.date_completed >= last.step.date_completed for other in again) else last


def _chain(view: RuleView, work: Any, mouth: Sequence[Any], phase: Phase) -> Halted | None:
    """The newest finished earlier step of this phase; None while another one is planned in the case, or it heals."""
    steps = [step for step in _at_site(mouth, work, phase) if code_of(step).startswith(phase.done)]
    if any(step.status in _AHEAD and step.case_key == work.case_key and work.case_key is not None for step in steps):
        return None
    done = [step for step in steps if step.status == "COMPLETED" and step.date_completed is not None]
    last = max(done, key=lambda step: (step.date_completed, step.source_key), default=None)
    if last is None or last.date_completed > view.as_of - timedelta(days=phase.min_days):
        return None
    return Halted(work, last, phase)


def _at_site(mouth: Sequence[Any], work: Any, phase: Phase) -> list[Any]:
    """Work on the same tooth or area; without a tooth or area nobody can say that two steps belong together."""
    if not phase.same_site:
        return list(mouth)
    site = work.tooth or work.area
    return [step for step in mouth if site and (step.tooth or step.area) == site]


def _steps(view: RuleView, phases: Sequence[Phase]) -> Mapping[Mouth, Sequence[Any]]:
    """By patient with planned work that follows something: everything under a code of the table."""
    follows = [code for phase in phases for code in phase.next]
    codes = [code for phase in phases for code in (*phase.done, *phase.next)]
    other = WORK.alias("follower")
    people = select(other.c.source, other.c.patient_key).where(
        live(other, view.practice_id), other.c.status == "PLANNED", begins(other, follows)
    )
    columns = (WORK.c.source, WORK.c.source_key, WORK.c.patient_key, WORK.c.case_key, WORK.c.code, WORK.c.description)
    query = (
        select(*columns, WORK.c.cdt, WORK.c.tooth, WORK.c.area, WORK.c.status, WORK.c.date_completed)
        .where(
            live(WORK, view.practice_id),
            begins(WORK, codes),
            or_(WORK.c.status.in_(_AHEAD), and_(WORK.c.status == "COMPLETED", WORK.c.date_completed <= view.as_of)),
            tuple_(WORK.c.source, WORK.c.patient_key).in_(people),
        )
    )  # fmt: skip
    found: defaultdict[Mouth, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.patient_key].append(row)
    return found


def _referred(view: RuleView) -> set[Mouth]:
    """(source, thing) of procedures that an open referral sends out: the next phase is not ours to book."""
    return {(source, thing) for source, thing in view.connection.execute(_sent_out(view))}


def _sent_out(view: RuleView) -> Select[Any]:
    named = and_(
        REFERRAL.c.practice_id == WORK.c.practice_id,
        REFERRAL.c.source == WORK.c.source,
        REFERRAL.c.procedure_key == WORK.c.source_key,
    )
    return (
        select(WORK.c.source, one_thing(WORK))
        .select_from(WORK.join(REFERRAL, named))
        .where(
            live(REFERRAL, view.practice_id),
            func.coalesce(REFERRAL.c.direction, "OUT") == "OUT",
            func.coalesce(REFERRAL.c.status, "SENT").not_in(_OVER),
        )
    )
