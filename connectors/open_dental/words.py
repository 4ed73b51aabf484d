"""Open Dental's enumerations: the name that the API writes -> the integer that the database holds (as text).

Source: reference open-dental.md section 5 (schema XML and API pages). Claims keep letters and words in both worlds.
"""

from __future__ import annotations

from collections.abc import Mapping


def _from(first: int, names: str) -> Mapping[str, str]:
    return {name: str(number) for number, name in enumerate(names.split(), first)}


APPT_STATUS = _from(0, "None Scheduled Complete UnschedList ASAP Broken Planned PtNote PtNoteCompleted")
PRIORITY = _from(0, "Normal ASAP")
HIST_ACTION = _from(0, "Created Changed Missed Cancelled Deleted")
PROC_STATUS = _from(1, "TP C EC EO R D Cn TPi")
PLAN_STATUS = _from(0, "Saved Active Inactive")
CLAIM_PROC_STATUS = _from(
    0, "NotReceived Received Preauth Adjustment Supplemental CapClaim Estimate CapComplete CapEstimate InsHist"
)
PATIENT_STATUS = _from(0, "Patient NonPatient Inactive Archived Deleted Deceased Prospective")
CONTACT_METHOD = _from(0, "None DoNotCall HmPhone WkPhone WirelessPh Email SeeNotes Mail TextMessage")
YES_NO = _from(0, "Unknown Yes No")
RELATIONSHIP = _from(
    0, "Self Spouse Child Employee HandicapDep SignifOther InjuredPlaintiff LifePartner Dependent"
)
REF_TYPE = _from(0, "RefTo RefFrom RefCustom")
REF_TO_STATUS = _from(0, "None Declined Scheduled Consulted InTreatment Complete")
BENEFIT_TYPE = _from(0, "ActiveCoverage CoInsurance Deductible CoPayment Exclusions Limitations WaitingPeriod")
TIME_PERIOD = _from(0, "None ServiceYear CalendarYear Lifetime Years NumberInLast12Months")
QUANTITY = _from(0, "None NumberOfServices AgeLimit Visits Years Months")
COVERAGE_LEVEL = _from(0, "None Individual Family")
VERIFY_TYPE = _from(0, "None InsuranceBenefit PatientEnrollment")
ETYPE = {
    "ClaimSent": "0", "ClaimPrinted": "1", "Claim_Ren": "3", "Acknowledge_997": "21", "StatusNotify_277": "22",
    "TextReport": "23", "BenefitInquiry270": "24", "BenefitResponse271": "25", "AckError": "26", "ERA_835": "27",
    "Acknowledge_999": "28", "Ack_Interchange": "29", "HTML": "32", "Claim_XConnect": "36", "ClaimAck_XConnect": "37",
}  # fmt: skip
CHARGE_TYPE = _from(0, "Debit Credit")
COMM_MODE = _from(0, "None Email Mail Phone InPerson Text EmailAndText PhoneAndText Fax")
SENT_OR_RECEIVED = _from(0, "Neither Sent Received")
COMM_SOURCE = _from(0, "User WebSched ProgramLink ApptReminder")
SHEET_TYPE = {
    "ReferralSlip": "3", "Consent": "6", "PatientLetter": "7", "ReferralLetter": "8", "PatientForm": "9",
    "MedicalHistory": "11", "LabSlip": "12", "ExamSheet": "13", "Statement": "15", "TreatmentPlan": "17",
    "PaymentPlan": "19",
}  # fmt: skip
PROVIDER_STATUS = _from(0, "Active Deleted")
CORRECTION_TYPE = _from(0, "Original Replacement Void")
