"""Visits that fell out of the book, near visits nobody confirmed, and recalls that are not in the book: APPT-BROKEN,
APPT-UNCONFIRMED and RECALL-OVERDUE."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_schedule.broken import BrokenVisit
from plugins.rules_schedule.recall import RecallOverdue
from plugins.rules_schedule.unconfirmed import Unconfirmed

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (BrokenVisit, Unconfirmed, RecallOverdue)
