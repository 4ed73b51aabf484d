"""Steps of treatment that follow one another on a tooth, and which of them has to wait.

A table of phases (`phase_table`) says after which finished step which next one may be made, and when it is late. It is
the practice's own and drives reminders only; it is no clinical advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import CTE, ColumnElement, and_, exists, false, func, or_, true

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.codes import begins
from hub.rulekit.people import live
from hub.rulekit.settings import RuleSettings

WORK = TABLES["procedure"]


class Phase(RuleSettings):
    """After `done` on the same tooth (or area), `next` has to heal for `min_days`. Codes are given by their beginnings."""

    done: tuple[str, ...] = Field(description='beginnings of codes of the earlier step, for example ["D7"]')
    next: tuple[str, ...] = Field(description='beginnings of codes of the later step, for example ["D6010"]')
    min_days: int = Field(ge=0, description="days the earlier step must lie back")
    late_days: int | None = Field(None, ge=0, description="late so many days after the earlier step; empty: `min_days`")
    same_site: bool = Field(True, description="only on the same tooth or area; false: anywhere in the mouth")
    fragile: bool = Field(False, description="a tooth left like this breaks: clinical risk")


# The steps that have to heal before the next one can be booked.
HEALING = (
    Phase(done=("D7",), next=("D6010",), min_days=90),  # type: ignore[call-arg]
    Phase(done=("D6010",), next=("D605", "D606", "D607"), min_days=90),  # type: ignore[call-arg]
    Phase(done=("D4341", "D4342"), next=("D4910",), min_days=90, same_site=False),  # type: ignore[call-arg]
)
# D2950, D2952, D2954 build a tooth up; D0170 and D0171 are re-evaluations.
ALL_PHASES = (
    Phase(done=("D33",), next=("D2950", "D2952", "D2954", "D27"), min_days=0, late_days=30, fragile=True),  # type: ignore[call-arg]
    *HEALING,
    Phase(done=("D4341", "D4342"), next=("D0170", "D0171"), min_days=30, same_site=False),  # type: ignore[call-arg]
)


def heals(view: RuleView, work: CTE, phases: Sequence[Phase]) -> ColumnElement[bool]:
    """The earlier step of a listed phase is still planned, or was done too few days ago: this one cannot be booked."""
    return or_(false(), *(_waits_for(view, work, phase) for phase in phases))


def _waits_for(view: RuleView, work: CTE, phase: Phase) -> ColumnElement[bool]:
    step = WORK.alias("earlier_step")
    done_after = view.as_of - timedelta(days=phase.min_days)
    return and_(
        begins(work, phase.next),
        exists().where(
            _same_mouth(step, work, view),
            begins(step, phase.done),
            or_(
                and_(step.c.status.in_(("PLANNED", "IN_PROGRESS")), step.c.case_key == work.c.case_key),
                and_(step.c.status == "COMPLETED", step.c.date_completed > done_after),
            ),
            _same_site(step, work, phase),
        ),
    )


def _same_mouth(step: Any, work: CTE, view: RuleView) -> ColumnElement[bool]:
    return and_(
        live(step, view.practice_id), step.c.source == work.c.source, step.c.patient_key == work.c.patient_key
    )


def _same_site(step: Any, work: CTE, phase: Phase) -> ColumnElement[bool]:
    if not phase.same_site:
        return true()
    return func.coalesce(step.c.tooth, step.c.area, "") == func.coalesce(work.c.tooth, work.c.area, "")
