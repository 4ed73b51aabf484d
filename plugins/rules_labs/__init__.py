"""Laboratory cases: what has to be back before the patient sits down."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_labs.late import LabLate

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["LabLate"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (LabLate,)
