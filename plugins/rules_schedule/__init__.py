"""Visits that fell out of the book and recalls that are not in it: APPT-BROKEN and RECALL-OVERDUE."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_schedule.broken import BrokenVisit
from plugins.rules_schedule.recall import RecallOverdue

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (BrokenVisit, RecallOverdue)
