"""What the database keeps as numbers and the API says in words: enumerations by table and column (reference 5), flags, odd types."""

from __future__ import annotations

_YES_NO_UNKNOWN = "Unknown Yes No"
_METHOD = "None DoNotCall HmPhone WkPhone WirelessPh Email SeeNotes Mail TextMessage"
_RELATION = "Self Spouse Child Employee HandicapDep SignifOther InjuredPlaintiff LifePartner Dependent"
_APT_STATUS = "None Scheduled Complete UnschedList ASAP Broken Planned PtNote PtNoteCompleted"
_PROC_STATUS = "None TP C EC EO R D Cn TPi"
_SOURCE = "None " + " ".join(f"Source{n}" for n in range(1, 13)) + " API"

ENUMS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "appointment.AptStatus": _APT_STATUS, "appointment.Priority": "Normal ASAP", "histappointment.AptStatus": _APT_STATUS,
        "histappointment.Priority": "Normal ASAP", "histappointment.HistApptAction": "Created Changed Missed Cancelled Deleted",
        "procedurelog.ProcStatus": _PROC_STATUS, "procedurelog.PlaceService": "Office", "treatplan.TPStatus": "Saved Active Inactive",
        "treatplan.TPType": "Insurance Discount", "claim.PlaceService": "Office", "claim.PatRelat": _RELATION,
        "claim.PatRelat2": _RELATION,
        "claimproc.Status": "NotReceived Received Preauth Adjustment Supplemental CapClaim Estimate CapComplete CapEstimate InsHist",
        "etrans.Etype": "ClaimSent ClaimPrinted Etype2 Claim_Ren " + " ".join(f"Etype{n}" for n in range(4, 21))
        + " Acknowledge_997 StatusNotify_277 TextReport BenefitInquiry270 BenefitResponse271 AckError ERA_835 Acknowledge_999"
        " Ack_Interchange Etype30 Etype31 HTML DXC Etype34 Etype35 Claim_XConnect ClaimAck_XConnect",
        "patient.PatStatus": "Patient NonPatient Inactive Archived Deleted Deceased Prospective",
        "patient.Gender": "Male Female Unknown Other", "patient.Position": "Single Married Child Widowed Divorced",
        "patient.PreferConfirmMethod": _METHOD, "patient.PreferContactMethod": _METHOD, "patient.PreferRecallMethod": _METHOD,
        "patient.TxtMsgOk": _YES_NO_UNKNOWN, "patplan.Relationship": _RELATION, "refattach.RefType": "RefTo RefFrom RefCustom",
        "refattach.RefToStatus": "None Declined Scheduled Consulted InTreatment Complete",
        "insplan.CobRule": "Basic Standard CarveOut SecondaryMedicaid", "insplan.ExclusionFeeRule": "PracticeDefault DoNothing UseUcrFee",
        "insplan.InsPlansZeroWriteOffsOnAnnualMaxOverride": "Default Yes No",
        "insplan.InsPlansZeroWriteOffsOnFreqOrAgingOverride": "Default Yes No",
        "carrier.NoSendElect": "SendElect NoSendElect NoSendSecondaryElect",
        "benefit.BenefitType": "ActiveCoverage CoInsurance Deductible CoPayment Exclusions Limitations WaitingPeriod",
        "benefit.TimePeriod": "None ServiceYear CalendarYear Lifetime Years NumberInLast12Months",
        "benefit.QuantityQualifier": "None NumberOfServices AgeLimit Visits Years Months",
        "benefit.CoverageLevel": "None Individual Family", "benefit.TreatArea": "None Surf Tooth Mouth Quad Sextant Arch ToothRange",
        "insverify.VerifyType": "None InsuranceBenefit PatientEnrollment", "payment.PaymentSource": _SOURCE,
        "payment.ProcessStatus": "OfficeProcessed OnlineProcessed OnlinePending",
        "paysplit.PayPlanDebitType": "Unknown Principal Interest", "payplancharge.ChargeType": "Debit Credit",
        "payplancharge.LinkType": "None Adjustment Procedure OrthoCase", "payplanlink.LinkType": "None Adjustment Procedure OrthoCase",
        "payplan.PaySchedule": "Monthly MonthlyDayOfWeek Weekly BiWeekly Quarterly",
        "payplan.ChargeFrequency": "Weekly EveryOtherWeek OrdinalWeekday Monthly Quarterly",
        "payplan.DynamicPayPlanTPOption": "None AwaitComplete TreatAsComplete", "recall.Priority": "Normal ASAP",
        "task.TaskStatus": "New Viewed Done", "task.ObjectType": "None Patient Appointment", "task.DateType": "None Day Week Month",
        "task.ReminderType": "NoReminder Once Daily Weekly Monthly Yearly",
        "commlog.Mode_": "None Email Mail Phone InPerson Text EmailAndText PhoneAndText Fax",
        "commlog.SentOrReceived": "Neither Sent Received",
        "commlog.CommSource": "User WebSched ProgramLink ApptReminder Other4 Other5 Other6 FHIR",
        "statement.Mode_": "Mail InPerson Email Electronic API", "provider.ProvStatus": "Active Deleted",
        "procedurecode.TreatArea": "None Surf Tooth Mouth Quad Sextant Arch ToothRange",
        "sheet.SheetType": "LabelPatient LabelCarrier LabelReferral ReferralSlip LabelAppointment Rx Consent PatientLetter ReferralLetter"
        " PatientForm RoutingSlip MedicalHistory LabSlip ExamSheet DepositSlip Statement MedLabResults TreatmentPlan Screening PaymentPlan",
        "sheetfield.FieldType": "OutputText InputField StaticText Parameter Image Line Rectangle Special8 CheckBox SigBox"
        " Patient10 Grid MobileHeader ComboBox Parameter14 Drawing SigBoxPractice",
        "definition.Category": "Cat0 AdjTypes ApptConfirmed Cat3 BillingTypes Cat5 Cat6 Cat7 Cat8 Cat9 PaymentTypes ProcCodeCats Cat12"
        " RecallUnschedStatus Cat14 Cat15 Diagnosis Cat17 ImageCats Cat19 TxPriorities Cat21 Cat22 Cat23 Cat24 BlockoutTypes Cat26"
        " CommLogTypes Cat28 PaySplitUnearnedType Prognosis ClaimCustomTracking InsurancePaymentType TaskPriorities Cat34"
        " ProviderSpecialties ClaimPaymentTracking Cat37 InsuranceVerificationStatus Cat39 ClaimPaymentGroups Cat41 WebSchedNewPat"
        " ClaimErrorCode Cat44 Cat45 Cat46 PayPlanCategories Cat48 Cat49 Cat50 WebSchedExisting Cat52 Cat53 TaskCategories OperatoryTypes",
    }.items()
}  # fmt: skip

FLAGS: frozenset[str] = frozenset(
    f"{table}.{column}"
    for table, columns in {
        "patient": "Premed", "appointment": "TimeLocked IsNewPatient IsHygiene", "histappointment": "TimeLocked IsNewPatient IsHygiene",
        "procedurelog": "HideGraphics IsLocked IsDateProsthEst", "treatplan": "SigIsTopaz", "claimproc": "NoBillIns IsTransfer",
        "claimpayment": "IsPartial", "payment": "IsRecurringCC IsCcCompleted", "payplan": "IsClosed IsDynamic IsLocked",
        "payplancharge": "IsOffset", "insplan": "ClaimsUseUCR IsMedical ShowBaseUnits CodeSubstNone IsHidden IsBlueBookEnabled",
        "inssub": "ReleaseInfo AssignBen", "patplan": "IsPending", "carrier": "IsHidden", "recall": "IsDisabled",
        "refattach": "IsTransitionOfCare", "referral": "IsHidden NotPerson IsDoctor IsPreferred", "laboratory": "IsHidden",
        "task": "IsRepeating IsReadOnly", "sheet": "IsWebForm", "procnote": "SigIsTopaz",
        "statement": "HidePayment SinglePatient Intermingled IsSent IsReceipt IsInvoice IsInvoiceCopy IsBalValid",
        "provider": "IsHidden IsSecondary", "operatory": "IsHidden IsHygiene", "clinic": "IsHidden", "procedurecode": "NoBillIns IsHygiene",
        "recalltype": "AppendToSpecial", "userod": "IsHidden", "feesched": "IsHidden", "definition": "IsHidden",
    }.items()
    for column in columns.split()
)  # fmt: skip

# booleans of this column are written `True` and `False`
CAPITAL_FLAGS = frozenset({"claim.IsOrtho"})
# numbers that arrive as text: with two decimals, without superfluous ones, or as they are
TEXT_MONEY = frozenset({"procedurelog.ProcFee"})
TEXT_NUMBERS = frozenset(
    {"claimpayment.CheckAmt", "payment.PayAmt", "payment.ClinicNum", "commlog.CommType", "claim.ClaimForm"}
)
# a moment that is cut to its day
CUT_MOMENTS = frozenset({"paysplit.SecDateTEdit"})
INTERVALS = frozenset({"recall.RecallInterval", "recalltype.DefaultInterval"})
# X12 comes as it is; everywhere else a line break arrives as a blank
RAW_TEXT = frozenset({"etransmessagetext.MessageText"})
