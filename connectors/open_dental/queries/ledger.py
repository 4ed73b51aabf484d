"""Money in the office's books besides charges and insurance payments (those are in treatment and claims): what patients
paid, adjustments, balances of guarantors, payment plans."""

from __future__ import annotations

from connectors.open_dental.columns import clinic, day, definition, flag, key, money, text, word
from connectors.open_dental.queries.people import LAST_AGING
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import CHARGE_TYPE

PAYMENTS = Query(
    "payments", "paysplit", "SplitNum",
    (
        key("split_id", "t.SplitNum"),
        key("payment_id", "t.PayNum"),
        key("patient_id", "t.PatNum"),
        key("procedure_id", "t.ProcNum"),
        key("provider_id", "t.ProvNum"),
        key("payment_plan_id", "t.PayPlanNum"),
        money("amount", "t.SplitAmt"),
        day("paid_on", "t.DatePay"),
        text("payment_type", "pt.ItemName"),
        # a negative payment is a refund; PayType 0 is a transfer of income, whose splits cancel out (reference 4.7)
        text("payment_kind", "CASE WHEN p.PayAmt < 0 THEN CONCAT('refund ', IFNULL(pt.ItemName, '')) WHEN p.PayType = 0"
             " THEN 'transfer' ELSE IFNULL(pt.ItemName, 'unknown') END"),
        text("check_number", "p.CheckNum"),
        text("unearned_type", "un.ItemName", "unearnedType"),
        flag("unearned_hidden", "IF(IFNULL(un.ItemValue, '') <> '', 1, 0)"),
        clinic(),
    ),
    (Target("payments", "ledger_entry", "split:"),),
    stamps=(
        "t.SecDateTEdit", "t.PayNum IN (SELECT pq.PayNum FROM payment pq WHERE pq.SecDateTEdit >= {since})",
    ),
    resource="paysplits",
    joins=(
        Join("p", "payment", "p.PayNum = t.PayNum"), Join("pt", "definition", "pt.DefNum = p.PayType"),
        definition("un", "t.UnearnedType"),
    ),
)  # fmt: skip

ADJUSTMENTS = Query(
    "adjustments", "adjustment", "AdjNum",
    (
        key("adjustment_id", "t.AdjNum"),
        key("patient_id", "t.PatNum"),
        key("procedure_id", "t.ProcNum"),
        key("provider_id", "t.ProvNum"),
        money("amount", "t.AdjAmt"),
        day("adjusted_on", "t.AdjDate"),
        day("service_on", "t.ProcDate"),
        text("adjustment_type", "d.ItemName", "adjType"),
        clinic(),
    ),
    (Target("adjustments", "ledger_entry", "adj:"),),
    stamps=("t.SecDateTEdit",), resource="adjustments",
    joins=(definition("d", "t.AdjType"),),
)  # fmt: skip

# The first bill for what is still owed: what it asked for has not come in since, it is not older than the aging says the
# oldest open part can be, and no later bill asked for nothing. Receipts and invoices are no bills; a bill keeps the
# family's balance of its day (BalTotal, InsEst), and the oldest part of a balance is paid first.
_BILLS = (
    "FROM statement {0} WHERE {0}.PatNum = t.PatNum AND {0}.IsSent = 1 AND {0}.IsReceipt = 0 AND {0}.IsInvoice = 0"
    " AND {0}.IsInvoiceCopy = 0"
)
_PAID_SINCE = (
    "(SELECT IFNULL(SUM(fs.SplitAmt), 0) FROM patient fm JOIN paysplit fs ON fs.PatNum = fm.PatNum"
    " WHERE fm.Guarantor = t.PatNum AND fs.DatePay >= fb.DateSent)"
)
_TAKEN_OFF_SINCE = (
    "(SELECT IFNULL(SUM(fa.AdjAmt), 0) FROM patient fn JOIN adjustment fa ON fa.PatNum = fn.PatNum"
    " WHERE fn.Guarantor = t.PatNum AND fa.AdjDate >= fb.DateSent AND fa.AdjAmt < 0)"
)
_OLDEST_DAYS = "IF(t.Bal_61_90 > 0.005, 90, IF(t.Bal_31_60 > 0.005, 60, 30))"
_FIRST_BILL = (
    f"IF(t.BalTotal - t.InsEst > 0.005, (SELECT MIN(fb.DateSent) {_BILLS.format('fb')} AND fb.IsBalValid = 1"
    f" AND (t.BalOver90 > 0.005 OR fb.DateSent >= DATE_SUB({LAST_AGING}, INTERVAL {_OLDEST_DAYS} DAY))"
    f" AND fb.BalTotal - fb.InsEst - {_PAID_SINCE} + {_TAKEN_OFF_SINCE} > 0.005"
    f" AND fb.DateSent > IFNULL((SELECT MAX(zb.DateSent) {_BILLS.format('zb')} AND zb.IsBalValid = 1"
    " AND zb.BalTotal - zb.InsEst < 0.005), '0001-01-01')), NULL)"
)
_FIRST_BILL_NEEDS = (
    "statement.PatNum!", "statement.IsBalValid", "statement.IsInvoiceCopy", "preference.ValueString", "patient.Guarantor!",
    "paysplit.PatNum!", "adjustment.PatNum!",
)  # fmt: skip

ACCOUNTS = Query(
    "accounts", "patient", "PatNum",
    (
        key("guarantor_id", "t.PatNum"),
        day("as_of", LAST_AGING, needs=("preference.ValueString",)),
        money("total", "t.BalTotal"),
        money("ins_pending", "t.InsEst"),
        money("patient_part", "t.BalTotal - t.InsEst"),
        money("days_0_30", "t.Bal_0_30"),
        money("days_31_60", "t.Bal_31_60"),
        money("days_61_90", "t.Bal_61_90"),
        money("over_90", "t.BalOver90"),
        day("first_statement_on", _FIRST_BILL, "", needs=_FIRST_BILL_NEEDS),
        day("last_statement_on", f"(SELECT MAX(st.DateSent) {_BILLS.format('st')})",
            needs=("statement.PatNum!", "statement.IsInvoiceCopy")),
        clinic(),
    ),
    (Target("accounts", "account"),),
    stamps=("t.DateTStamp", "t.PatNum IN (SELECT sq.PatNum FROM statement sq WHERE sq.DateTStamp >= {since})"),
    where="t.Guarantor = t.PatNum",
    anew=LAST_AGING,  # an aging run that finds the same amounts touches no row, and yet they are of today
)  # fmt: skip

PAYMENT_PLANS = Query(
    "payment_plans", "payplan", "PayPlanNum",
    (
        key("payment_plan_id", "t.PayPlanNum"),
        key("guarantor_id", "t.Guarantor"),
        key("patient_id", "t.PatNum"),
        money("instalment", "t.PayAmt"),
        day("agreed_on", "t.PayPlanDate"),
        day("starts_on", "t.DatePayPlanStart"),
        flag("is_closed", "t.IsClosed"),
        flag("is_insurance", "IF(t.PlanNum > 0, 1, 0)",
             of_record=lambda one: "0" if str(one.get("PlanNum") or "0") == "0" else "1"),
    ),
    (Target("payment_plans", "payment_plan"),),
    resource="payplans",
)  # fmt: skip

PLAN_CHARGES = Query(
    "plan_charges", "payplancharge", "PayPlanChargeNum",
    (
        key("charge_id", "t.PayPlanChargeNum"),
        key("payment_plan_id", "t.PayPlanNum"),
        day("due_on", "t.ChargeDate"),
        money("amount", "t.Principal + t.Interest"),
        word("charge_type", "t.ChargeType", CHARGE_TYPE),
    ),
    (Target("plan_charges", "plan_charge", when=(When("charge_type", ("0",)),)),),
    stamps=("t.SecDateTEdit",), resource="payplancharges",
)  # fmt: skip

QUERIES = (PAYMENTS, ADJUSTMENTS, ACCOUNTS, PAYMENT_PLANS, PLAN_CHARGES)
