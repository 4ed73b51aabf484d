"""Who insures whom: carriers, plans, coverages (one row per patient and plan), benefits, fees.

Chain: patient -> patplan (Ordinal 1 primary) -> inssub -> insplan -> carrier (reference 4.8).
"""

from __future__ import annotations

from connectors.open_dental.columns import day, flag, key, money, number, text, word
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import COVERAGE_LEVEL, QUANTITY, RELATIONSHIP, TIME_PERIOD

_VERIFIED = (
    "(SELECT MAX(v.DateLastVerified) FROM insverify v WHERE v.VerifyType = {} AND v.FKey = t.{})"
)
_VERIFY_STAMP = (
    "t.{} IN (SELECT vq.FKey FROM insverify vq WHERE vq.VerifyType = {} AND vq.SecDateTEdit >= {{since}})"
)
_VERIFY = ("insverify.FKey!", "insverify.DateLastVerified")

CARRIERS = Query(
    "carriers", "carrier", "CarrierNum",
    (
        key("carrier_id", "t.CarrierNum"),
        text("name", "t.CarrierName"),
        text("payer_number", "t.ElectID"),
    ),
    (Target("carriers", "payer"),),
    stamps=("t.SecDateTEdit",), resource="carriers",
)  # fmt: skip

PLANS = Query(
    "plans", "insplan", "PlanNum",
    (
        key("plan_id", "t.PlanNum"),
        key("carrier_id", "t.CarrierNum"),
        text("name", "t.GroupName"),
        text("group_number", "t.GroupNum"),
        # "p", "c", "f" or blank for percentage; "m" before it: a medical plan
        text("plan_type", "CONCAT(IF(t.IsMedical = 1, 'm', ''), IFNULL(t.PlanType, ''))",
             of_record=lambda one: ("m" if str(one.get("IsMedical")).lower() == "true" else "") + str(one.get("PlanType") or "")),
        key("fee_schedule_id", "t.FeeSched"),
        flag("do_not_verify", "t.HideFromVerifyList", ""),
        day("benefits_verified_on", _VERIFIED.format(1, "PlanNum"), needs=_VERIFY),
    ),
    (Target("plans", "plan"),),
    stamps=("t.SecDateTEdit", _VERIFY_STAMP.format("PlanNum", 1)), resource="insplans",
)  # fmt: skip

COVERAGES = Query(
    "coverages", "patplan", "PatPlanNum",
    (
        key("coverage_id", "t.PatPlanNum"),
        key("patient_id", "t.PatNum"),
        number("ordinal", "t.Ordinal"),
        flag("is_pending", "t.IsPending"),
        word("relationship", "t.Relationship", RELATIONSHIP),
        key("plan_id", "s.PlanNum"),
        key("carrier_id", "i.CarrierNum"),
        text("carrier", "c.CarrierName"),
        text("plan_type", "CONCAT(IF(i.IsMedical = 1, 'm', ''), IFNULL(i.PlanType, ''))"),
        text("member_id", "IF(IFNULL(t.PatID, '') <> '', t.PatID, s.SubscriberID)"),
        key("subscriber_id", "s.Subscriber"),
        text("subscriber_name", "CONCAT_WS(' ', NULLIF(sp.FName, ''), NULLIF(sp.LName, ''))"),
        day("from_on", "s.DateEffective"),
        day("to_on", "s.DateTerm"),
        flag("do_not_verify", "i.HideFromVerifyList", ""),
        day("verified_on", _VERIFIED.format(2, "PatPlanNum"), needs=_VERIFY),
    ),
    (Target("coverages", "coverage"),),
    stamps=(
        "t.SecDateTEdit", "s.SecDateTEdit", "i.SecDateTEdit", "c.SecDateTEdit", _VERIFY_STAMP.format("PatPlanNum", 2),
    ),
    resource="patplans",
    joins=(
        Join("s", "inssub", "s.InsSubNum = t.InsSubNum"), Join("i", "insplan", "i.PlanNum = s.PlanNum"),
        Join("c", "carrier", "c.CarrierNum = i.CarrierNum"), Join("sp", "patient", "sp.PatNum = s.Subscriber"),
    ),
)  # fmt: skip

# Reference 4.8: annual maximum = limitation in money, no quantity, no category or "General"; -1 is blank.
_BENEFIT_KIND = (
    "CASE WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND v.Description LIKE 'Ortho%'"
    " AND t.TimePeriod = 3 THEN 'ORTHO_LIFETIME'"
    " WHEN t.BenefitType = 5 AND t.MonetaryAmt > 0 AND t.QuantityQualifier = 0 AND t.CodeNum = 0"
    " AND (t.CovCatNum = 0 OR v.Description = 'General') AND t.TimePeriod IN (1, 2) THEN 'ANNUAL_MAX'"
    " WHEN t.BenefitType = 2 AND t.MonetaryAmt >= 0 THEN 'DEDUCTIBLE'"
    " WHEN t.BenefitType = 1 AND t.Percent >= 0 THEN 'PERCENT'"
    " WHEN t.BenefitType = 5 AND t.QuantityQualifier <> 0 THEN 'FREQUENCY'"
    " WHEN t.BenefitType = 6 THEN 'WAITING' ELSE 'OTHER' END"
)

BENEFITS = Query(
    "benefits", "benefit", "BenefitNum",
    (
        key("benefit_id", "t.BenefitNum"),
        key("plan_id", "t.PlanNum"),
        key("coverage_id", "t.PatPlanNum"),
        text("benefit_kind", _BENEFIT_KIND),
        text("category", "v.Description"),
        text("code", "pc.ProcCode", "procCode"),
        money("amount", "IF(t.MonetaryAmt = -1, NULL, t.MonetaryAmt)", "MonetaryAmt"),
        number("percent", "NULLIF(t.Percent, -1)", "Percent"),
        word("period", "t.TimePeriod", TIME_PERIOD),
        word("qualifier", "t.QuantityQualifier", QUANTITY),
        number("quantity", "t.Quantity"),
        word("level", "t.CoverageLevel", COVERAGE_LEVEL),
        day("changed_on", "t.SecDateTEdit", "SecDateTEdit"),
    ),
    (Target("benefits", "benefit_snapshot", when=(When("benefit_kind", ("OTHER",), but_not=True),)),),
    stamps=("t.SecDateTEdit",), resource="benefits",
    joins=(
        Join("v", "covcat", "v.CovCatNum = t.CovCatNum"),
        Join("pc", "procedurecode", "pc.CodeNum = t.CodeNum AND t.CodeNum <> 0"),
    ),
)  # fmt: skip

FEES = Query(
    "fees", "fee", "FeeNum",
    (
        key("fee_id", "t.FeeNum"),
        key("fee_schedule_id", "t.FeeSched"),
        text("code", "pc.ProcCode"),
        money("amount", "t.Amount"),
        day("from_on", "t.DateEffective"),
    ),
    (Target("fees", "fee_line"),),
    stamps=("t.SecDateTEdit",), resource="fees", where="t.ClinicNum = 0 AND t.ProvNum = 0 AND t.Amount >= 0",
    joins=(Join("pc", "procedurecode", "pc.CodeNum = t.CodeNum"),),
)  # fmt: skip

QUERIES = (CARRIERS, PLANS, COVERAGES, BENEFITS, FEES)
