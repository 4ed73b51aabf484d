"""What the hub itself remembers of a visit that fell out of the book: from the item that it opened about it.

Rebooking takes the procedures away from the old visit (a procedure names one visit only), and some sources do not say
when a visit was taken off the book. The item's evidence and its day of opening still tell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from hub.clock import local_date
from hub.contract import RuleView
from hub.ids import split_ref
from hub.model import TABLES

ITEM, EVENT = TABLES["work_item"], TABLES["item_event"]
_BEGINS = ("OPENED", "REOPENED")
_SHUT = ("RESOLVED", "EXPIRED")
VisitKey = tuple[str, str]  # source and key of the visit


@dataclass(frozen=True, slots=True)
class Remembered:
    """Keys of the procedures that the visit held when it was last listed; and the local day since which it is listed this
    time, None while it is not."""

    procedures: frozenset[str]
    seen_on: date | None


def remembered(view: RuleView, code: str, since: date) -> Mapping[VisitKey, Remembered]:
    """By visit: what the newest item of kind `code` says that was last judged on `since` or later."""
    begun = and_(EVENT.c.practice_id == ITEM.c.practice_id, EVENT.c.item_id == ITEM.c.id, EVENT.c.action.in_(_BEGINS))
    anew = or_(EVENT.c.from_status.is_(None), EVENT.c.from_status.in_(_SHUT))  # not: dismissed, and it changed
    query = (
        select(ITEM.c.subject, ITEM.c.evidence, ITEM.c.status, func.max(EVENT.c.at))
        .select_from(ITEM.outerjoin(EVENT, and_(begun, anew)))
        .where(ITEM.c.practice_id == view.practice_id, ITEM.c.code == code, ITEM.c.as_of >= since)
        .group_by(ITEM.c.subject, ITEM.c.evidence, ITEM.c.status, ITEM.c.occurrence)
        .order_by(ITEM.c.occurrence)
    )
    return {
        split_ref(subject.removeprefix("appointment:")): Remembered(
            _procedures(evidence), local_date(at, view.timezone) if at is not None and status not in _SHUT else None
        )
        for subject, evidence, status, at in view.connection.execute(query)
    }


def _procedures(evidence: str) -> frozenset[str]:
    named = (reference.removeprefix("procedure:") for reference in json.loads(evidence) if reference.startswith("procedure:"))
    return frozenset(split_ref(reference)[1] for reference in named)
