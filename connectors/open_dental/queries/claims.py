"""Claims and preauthorizations, their lines, what answered them, and the checks that paid them."""

from __future__ import annotations

from connectors.open_dental.amounts import allowed, sent_on, writeoff
from connectors.open_dental.columns import clinic, day, definition, flag, key, moment, money, number, text, word
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import CLAIM_PROC_STATUS, CORRECTION_TYPE

# Open Dental fills DateSent when it makes a claim, so it says nothing before the claim left (letters S, R, P).
_LEFT = "t.ClaimStatus IN ('S', 'R', 'P')"
_CHAIN = (
    "IF(t.ClaimType = 'S', (SELECT MAX(c1.ClaimNum) FROM claimproc l2 JOIN claimproc l1 ON l1.ProcNum = l2.ProcNum"
    " JOIN claim c1 ON c1.ClaimNum = l1.ClaimNum AND c1.ClaimType = 'P' AND c1.PatNum = t.PatNum"
    " WHERE l2.ClaimNum = t.ClaimNum AND l2.ProcNum <> 0), NULL)"
)
_COVERAGE = "(SELECT MIN(pp.PatPlanNum) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum)"
_TRACKING = " FROM claimtracking k {} WHERE k.ClaimNum = t.ClaimNum AND k.TrackingType = '{}' ORDER BY k.DateTimeEntry DESC, k.ClaimTrackingNum DESC LIMIT 1"
# The office's own word about a claim hides it for ItemValue days (reference 7.3). The latest entry counts, also one without
# a status (TrackingDefNum 0) or of nobody (UserNum 0): it ends what an older one said.
_FOLLOW_UP = (
    "(SELECT IF(kd.ItemValue + 0 > 0, DATE_ADD(DATE(k.DateTimeEntry), INTERVAL (kd.ItemValue + 0) DAY), NULL)"
    + _TRACKING.format("LEFT JOIN definition kd ON kd.DefNum = k.TrackingDefNum", "StatusHistory") + ")"
)
_ASSIGNED = "(SELECT ku.UserName" + _TRACKING.format("LEFT JOIN userod ku ON ku.UserNum = k.UserNum", "ClaimUser") + ")"

CLAIMS = Query(
    "claims", "claim", "ClaimNum",
    (
        key("claim_id", "t.ClaimNum"),
        text("claim_number", "t.ClaimIdentifier", ""),
        text("payer_claim_number", "IF(t.ClaimType = 'PreAuth', t.PreAuthString, t.OrigRefNum)"),
        key("patient_id", "t.PatNum"),
        key("chain_id", _CHAIN, needs=("claimproc.ClaimNum!", "claimproc.ProcNum!")),
        key("coverage_id", _COVERAGE, needs=("patplan.PatNum!",)),
        key("carrier_id", "i.CarrierNum"),
        text("carrier", "c.CarrierName"),
        text("carrier_phone", "c.Phone"),
        text("plan_group", "i.GroupNum"),
        text("member_id", "s.SubscriberID"),
        text("subscriber_name", "CONCAT_WS(' ', NULLIF(sp.FName, ''), NULLIF(sp.LName, ''))"),
        text("claim_type", "t.ClaimType"),
        text("status", "t.ClaimStatus"),
        word("correction", "t.CorrectionType", CORRECTION_TYPE, ""),
        flag("by_paper", "IF(c.NoSendElect = 1 OR (c.NoSendElect = 2 AND t.ClaimType = 'S'), 1, 0)"),
        day("service_on", "t.DateService"),
        day("entered_on", "t.SecDateEntry", ""),
        day("first_sent_on", f"IF({_LEFT}, IF(YEAR(t.DateSentOrig) >= 1880, t.DateSentOrig, t.DateSent), NULL)",
            of_record=sent_on),
        day("last_sent_on", f"IF({_LEFT}, IF(t.DateResent > t.DateSent, t.DateResent, t.DateSent), NULL)", of_record=sent_on),
        day("received_on", "IF(t.ClaimStatus = 'R', t.DateReceived, NULL)", "DateReceived"),
        money("billed", "t.ClaimFee"),
        money("expected", "t.InsPayEst"),
        money("paid", "t.InsPayAmt"),
        money("writeoff", "t.WriteOff"),
        day("follow_up_on", _FOLLOW_UP, needs=("claimtracking.ClaimNum!", "definition.ItemValue")),
        text("underpaid_reason", "t.ReasonUnderPaid"),
        text("assigned_to", _ASSIGNED, needs=("claimtracking.ClaimNum!", "userod.UserName")),
        clinic(),
    ),
    (Target("claims", "claim"),),
    stamps=(
        "t.SecDateTEdit",
        "t.ClaimNum IN (SELECT kq.ClaimNum FROM claimtracking kq WHERE kq.DateTimeEntry >= {since})",
        "t.InsSubNum IN (SELECT sq.InsSubNum FROM inssub sq WHERE sq.SecDateTEdit >= {since})",
        "t.PlanNum IN (SELECT iq.PlanNum FROM insplan iq WHERE iq.SecDateTEdit >= {since})",
        "t.PlanNum IN (SELECT ic.PlanNum FROM insplan ic JOIN carrier cq ON cq.CarrierNum = ic.CarrierNum"
        " WHERE cq.SecDateTEdit >= {since})",
    ),
    resource="claims",
    joins=(
        Join("i", "insplan", "i.PlanNum = t.PlanNum"), Join("c", "carrier", "c.CarrierNum = i.CarrierNum"),
        Join("s", "inssub", "s.InsSubNum = t.InsSubNum"), Join("sp", "patient", "sp.PatNum = s.Subscriber"),
    ),
)  # fmt: skip

_ORDINAL = "(SELECT MIN(pp.Ordinal) FROM patplan pp WHERE pp.PatNum = t.PatNum AND pp.InsSubNum = t.InsSubNum)"
# Loop 2400 REF*6R since version 18.3; a longer one than 30 signs is cut in a way that is not documented, so none is said.
_REF_6R = f"CONCAT('x', t.ProcNum, '/', {_ORDINAL}, '/', t.PlanNum)"
_LINE_NUMBER = f"IF(t.ClaimNum <> 0 AND t.ProcNum <> 0 AND CHAR_LENGTH({_REF_6R}) <= 30, {_REF_6R}, '')"
_WRITEOFF = (
    "CASE WHEN t.Status IN (1, 4, 5, 7) THEN t.WriteOff WHEN t.Status NOT IN (0, 6, 8, 9) THEN 0"
    " WHEN t.WriteOffEstOverride <> -1 THEN t.WriteOffEstOverride WHEN t.WriteOffEst <> -1 THEN t.WriteOffEst ELSE 0 END"
)
_PAID_STATUS = When("status", ("1", "4", "5", "7"))

CLAIM_LINES = Query(
    "claim_lines", "claimproc", "ClaimProcNum",
    (
        key("line_id", "t.ClaimProcNum"),
        key("claim_id", "t.ClaimNum"),
        key("procedure_id", "t.ProcNum"),
        key("patient_id", "t.PatNum"),
        text("line_number", _LINE_NUMBER, needs=("patplan.PatNum!",)),
        number("ordinal", _ORDINAL, ""),
        text("code_sent", "t.CodeSent"),
        text("code", "pc.ProcCode"),
        text("tooth", "p.ToothNum"),
        text("surfaces", "p.Surf"),
        day("service_on", "t.ProcDate"),
        word("status", "t.Status", CLAIM_PROC_STATUS),
        money("billed", "t.FeeBilled"),
        money("expected", "t.InsPayEst"),
        money("allowed", "NULLIF(t.AllowedOverride, -1)", of_record=allowed),
        money("paid", "t.InsPayAmt"),
        money("writeoff", _WRITEOFF, of_record=writeoff),
        key("payment_id", "t.ClaimPaymentNum"),
        day("posted_on", "t.DateCP"),
        day("entered_on", "t.DateEntry"),
        flag("no_bill", "t.NoBillIns"),
        flag("is_transfer", "t.IsTransfer"),
        key("provider_id", "t.ProvNum"),
        text("claim_number", "cl.ClaimIdentifier", ""),
        text("carrier", "c.CarrierName"),
        text("check_number", "cy.CheckNum"),
        clinic(),
    ),
    (
        Target("claim_lines", "claim_line"),
        Target("insurance_payments", "ledger_entry", "ins:", (_PAID_STATUS, When("paid", ("0.00", ""), but_not=True))),
        Target("writeoffs", "ledger_entry", "wo:", (_PAID_STATUS, When("writeoff", ("0.00", ""), but_not=True))),
    ),
    stamps=(
        "t.SecDateTEdit",
        "t.PatNum IN (SELECT pq.PatNum FROM patplan pq WHERE pq.SecDateTEdit >= {since})",
        "t.ClaimPaymentNum IN (SELECT yq.ClaimPaymentNum FROM claimpayment yq WHERE yq.SecDateTEdit >= {since})",
    ),
    resource="claimprocs", where="t.Status <> 9",
    joins=(
        Join("p", "procedurelog", "p.ProcNum = t.ProcNum"), Join("pc", "procedurecode", "pc.CodeNum = p.CodeNum"),
        Join("cl", "claim", "cl.ClaimNum = t.ClaimNum"),
        Join("i", "insplan", "i.PlanNum = t.PlanNum"), Join("c", "carrier", "c.CarrierNum = i.CarrierNum"),
        Join("cy", "claimpayment", "cy.ClaimPaymentNum = t.ClaimPaymentNum"),
    ),
)  # fmt: skip

CLAIM_PAYMENTS = Query(
    "claim_payments", "claimpayment", "ClaimPaymentNum",
    (
        key("payment_id", "t.ClaimPaymentNum"),
        text("carrier", "t.CarrierName"),
        text("check_number", "t.CheckNum"),
        money("amount", "t.CheckAmt"),
        day("paid_on", "t.CheckDate"),
        day("entered_on", "t.SecDateEntry"),
        flag("is_partial", "t.IsPartial"),
        clinic(),
    ),
    (Target("claim_payments", "ins_payment"),),
    stamps=("t.SecDateTEdit",), resource="claimpayments",
)  # fmt: skip

# An acknowledgement changes a row of etrans without moving any stamp: what was sent in the last 45 days is read again.
CLAIM_ANSWERS = Query(
    "claim_answers", "etrans", "EtransNum",
    (
        key("sent_id", "t.EtransNum"),
        key("patient_id", "t.PatNum"),
        text("claim_number", "cl.ClaimIdentifier", ""),
        text("answer", "t.AckCode"),
        number("answer_kind", "a.Etype", ""),
        day("answered_on", "IFNULL(a.DateTimeTrans, t.DateTimeTrans)", "DateTimeTrans"),
        moment("answered_at", "a.DateTimeTrans", ""),
        text("carrier", "c.CarrierName"),
        text("said", "IF(IFNULL(a.Note, '') <> '', a.Note, t.Note)", "Note"),
    ),
    (Target("claim_answers", "claim_event", "answer:", (When("answer", ("A", "R")),)),),
    stamps=("t.DateTimeTrans >= DATE_SUB({since}, INTERVAL 45 DAY)",), resource="etranss",
    where="t.Etype = 0 AND t.ClaimNum <> 0", window=("t.DateTimeTrans", 800),
    joins=(
        Join("a", "etrans", "a.EtransNum = t.AckEtransNum AND t.AckEtransNum <> 0"),
        Join("cl", "claim", "cl.ClaimNum = t.ClaimNum"), Join("c", "carrier", "c.CarrierNum = t.CarrierNum"),
    ),
)  # fmt: skip

CLAIM_NOTES = Query(
    "claim_notes", "claimtracking", "ClaimTrackingNum",
    (
        key("note_id", "t.ClaimTrackingNum"),
        key("patient_id", "cl.PatNum"),
        text("claim_number", "cl.ClaimIdentifier", ""),
        moment("noted_at", "t.DateTimeEntry"),
        day("noted_on", "t.DateTimeEntry", "DateTimeEntry"),
        text("tracking", "d.ItemName"),
        text("tracking_error", "e.ItemName"),
        text("note", "t.Note"),
    ),
    (Target("claim_notes", "claim_event", "note:"),),
    stamps=("t.DateTimeEntry",), resource="claimtrackings", where="t.TrackingType = 'StatusHistory'",
    joins=(
        Join("cl", "claim", "cl.ClaimNum = t.ClaimNum"), definition("d", "t.TrackingDefNum"),
        definition("e", "t.TrackingErrorDefNum"),
    ),
)  # fmt: skip

QUERIES = (CLAIMS, CLAIM_LINES, CLAIM_PAYMENTS, CLAIM_ANSWERS, CLAIM_NOTES)
