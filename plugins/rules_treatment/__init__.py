"""Treatment that was planned and is not on the book: TX-ACCEPTED-UNBOOKED and TX-UNSCHEDULED.

One item per patient and case, one code per case: a case with acceptance evidence is never also "unscheduled".
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_treatment.accepted import AcceptedUnbooked
from plugins.rules_treatment.unscheduled import Unscheduled

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (AcceptedUnbooked, Unscheduled)
