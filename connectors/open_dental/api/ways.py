"""Cells that need more than one field or record: the API's twins of the SQL expressions of the queries, by stream and label.

Only what the API can tell stands here. A label without a field, a join or an entry here is left out in API mode, unless
the key may run queries (`connectors.open_dental.api.short_query`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.open_dental.amounts import cents_text, dollars, is_day, is_true
from connectors.open_dental.api.joins import Joined, Names
from connectors.open_dental.api.paging import Record
from connectors.open_dental.back.cards import marks_in
from connectors.open_dental.words import PROC_STATUS


@dataclass(frozen=True, slots=True)
class Reckon:
    """`of` makes the value from a record and those behind `aliases`; the column's kind makes the cell of it. The records
    behind `spare` aliases may be missing: `of` says what it can without them where an office has no such list."""

    of: Callable[[Joined, Names], str]
    aliases: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()


def _full_name(person: Record) -> str:
    return " ".join(str(person.get(part) or "") for part in ("FName", "LName")).strip()


def _subscriber(one: Joined, names: Names) -> str:
    return _full_name(one["sp"])


def _plan_type(one: Joined, names: Names) -> str:
    return ("m" if is_true(one["i"].get("IsMedical")) else "") + str(one["i"].get("PlanType") or "")


def _member(one: Joined, names: Names) -> str:
    return str(one["t"].get("PatID") or one["s"].get("SubscriberID") or "")


def _by_paper(one: Joined, names: Names) -> str:
    """Carriers that take no electronic claims: never, or (2 in the database) not as second."""
    takes = str(one["c"].get("NoSendElect") or "")
    second = takes not in ("NoSendElect", "SendElect", "")
    return "1" if takes == "NoSendElect" or (second and one["t"].get("ClaimType") == "S") else "0"


def _received_on(one: Joined, names: Names) -> str:
    """DateReceived of a claim that is received: one that is sent again keeps the old day, and is open all the same."""
    return str(one["t"].get("DateReceived") or "") if one["t"].get("ClaimStatus") == "R" else ""


def _coverage(one: Joined, names: Names) -> Record:
    """The patient's coverage under the policy of the record: the lowest number, as in SQL."""
    pair = (str(one["t"].get("PatNum", "")), str(one["t"].get("InsSubNum", "")))
    found = names.group("patplans", ("PatNum", "InsSubNum")).get(pair, [])
    return min(found, key=lambda each: int(str(each.get("PatPlanNum", 0))), default={})


def _ordinal(one: Joined, names: Names) -> str:
    pair = (str(one["t"].get("PatNum", "")), str(one["t"].get("InsSubNum", "")))
    found = names.group("patplans", ("PatNum", "InsSubNum")).get(pair, [])
    return min((str(each.get("Ordinal", "")) for each in found), default="")


def _line_number(one: Joined, names: Names) -> str:
    """Loop 2400 REF*6R as Open Dental writes it; longer than 30 signs it is cut in a way nobody documents."""
    line = one["t"]
    if str(line.get("ClaimNum") or "0") == "0" or str(line.get("ProcNum") or "0") == "0":
        return ""
    ordinal = _ordinal(one, names)
    told = f"x{line['ProcNum']}/{ordinal}/{line.get('PlanNum')}"
    return told if ordinal and len(told) <= 30 else ""


def _verified(kind: str, key: str) -> Callable[[Joined, Names], str]:
    def of(one: Joined, names: Names) -> str:
        found = names.group("insverifies", ("VerifyType", "FKey")).get((kind, str(one["t"].get(key, ""))), [])
        return max((str(each.get("DateLastVerified", "")) for each in found), default="")

    return of


def _preference(name: str) -> Callable[[Joined, Names], str]:
    return lambda one, names: names.office.preference(name)


def _last_aging(one: Joined, names: Names) -> str:
    told = names.office.preference("DateLastAging")[:10]
    return told if len(told) == 10 and told[:4].isdigit() and told[4] == "-" else ""


def _hidden_type(one: Joined, names: Names) -> str:
    """A recall type that the office does not show in its list; a blank preference hides nothing."""
    shown = [each.strip() for each in names.office.preference("RecallTypesShowingInList").split(",") if each.strip()]
    return "1" if shown and str(one["t"].get("RecallTypeNum")) not in shown else "0"


def _payment_kind(one: Joined, names: Names) -> str:
    # Without the payment at hand it is a payment all the same, of a type that is not known: its amount and sign are right,
    # and a kind left open would make every instalment that was paid look missed.
    payment, word = one["p"], str(one["pt"].get("ItemName") or "")
    if not payment:
        return word or "unknown"
    if dollars(payment.get("PayAmt")) < 0:
        return f"refund {word}"
    return "transfer" if str(payment.get("PayType")) == "0" else word or "unknown"


def _sum(*fields: str) -> Callable[[Joined, Names], str]:
    def of(one: Joined, names: Names) -> str:
        parts = (-dollars(one["t"].get(each[1:])) if each[0] == "-" else dollars(one["t"].get(each)) for each in fields)
        return cents_text(sum(parts, dollars(0)))

    return of


def _procedure_status(one: Joined, names: Names) -> str:
    """As the procedure stands now; 6 (deleted) when it is gone."""
    status = str(one["p"].get("ProcStatus") or "D")
    return PROC_STATUS.get(status, status)


def _blank_if_minus_one(field: str) -> Callable[[Joined, Names], str]:
    return lambda one, names: "" if dollars(one["t"].get(field, -1)) == -1 else str(one["t"][field])


def _benefit_kind(one: Joined, names: Names) -> str:
    """Reference 4.8: annual maximum = limitation in money, no quantity, no category or "General"; -1 is blank.

    Before 23.3.8 the API has no list of categories: a limitation in money under one is then of no known kind (OTHER).
    """
    row, category = one["t"], str(one["v"].get("Description") or "")
    kind, money, quantity = (
        str(row.get("BenefitType")),
        dollars(row.get("MonetaryAmt")),
        str(row.get("QuantityQualifier")),
    )
    period, general = str(row.get("TimePeriod")), str(row.get("CovCatNum") or "0") == "0" or category == "General"
    in_money = kind == "Limitations" and money > 0 and quantity == "None"
    if in_money and category.startswith("Ortho") and period == "Lifetime":
        return "ORTHO_LIFETIME"
    if in_money and str(row.get("CodeNum") or "0") == "0" and general and period in ("ServiceYear", "CalendarYear"):
        return "ANNUAL_MAX"
    if kind == "Deductible" and money >= 0:
        return "DEDUCTIBLE"
    if kind == "CoInsurance" and dollars(row.get("Percent", -1)) >= 0:
        return "PERCENT"
    if kind == "Limitations" and quantity != "None":
        return "FREQUENCY"
    return "WAITING" if kind == "WaitingPeriod" else "OTHER"


def _is_there(record: Record, field: str) -> bool:
    return bool(record.get(field))


def _boxes(one: Joined, names: Names) -> list[Record]:
    """The patient's signature boxes of a consent form."""
    fields = names.children("sheetfields", "SheetNum", str(one["t"].get("SheetNum", "")))
    return [each for each in fields if str(each.get("FieldType")) in ("SigBox", "9")]


def _box_count(one: Joined, names: Names) -> str:
    return str(len(_boxes(one, names)))


def _signed_on(one: Joined, names: Names) -> str:
    """Day of the last signature once no box is empty; the day of the form's last edit where no signature has a moment.

    A signature is longer than one sign: the first is only the flag of its kind (reference 4.10).
    """
    boxes = _boxes(one, names)
    if any(len(str(box.get("FieldValue") or "")) <= 1 for box in boxes):
        return ""
    moments = [str(box["DateTimeSig"]) for box in boxes if is_day(box.get("DateTimeSig"))]
    return max(moments, default=str(one["t"].get("DateTSheetEdited") or ""))


WAYS: Mapping[tuple[str, str], Reckon] = {
    ("patients", "balance_as_of"): Reckon(_last_aging),
    ("accounts", "as_of"): Reckon(_last_aging),
    ("recalls", "is_hidden_type"): Reckon(_hidden_type),
    ("procedures", "never_billed"): Reckon(lambda one, names: str(int(is_true(one["c"].get("NoBillIns")))), ("c",)),
    ("claims", "subscriber_name"): Reckon(_subscriber, ("sp",)),
    ("claims", "received_on"): Reckon(_received_on),
    ("claims", "by_paper"): Reckon(_by_paper, ("i", "c")),
    ("claims", "coverage_id"): Reckon(lambda one, names: str(_coverage(one, names).get("PatPlanNum", ""))),
    ("coverages", "subscriber_name"): Reckon(_subscriber, ("sp",)),
    ("coverages", "plan_type"): Reckon(_plan_type, ("i",)),
    ("coverages", "member_id"): Reckon(_member, ("s",)),
    ("coverages", "verified_on"): Reckon(_verified("PatientEnrollment", "PatPlanNum")),
    ("plans", "benefits_verified_on"): Reckon(_verified("InsuranceBenefit", "PlanNum")),
    ("claim_lines", "ordinal"): Reckon(_ordinal),
    ("claim_lines", "line_number"): Reckon(_line_number),
    ("signed_plan_lines", "insurance_share"): Reckon(_sum("PriInsAmt", "SecInsAmt")),
    ("signed_plan_lines", "writeoff_share"): Reckon(_sum("FeeAmt", "-PriInsAmt", "-SecInsAmt", "-PatAmt")),
    ("signed_plan_lines", "status"): Reckon(_procedure_status, ("p",)),
    ("payments", "payment_type"): Reckon(lambda one, names: str(one["pt"].get("ItemName") or ""), ("p", "pt")),
    ("payments", "payment_kind"): Reckon(_payment_kind, ("p", "pt"), spare=("p", "pt")),
    ("payments", "unearned_hidden"): Reckon(lambda one, names: str(int(_is_there(one["un"], "ItemValue"))), ("un",)),
    ("plan_charges", "amount"): Reckon(_sum("Principal", "Interest")),
    ("consents", "boxes"): Reckon(_box_count),
    ("consents", "signed_on"): Reckon(_signed_on),
    ("referrals", "specialty"): Reckon(lambda one, names: str(one["r"].get("specialty") or ""), ("r",)),
    ("benefits", "benefit_kind"): Reckon(_benefit_kind, ("v",), spare=("v",)),
    ("benefits", "amount"): Reckon(_blank_if_minus_one("MonetaryAmt")),
    ("benefits", "percent"): Reckon(_blank_if_minus_one("Percent")),
}

# Labels that cannot be left out: a mapping requires them, or they choose whether a record is a fact at all. They are looked
# up for every record, however long that takes.
NEEDED = frozenset({
    ("signed_plan_lines", "status"), ("benefits", "benefit_kind"), ("consents", "boxes"), ("consents", "signed_on"),
    ("recalls", "is_hidden_type"),
})  # fmt: skip

# The queries' `where`, for records of the API.
FILTERS: Mapping[str, Callable[[Record], bool]] = {
    "claim_lines": lambda one: one.get("Status") != "InsHist",
    "claim_answers": lambda one: one.get("Etype") == "ClaimSent" and str(one.get("ClaimNum") or "0") != "0",
    "claim_notes": lambda one: one.get("TrackingType") == "StatusHistory",
    "contacts": lambda one: str(one.get("PatNum") or "0") != "0" and not marks_in(str(one.get("Note") or "")),
    "consents": lambda one: one.get("SheetType") == "Consent",
    "accounts": lambda one: one.get("Guarantor") == one.get("PatNum"),
    "fees": lambda one: str(one.get("ClinicNum")) == "0" == str(one.get("ProvNum")) and dollars(one.get("Amount")) >= 0,
}
# Streams whose list of the API their query does not name.
LISTS: Mapping[str, str] = {"accounts": "patients"}
# Columns whose SQL is more than a field that the API has under a name of its own.
FIELDS: Mapping[tuple[str, str], str] = {("accounts", "total"): "BalTotal"}
