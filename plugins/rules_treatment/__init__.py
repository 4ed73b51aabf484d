"""Treatment that was planned and is not on the book: TX-ACCEPTED-UNBOOKED, TX-PHASE-STALLED, TX-UNSCHEDULED; and begun
work without a seat visit: TX-SEAT-MISSING.

One item per patient and case, one code per case, in this order: a case with acceptance evidence is never also stalled or
"unscheduled", and a stalled one never "unscheduled". Begun work belongs to TX-SEAT-MISSING alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_treatment.accepted import AcceptedUnbooked
from plugins.rules_treatment.seat_missing import SeatMissing
from plugins.rules_treatment.stalled import PhaseStalled
from plugins.rules_treatment.unscheduled import Unscheduled

HUB_CONTRACT = ">=1.0,<2"


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (AcceptedUnbooked, PhaseStalled, SeatMissing, Unscheduled)
