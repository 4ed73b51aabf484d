"""What a TOML mapping cannot reckon, as pure functions of one JSON record: the twins of the SQL expressions of the queries.

Amounts are dollars as text with two decimals ("1255.00"), as in every row; -1 in an amount of a claimproc means "blank"
(reference 2.6). Both ways of reckoning are tested against the same hand-made cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Record = Mapping[str, Any]
PAID = frozenset({"Received", "Supplemental", "CapClaim", "CapComplete", "1", "4", "5", "7"})
ESTIMATED = frozenset({"NotReceived", "Estimate", "CapEstimate", "InsHist", "0", "6", "8", "9"})
_CENT = Decimal("0.01")


def dollars(value: object) -> Decimal:
    """An amount of the API, which comes as number or text; blank is 0."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def cents_text(amount: Decimal) -> str:
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):f}"


def is_true(value: object) -> bool:
    return str(value).strip().lower() in ("true", "1")


def is_day(value: object) -> bool:
    """Is it a day at all? Every year below 1880 is Open Dental's way to say none."""
    text = str(value or "")
    return text[:4].isdigit() and int(text[:4]) >= 1880


def line_fee(procedure: Record) -> str:
    """What a procedure costs: ProcFee times units, at least one (reference 4.3)."""
    units = int(procedure.get("UnitQty") or 0) + int(procedure.get("BaseUnits") or 0)
    return cents_text(dollars(procedure.get("ProcFee")) * max(1, units))


def insurance_share(claim_procs: Iterable[Record]) -> str:
    """Expected or paid by all insurances of one procedure (reference 7.11)."""
    return cents_text(sum((_insurance(row) for row in claim_procs), Decimal(0)))


def writeoff_share(claim_procs: Iterable[Record]) -> str:
    """Write-offs of one procedure, expected or taken (reference 7.11)."""
    return cents_text(sum((Decimal(writeoff(row)) for row in claim_procs), Decimal(0)))


def patient_portion(procedure: Record, claim_procs: Iterable[Record], adjustments: Iterable[Record]) -> str:
    """Fee - write-off - insurance + adjustments of the procedure; what patients paid is not taken off (7.11)."""
    rows = list(claim_procs)
    moved = sum((dollars(row.get("AdjAmt")) for row in adjustments), Decimal(0))
    rest = Decimal(line_fee(procedure)) - Decimal(writeoff_share(rows)) - Decimal(insurance_share(rows)) + moved
    return cents_text(rest)


def _insurance(row: Record) -> Decimal:
    status = str(row.get("Status"))
    if status in PAID:
        return dollars(row.get("InsPayAmt"))
    return dollars(row.get("InsPayEst")) if status in ESTIMATED else Decimal(0)


def writeoff(row: Record) -> str:
    """The write-off of one claimproc: taken when it is paid; else the override, else the estimate, -1 being blank."""
    status = str(row.get("Status"))
    if status in PAID:
        return cents_text(dollars(row.get("WriteOff")))
    if status not in ESTIMATED:
        return "0.00"
    override, estimate = dollars(row.get("WriteOffEstOverride", -1)), dollars(row.get("WriteOffEst", -1))
    return cents_text(next((amount for amount in (override, estimate) if amount != -1), Decimal(0)))


def allowed(row: Record) -> str:
    """AllowedOverride of a claimproc; blank when it is -1."""
    amount = dollars(row.get("AllowedOverride", -1))
    return "" if amount == -1 else cents_text(amount)


def minutes(appointment: Record) -> str:
    """Pattern holds one sign for every 5 minutes."""
    return str(len(str(appointment.get("Pattern") or "")) * 5)


def plan_state(plan: Record) -> str:
    """TPStatus as the database's number, with "s" behind it when the patient signed."""
    number = {"Saved": "0", "Active": "1", "Inactive": "2"}.get(str(plan.get("TPStatus")), str(plan.get("TPStatus")))
    return number + ("s" if is_true(plan.get("isSigned")) else "")


def plan_signed_on(plan: Record) -> str:
    """Day of the signature: DateTSigned, which older versions lack; then the day of the saved plan."""
    if not is_true(plan.get("isSigned")):
        return ""
    return next((str(plan[name])[:10] for name in ("DateTSigned", "DateTP") if is_day(plan.get(name))), "")


def referral_state(referral: Record) -> str:
    """RefToStatus as the database's number; 5 (complete) once DateProcComplete is filled."""
    names = ("None", "Declined", "Scheduled", "Consulted", "InTreatment", "Complete")
    if is_day(referral.get("DateProcComplete")):
        return "5"
    status = str(referral.get("RefToStatus"))
    return str(names.index(status)) if status in names else status


def is_active(record: Record) -> str:
    """A provider, chair or user that is in use."""
    gone = is_true(record.get("IsHidden")) or str(record.get("ProvStatus")) in ("Deleted", "1")
    return "0" if gone else "1"


def sent_on(claim: Record) -> str:
    """DateSent of a claim that went out; Open Dental fills it when the claim is made, too."""
    text = str(claim.get("DateSent") or "")[:10]
    return text if str(claim.get("ClaimStatus")) in ("S", "R", "P") and is_day(text) else ""


def is_booked(recall: Record) -> str:
    """A recall that Open Dental has tied to a visit carries that visit's day."""
    return "1" if is_day(recall.get("DateScheduled")) else "0"
