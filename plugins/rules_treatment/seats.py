"""Work that was begun and is finished at a later visit: crowns, bridges, dentures that are seated.

Three signs say that a procedure was begun: it stands in a multi-visit group with a begun member; a laboratory case was
sent for it; or it is one of the office's own seat codes on a tooth that was prepared (settings). A crown that was made
and seated in one visit has none of them.
"""

from __future__ import annotations

from sqlalchemy import CTE, ColumnElement, Select, and_, or_, select, tuple_, union

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.people import live
from hub.rulekit.treatment import one_thing

WORK, LAB = TABLES["procedure"], TABLES["lab_case"]
BEGUN, OPEN = ("COMPLETED", "IN_PROGRESS"), ("PLANNED", "IN_PROGRESS")


def begun_groups(view: RuleView) -> Select[tuple[str, str, str]]:
    """(source, patient_key, multi_visit_key) of the groups with a begun member."""
    return select(WORK.c.source, WORK.c.patient_key, WORK.c.multi_visit_key).where(
        live(WORK, view.practice_id), WORK.c.multi_visit_key.is_not(None), WORK.c.status.in_(BEGUN)
    )


def in_begun_group(view: RuleView) -> ColumnElement[bool]:
    """Does a row of `procedure` stand in such a group?"""
    key = tuple_(WORK.c.source, WORK.c.patient_key, WORK.c.multi_visit_key)
    return and_(WORK.c.multi_visit_key.is_not(None), key.in_(begun_groups(view)))


def with_lab_case(view: RuleView) -> ColumnElement[bool]:
    """The laboratory case of a row of `procedure`, as the condition of a join. Only one that was sent proves that the
    tooth is prepared: offices make the case when they book."""
    return and_(
        live(LAB, view.practice_id),
        LAB.c.practice_id == WORK.c.practice_id,
        LAB.c.source == WORK.c.source,
        LAB.c.procedure_key == WORK.c.source_key,
        LAB.c.sent_date.is_not(None),
    )


def being_made(view: RuleView, work: CTE) -> ColumnElement[bool]:
    """As a condition on `hub.rulekit.treatment.counted`: begun by its group or laboratory case. TX-SEAT-MISSING speaks of
    it, so that no other treatment kind may count its dollars again."""
    key = (WORK.c.source, one_thing(WORK))
    grouped = select(*key).where(live(WORK, view.practice_id), WORK.c.status.in_(OPEN), in_begun_group(view))
    at_lab = select(*key).select_from(WORK.join(LAB, with_lab_case(view))).where(
        live(WORK, view.practice_id), WORK.c.status.in_(OPEN)
    )  # fmt: skip
    begun = union(grouped, at_lab).subquery("begun")
    return tuple_(work.c.source, work.c.thing).in_(select(begun.c.source, begun.c[1]))


def is_seat_code(codes: tuple[str, ...]) -> ColumnElement[bool]:
    """One of the office's own codes for a seat step, as it writes them or cleaned."""
    return or_(WORK.c.code.in_(codes), WORK.c.cdt.in_(codes))
