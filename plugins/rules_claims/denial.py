"""Is a zero on a remittance a denial? Judged from the adjustments, never from CLP02 alone. Pure.

A zero is explained when it is the patient's share (PR-1, PR-2, PR-3) or another payer's (OA-23), with the contract's
write-off (CO-45 and its kind, `CONTRACT_WRITE_OFF`) or what lies above the allowed amount (45 under any group, out of
network) making up the rest; when the plan is capitated (CO-24); when the maximum was known to be used up (119); and when a
line was bundled into one that was paid (97). Everything else is money that was expected in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from hub.model.remits import ABOVE_ALLOWED, CONTRACT_WRITE_OFF, EARLIER_PAYER, PATIENT_SHARE, Adjustment

_SHARED = PATIENT_SHARE | {EARLIER_PAYER}
_PRICE = CONTRACT_WRITE_OFF | ABOVE_ALLOWED
_CAPITATION = "CO-24"
_MAXIMUM, _BUNDLED = "119", "97"
# Our own short words for what a reason code is about; a code without words is shown as it is.
_ABOUT = {
    "16": "information missing", "18": "duplicate", "22": "other insurance first", "26": "before coverage began",
    "27": "coverage ended", "29": "filed too late", "31": "patient not recognised", "50": "necessity questioned",
    "96": "not covered", "97": "bundled", "109": "wrong payer", "119": "maximum used up", "151": "frequency",
    "197": "no preauthorization", "204": "not covered", "226": "information missing", "227": "information missing",
    "252": "attachment missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One adjudicated line, or the whole claim when the payer sent no lines. Cents."""

    key: str
    charge: int
    paid: int
    adjustments: tuple[Adjustment, ...]
    code: str | None = None
    line_number: str | None = None


def is_denied(line: Line, *, maximum_known: bool, something_paid: bool) -> bool:
    """Was this line refused? `something_paid`: another line of the claim was."""
    if line.paid > 0 or line.charge <= 0:
        return False
    reasons = {adjustment.reason for adjustment in line.adjustments}
    if (_MAXIMUM in reasons and maximum_known) or (_BUNDLED in reasons and something_paid):
        return False
    if any(_label(adjustment) == _CAPITATION for adjustment in line.adjustments):
        return False
    shared = _sum(line, _SHARED)
    return shared <= 0 or shared + _sum(line, _PRICE) < line.charge


def about(lines: Iterable[Line]) -> str:
    """Why, in our words: "frequency"; "CO-236" for a reason we have no words for."""
    explained = _SHARED | _PRICE
    said: dict[str, None] = {}
    for line in lines:
        adjustments = [a for a in line.adjustments if _label(a) not in explained] or line.adjustments
        for adjustment in adjustments:
            said[_ABOUT.get(adjustment.reason) or _label(adjustment)] = None
    return ", ".join(list(said)[:3]) or "no reason given"


def _label(adjustment: Adjustment) -> str:
    """`CO-45`."""
    return f"{adjustment.group}-{adjustment.reason}"


def _sum(line: Line, kinds: Set[str]) -> int:
    return sum(adjustment.cents for adjustment in line.adjustments if _label(adjustment) in kinds)
