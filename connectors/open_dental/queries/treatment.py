"""What was planned and what was done: treatment plans, procedures, the lines of signed plans.

A procedure stands in one live plan: the Active one when it is attached there, else the lowest-numbered one that holds
it. Saved plans are frozen copies; a signed one is the patient's yes, so its lines are read as copies of the procedures
(one `canonical_key`); unsigned ones are snapshots without lines.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.open_dental.amounts import line_fee, plan_signed_on, plan_state
from connectors.open_dental.columns import clinic, day, definition, flag, key, money, number, text, word
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import PLAN_STATUS, PROC_STATUS

_IS_SIGNED = "IFNULL(t.Signature, '') <> ''"

TREATMENT_PLANS = Query(
    "treatment_plans", "treatplan", "TreatPlanNum",
    (
        key("plan_id", "t.TreatPlanNum"),
        key("patient_id", "t.PatNum"),
        text("heading", "t.Heading"),
        word("plan_status", "t.TPStatus", PLAN_STATUS),
        text("plan_state", f"CONCAT(t.TPStatus, IF({_IS_SIGNED}, 's', ''))", of_record=plan_state),
        flag("is_signed", f"IF({_IS_SIGNED}, 1, 0)", "isSigned"),
        day("signed_on", f"IF({_IS_SIGNED}, IF(YEAR(t.DateTSigned) >= 1880, t.DateTSigned, t.DateTP), NULL)",
            of_record=plan_signed_on),
        day("saved_on", "t.DateTP"),
        day("entered_on", "t.SecDateEntry"),
        text("presenter", "u.UserName"),
    ),
    (
        Target("treatment_plans", "treatment_case"),
        Target("signed_plans", "document", "plan:", (When("is_signed", ("1",)),)),
    ),
    stamps=("t.SecDateTEdit",), resource="treatplans",
    joins=(Join("u", "userod", "u.UserNum = t.UserNumPresenter AND t.UserNumPresenter <> 0"),),
)  # fmt: skip

_CASE = (
    "(SELECT a.TreatPlanNum FROM treatplanattach a JOIN treatplan tp ON tp.TreatPlanNum = a.TreatPlanNum"
    " WHERE a.ProcNum = t.ProcNum AND tp.TPStatus IN (1, 2) ORDER BY tp.TPStatus, a.TreatPlanNum LIMIT 1)"
)
_FEE = "t.ProcFee * GREATEST(1, t.UnitQty + t.BaseUnits)"
# Reference 7.11: estimates of open claimprocs, what was paid of paid ones; -1 is blank.
_WRITEOFF = (
    "CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.WriteOff WHEN cp.Status NOT IN (0, 6, 8, 9) THEN 0"
    " WHEN cp.WriteOffEstOverride <> -1 THEN cp.WriteOffEstOverride WHEN cp.WriteOffEst <> -1 THEN cp.WriteOffEst ELSE 0 END"
)
_INSURANCE = (
    "CASE WHEN cp.Status IN (1, 4, 5, 7) THEN cp.InsPayAmt WHEN cp.Status IN (0, 6, 8, 9) THEN cp.InsPayEst ELSE 0 END"
)
_OF_CLAIM_PROCS = "IFNULL((SELECT SUM({}) FROM claimproc cp WHERE cp.ProcNum = t.ProcNum), 0)"
_ADJUSTED = "IFNULL((SELECT SUM(aj.AdjAmt) FROM adjustment aj WHERE aj.ProcNum = t.ProcNum), 0)"
_CP = ("claimproc.ProcNum!", "claimproc.InsPayEst", "claimproc.WriteOffEst")
_PATIENT = (
    f"{_FEE} - {_OF_CLAIM_PROCS.format(_WRITEOFF)} - {_OF_CLAIM_PROCS.format(_INSURANCE)} + {_ADJUSTED}"
)
# A code that the office does not bill, unless somebody said otherwise for this procedure (reference 7.4).
_NEVER_BILLED = (
    "IF(c.NoBillIns = 1 AND IFNULL((SELECT MIN(nb.NoBillIns) FROM claimproc nb WHERE nb.ProcNum = t.ProcNum), 1) = 1, 1, 0)"
)
_GROUP = "(SELECT MIN(mv.GroupProcMultiVisitNum) FROM procmultivisit mv WHERE mv.ProcNum = t.ProcNum)"

PROCEDURES = Query(
    "procedures", "procedurelog", "ProcNum",
    (
        key("procedure_id", "t.ProcNum"),
        key("patient_id", "t.PatNum"),
        key("plan_id", _CASE, needs=("treatplanattach.ProcNum!", "treatplan.TPStatus")),
        key("appointment_id", "t.AptNum"),
        key("planned_appointment_id", "t.PlannedAptNum"),
        key("provider_id", "t.ProvNum"),
        text("code", "c.ProcCode", "procCode"),
        text("description", "c.Descript", "descript"),
        text("tooth", "t.ToothNum"),
        text("surfaces", "t.Surf"),
        text("teeth", "t.ToothRange"),
        text("priority", "y.ItemName", "priority"),
        word("status", "t.ProcStatus", PROC_STATUS),
        money("fee", _FEE, of_record=line_fee),
        money("insurance_share", _OF_CLAIM_PROCS.format(_INSURANCE), needs=_CP),
        money("writeoff_share", _OF_CLAIM_PROCS.format(_WRITEOFF), needs=_CP),
        money("patient_share", _PATIENT, needs=(*_CP, "adjustment.ProcNum!")),
        day("planned_on", "t.DateTP"),
        day("service_on", "t.ProcDate"),
        day("completed_on", "IF(t.ProcStatus = 2, t.ProcDate, NULL)",
            of_record=lambda one: str(one.get("ProcDate") or "") if one.get("ProcStatus") in ("C", "2") else ""),
        day("entered_on", "t.DateEntryC"),
        replace(flag("no_bill", "t.NoBillIns"), newer=True),
        replace(flag("never_billed", _NEVER_BILLED, ""), needs=("claimproc.ProcNum!",)),
        key("multi_visit_id", _GROUP, "", needs=("procmultivisit.ProcNum",)),
        clinic(),
    ),
    (
        Target("procedures", "procedure"),
        Target("charges", "ledger_entry", "proc:", (When("status", ("2",)),)),
    ),
    stamps=(
        "t.DateTStamp",
        "t.ProcNum IN (SELECT cq.ProcNum FROM claimproc cq WHERE cq.SecDateTEdit >= {since})",
        "t.ProcNum IN (SELECT aq.ProcNum FROM adjustment aq WHERE aq.SecDateTEdit >= {since})",
        "t.ProcNum IN (SELECT mq.ProcNum FROM procmultivisit mq WHERE mq.SecDateTEdit >= {since})",
    ),
    resource="procedurelogs",
    joins=(Join("c", "procedurecode", "c.CodeNum = t.CodeNum"), definition("y", "t.Priority")),
)  # fmt: skip

SIGNED_LINES = Query(
    "signed_plan_lines", "proctp", "ProcTPNum",
    (
        key("line_id", "t.ProcTPNum"),
        key("plan_id", "t.TreatPlanNum"),
        key("patient_id", "t.PatNum"),
        key("procedure_id", "t.ProcNumOrig"),
        text("code", "t.ProcCode"),
        text("description", "t.Descript"),
        text("tooth", "t.ToothNumTP"),
        text("surfaces", "t.Surf"),
        text("priority", "y.ItemName", "priority"),
        money("fee", "t.FeeAmt"),
        money("insurance_share", "t.PriInsAmt + t.SecInsAmt"),
        money("writeoff_share", "t.FeeAmt - t.PriInsAmt - t.SecInsAmt - t.PatAmt"),
        money("patient_share", "t.PatAmt"),
        day("planned_on", "t.DateTP"),
        # as the procedure itself stands now; 6 (deleted) when it is gone
        number("status", "IFNULL(p.ProcStatus, 6)"),
        key("appointment_id", "p.AptNum"),
        key("planned_appointment_id", "p.PlannedAptNum"),
        key("provider_id", "p.ProvNum"),
        clinic(),
    ),
    (Target("signed_plan_lines", "procedure", "line:"),),
    stamps=("t.SecDateTEdit", "p.DateTStamp", "s.SecDateTEdit"), resource="proctps",
    where="s.TPStatus = 0 AND IFNULL(s.Signature, '') <> ''",
    joins=(
        Join("s", "treatplan", "s.TreatPlanNum = t.TreatPlanNum"), Join("p", "procedurelog", "p.ProcNum = t.ProcNumOrig"),
        definition("y", "t.Priority"),
    ),
)  # fmt: skip

QUERIES = (TREATMENT_PLANS, PROCEDURES, SIGNED_LINES)
