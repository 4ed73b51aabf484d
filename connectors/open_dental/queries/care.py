"""What leaves the building and must come back: referrals, lab cases, consent forms, and contacts with patients."""

from __future__ import annotations

from connectors.open_dental.amounts import referral_state
from connectors.open_dental.columns import day, key, moment, money, number, text, word
from connectors.open_dental.shape import Join, Query, Target, When
from connectors.open_dental.words import COMM_MODE, REF_TYPE, SENT_OR_RECEIVED

REFERRALS = Query(
    "referrals", "refattach", "RefAttachNum",
    (
        key("referral_id", "t.RefAttachNum"),
        key("patient_id", "t.PatNum"),
        word("direction", "t.RefType", REF_TYPE, "ReferralType"),
        number("state", "IF(YEAR(t.DateProcComplete) >= 1880, 5, t.RefToStatus)", of_record=referral_state),
        text("to_name", "IF(IFNULL(r.BusinessName, '') <> '' AND IFNULL(r.LName, '') = '', r.BusinessName,"
             " CONCAT_WS(' ', NULLIF(r.FName, ''), NULLIF(r.LName, '')))", "referralName"),
        text("specialty", "d.ItemName"),
        day("referred_on", "t.RefDate"),
        day("completed_on", "t.DateProcComplete"),
        key("procedure_id", "t.ProcNum"),
    ),
    (Target("referrals", "referral", when=(When("direction", ("0", "1")),)),),
    stamps=("t.DateTStamp", "r.DateTStamp"), resource="refattaches",
    joins=(Join("r", "referral", "r.ReferralNum = t.ReferralNum"), Join("d", "definition", "d.DefNum = r.Specialty")),
)  # fmt: skip

LAB_CASES = Query(
    "lab_cases", "labcase", "LabCaseNum",
    (
        key("lab_case_id", "t.LabCaseNum"),
        key("patient_id", "t.PatNum"),
        text("lab_name", "l.Description"),
        key("appointment_id", "t.AptNum"),
        key("planned_appointment_id", "t.PlannedAptNum"),
        day("created_on", "t.DateTimeCreated", "DateTimeCreated"),
        day("sent_on", "t.DateTimeSent", "DateTimeSent"),
        day("due_on", "t.DateTimeDue", "DateTimeDue"),
        day("received_on", "t.DateTimeRecd", "DateTimeRecd"),
        day("checked_on", "t.DateTimeChecked", "DateTimeChecked"),
        money("fee", "t.LabFee"),
    ),
    (Target("lab_cases", "lab_case"),),
    stamps=("t.DateTStamp",), resource="labcases", joins=(Join("l", "laboratory", "l.LaboratoryNum = t.LaboratoryNum"),),
)  # fmt: skip

# A signature box holds the Topaz flag and the signature: one sign or none is no signature (reference 4.10).
_BOXES = "FROM sheetfield f WHERE f.SheetNum = t.SheetNum AND f.FieldType = 9"
_OPEN_BOXES = f"(SELECT COUNT(*) {_BOXES} AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) <= 1)"
_SIGNED_AT = f"(SELECT MAX(f.DateTimeSig) {_BOXES} AND CHAR_LENGTH(IFNULL(f.FieldValue, '')) > 1)"
_FIELDS = ("sheetfield.SheetNum!", "sheetfield.DateTimeSig")

CONSENTS = Query(
    "consents", "sheet", "SheetNum",
    (
        key("sheet_id", "t.SheetNum"),
        key("patient_id", "t.PatNum"),
        text("title", "t.Description"),
        # the title again, with a word for a form that has none: the mapping tells kinds of papers by it
        text("about", "IF(IFNULL(t.Description, '') = '', 'consent', t.Description)",
             of_record=lambda one: str(one.get("Description") or "") or "consent"),
        day("created_on", "t.DateTimeSheet", "DateTimeSheet"),
        # boxes: how many there are; no box: nothing to sign
        number("boxes", f"(SELECT COUNT(*) {_BOXES})", needs=_FIELDS),
        day("signed_on", f"IF({_OPEN_BOXES} > 0, NULL, IF(YEAR({_SIGNED_AT}) >= 1880, {_SIGNED_AT}, t.DateTSheetEdited))",
            needs=_FIELDS),
    ),
    (Target("consents", "document", when=(When("boxes", ("0", ""), but_not=True),)),),
    stamps=("t.DateTSheetEdited",), resource="sheets", where="t.SheetType = 6 AND t.IsDeleted = 0",
)  # fmt: skip

# A commlog that the hub wrote itself (`connectors.open_dental.back`) ends with its mark, "[hub ABCD2345]": nobody called.
_BY_PEOPLE = "IFNULL(t.Note, '') NOT LIKE '%[hub ________]%'"

CONTACTS = Query(
    "contacts", "commlog", "CommlogNum",
    (
        key("contact_id", "t.CommlogNum"),
        key("patient_id", "t.PatNum"),
        moment("happened_at", "t.CommDateTime"),
        day("happened_on", "t.CommDateTime", "CommDateTime"),
        word("channel", "t.Mode_", COMM_MODE),
        word("direction", "t.SentOrReceived", SENT_OR_RECEIVED),
        text("user", "u.UserName"),
    ),
    (Target("contacts", "comm_event"),),
    stamps=("t.DateTStamp",), resource="commlogs", window=("t.CommDateTime", 400), where=f"t.PatNum <> 0 AND {_BY_PEOPLE}",
    joins=(Join("u", "userod", "u.UserNum = t.UserNum"),),
)  # fmt: skip

QUERIES = (REFERRALS, LAB_CASES, CONSENTS, CONTACTS)
