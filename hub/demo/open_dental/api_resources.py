"""The list methods: table, filters, what must be given, and since which version of Open Dental (reference 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """`stamp`: the filter "changed at or after", with the version that brought it. `filters` compare for equality; a version
    behind a filter says when it came. `need`: one of these must be given (None: nothing). `order`: columns of the list's order."""

    table: str
    stamp: str = ""
    stamp_since: Version = ()
    filters: tuple[str, ...] = ()
    later: tuple[tuple[str, Version], ...] = ()
    need: tuple[str, ...] = ()
    need_until: Version = ()
    since: Version = ()
    order: tuple[str, ...] = ()
    single: bool = True
    listed: bool = True


RESOURCES: dict[str, Resource] = {
    "patients": Resource("patient", "DateTStamp", (21, 2), ("PatStatus", "Guarantor", "ClinicNum", "LName", "FName", "Birthdate")),
    "appointments": Resource("appointment", "DateTStamp", filters=("AptStatus", "PatNum", "Op", "ClinicNum"), order=("AptDateTime", "AptNum")),
    "histappointments": Resource("histappointment", filters=("HistApptAction",), since=(23, 1, 30)),
    "procedurelogs": Resource("procedurelog", "DateTStamp", filters=("PatNum", "AptNum", "ClinicNum", "CodeNum"),
                              later=(("ProcStatus", (25, 2, 21)),)),
    "procnotes": Resource("procnote", filters=("PatNum", "ProcNum"), need=("PatNum", "ProcNum")),
    "treatplans": Resource("treatplan", "SecDateTEdit", filters=("PatNum", "TPStatus")),
    "treatplanattaches": Resource("treatplanattach", filters=("TreatPlanNum",), need=("TreatPlanNum",)),
    "proctps": Resource("proctp", filters=("TreatPlanNum",), need=("TreatPlanNum",)),
    "claims": Resource("claim", "SecDateTEdit", (23, 3, 11), ("ClaimStatus", "PatNum")),
    "claimprocs": Resource("claimproc", filters=("ClaimNum", "ProcNum", "ClaimPaymentNum", "PatNum"), later=(("Status", (24, 4, 13)),)),
    "claimpayments": Resource("claimpayment", "SecDateTEdit"),
    "claimtrackings": Resource("claimtracking", filters=("ClaimNum",)),
    "etranss": Resource("etrans", filters=("PatNum", "ClaimNum"), need=("PatNum",)),
    "etransmessagetexts": Resource("etransmessagetext", listed=False),
    "eobattaches": Resource("eobattach", filters=("ClaimPaymentNum",), need=("ClaimPaymentNum",)),
    "payments": Resource("payment", "DateEntry", filters=("PatNum", "PayType")),
    "paysplits": Resource("paysplit", filters=("PatNum", "PayNum", "ProcNum"), need=("PatNum", "PayNum", "ProcNum"), need_until=(24, 4, 24)),
    "adjustments": Resource("adjustment", filters=("PatNum",), need=("PatNum",)),
    "payplans": Resource("payplan", filters=("PatNum", "Guarantor"), need=("PatNum", "Guarantor")),
    "payplancharges": Resource("payplancharge", filters=("PayPlanNum",), need=("PayPlanNum",)),
    "payplanlinks": Resource("payplanlink", filters=("PayPlanNum",), since=(25, 3, 29)),
    "recalls": Resource("recall", filters=("PatNum",)),
    "refattaches": Resource("refattach", "DateTStamp", (25, 2, 10), ("PatNum", "ReferralNum")),
    "referrals": Resource("referral", filters=("IsHidden", "IsDoctor", "IsPreferred")),
    "labcases": Resource("labcase", filters=("PatNum", "LaboratoryNum", "AptNum", "ProvNum"), since=(24, 2, 28)),
    "laboratories": Resource("laboratory"),
    "labturnarounds": Resource("labturnaround"),
    "insplans": Resource("insplan", filters=("CarrierNum", "PlanType")),
    "inssubs": Resource("inssub", "SecDateTEdit", filters=("PlanNum", "Subscriber")),
    "patplans": Resource("patplan", filters=("PatNum", "InsSubNum")),
    "benefits": Resource("benefit", filters=("PlanNum", "PatPlanNum")),
    "insverifies": Resource("insverify", "SecDateTEdit", filters=("VerifyType", "FKey")),
    "carriers": Resource("carrier"),
    "covcats": Resource("covcat", since=(23, 3, 8)),
    "patfields": Resource("patfield", "SecDateTEdit", filters=("PatNum",)),
    "commlogs": Resource("commlog", "DateTStamp", (25, 1, 13), ("PatNum",)),
    "tasks": Resource("task", "DateTimeOriginal", filters=("TaskListNum", "ObjectType", "KeyNum", "TaskStatus")),
    "sheets": Resource("sheet", filters=("PatNum",), need=("PatNum",)),
    "sheetfields": Resource("sheetfield", filters=("SheetNum",), need=("SheetNum",), need_until=(25, 2, 3)),
    "statements": Resource("statement", filters=("PatNum",)),
    "providers": Resource("provider", "DateTStamp", (21, 3), ("ClinicNum",)),
    "procedurecodes": Resource("procedurecode", "DateTStamp", (22, 4, 28)),
    "operatories": Resource("operatory"),
    "clinics": Resource("clinic"),
    "definitions": Resource("definition", filters=("Category",)),
    "feescheds": Resource("feesched"),
    "fees": Resource("fee", filters=("FeeSched", "CodeNum", "ClinicNum", "ProvNum")),
    "recalltypes": Resource("recalltype"),
    "tasklists": Resource("tasklist"),
    "userods": Resource("userod"),
    "preferences": Resource("preference", filters=("PrefName",), need=("PrefName",), single=False),
}  # fmt: skip
