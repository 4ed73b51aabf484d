"""The fields of each resource in the order of reference 4; camelCase names are derived. One entry per resource path."""

from __future__ import annotations

_APPOINTMENT = """PatNum AptStatus Pattern Confirmed confirmed TimeLocked Op Note ProvNum provAbbr ProvHyg AptDateTime NextAptNum
 UnschedStatus unschedStatus IsNewPatient ProcDescript ClinicNum IsHygiene DateTStamp DateTimeArrived DateTimeSeated DateTimeDismissed
 InsPlan1 InsPlan2 DateTimeAskedToArrive colorOverride AppointmentTypeNum SecUserNumEntry SecDateTEntry Priority PatternSecondary
 ItemOrderPlanned"""

FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "patients": """PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate SSN Address Address2 City State Zip HmPhone
 WkPhone WirelessPhone Guarantor Email EstBalance PriProv priProvAbbr SecProv secProvAbbr FeeSched BillingType ImageFolder FamFinUrgNote
 ChartNumber MedicaidID BalTotal EmployerNum DateFirstVisit ClinicNum clinicAbbr Premed Ward PreferConfirmMethod PreferContactMethod
 PreferRecallMethod Language AdmitDate siteDesc DateTStamp SuperFamily TxtMsgOk SecDateEntry serverDateTime""",
        "appointments": f"AptNum {_APPOINTMENT} serverDateTime",
        "histappointments": f"HistApptNum HistUserNum HistDateTStamp HistApptAction ApptSource AptNum {_APPOINTMENT}",
        "procedurelogs": """ProcNum PatNum AptNum ProcDate ProcFee Surf ToothNum ToothRange Priority priority ProcStatus ProvNum provAbbr Dx
 dxName PlannedAptNum PlaceService Prosthesis DateOriginalProsth ClaimNote DateEntryC ClinicNum CodeNum procCode descript UnitQty BaseUnits
 DateTP SiteNum HideGraphics CanadianTypeCodes ProcTime ProcTimeEnd DateTStamp Prognosis IsLocked BillingNote Discount IsDateProsthEst
 SecDateEntry serverDateTime""",
        "procnotes": "ProcNoteNum PatNum ProcNum EntryDateTime UserNum Note isSigned",
        "treatplans": """TreatPlanNum PatNum DateTP Heading Note SigIsTopaz ResponsParty DocNum TPStatus SecUserNumEntry SecDateEntry
 SecDateTEdit UserNumPresenter TPType DateTSigned DateTPracticeSigned SignatureText SignaturePracticeText isSigned isSignedPractice""",
        "treatplanattaches": "TreatPlanAttachNum TreatPlanNum ProcNum Priority priority",
        "proctps": """ProcTPNum TreatPlanNum PatNum ProcNumOrig ItemOrder Priority priority ToothNumTP Surf ProcCode Descript FeeAmt PriInsAmt
 SecInsAmt PatAmt Discount Prognosis Dx ProcAbbr SecUserNumEntry SecDateEntry SecDateTEdit FeeAllowed TaxAmt ProvNum DateTP ClinicNum
 CatPercUCR""",
        "claims": """ClaimNum PatNum DateService DateSent ClaimStatus DateReceived PlanNum ProvTreat ClaimFee InsPayEst InsPayAmt DedApplied
 IsProsthesis PriorDate ReasonUnderPaid ClaimNote ClaimType ProvBill PlaceService AccidentRelated AccidentDate AccidentST IsOrtho
 OrthoRemainM OrthoDate PatRelat PlanNum2 PatRelat2 WriteOff ClaimForm InsSubNum InsSubNum2 PriorAuthorizationNumber CustomTracking
 customTracking OrthoTotalM SecDateTEdit""",
        "claimprocs": """ClaimProcNum ProcNum ClaimNum PatNum ProvNum FeeBilled InsPayEst DedApplied Status InsPayAmt Remarks ClaimPaymentNum
 PlanNum DateCP WriteOff CodeSent AllowedOverride Percentage PercentOverride CopayAmt NoBillIns PaidOtherIns BaseEst CopayOverride ProcDate
 DateEntry DedEst DedEstOverride InsEstTotal InsEstTotalOverride PaidOtherInsOverride EstimateNote WriteOffEst WriteOffEstOverride
 ClinicNum InsSubNum PaymentRow PayPlanNum ClaimPaymentTracking claimPaymentTracking SecUserNumEntry SecDateEntry SecDateTEdit
 DateSuppReceived DateInsFinalized IsTransfer ClaimAdjReasonCodes""",
        "claimpayments": """ClaimPaymentNum CheckDate CheckAmt CheckNum BankBranch Note ClinicNum DepositNum CarrierName DateIssued IsPartial
 PayType payType SecUserNumEntry SecDateEntry SecDateTEdit PayGroup payGroup""",
        "claimtrackings": "ClaimTrackingNum ClaimNum TrackingType UserNum DateTimeEntry Note TrackingDefNum TrackingErrorDefNum",
        "etranss": """EtransNum DateTimeTrans ClearingHouseNum Etype ClaimNum OfficeSequenceNumber CarrierTransCounter CarrierTransCounter2
 CarrierNum CarrierNum2 PatNum BatchNumber AckCode TransSetNum Note EtransMessageTextNum AckEtransNum PlanNum InsSubNum TransSetId835
 CarrierNameRaw PatientNameRaw UserNum""",
        "etransmessagetexts": "EtransMessageTextNum MessageText",
        "eobattaches": "EobAttachNum ClaimPaymentNum DateTCreated FileName",
        "payments": """PayNum PayType payType PayDate PayAmt CheckNum BankBranch PayNote PatNum ClinicNum DateEntry DepositNum Receipt
 IsRecurringCC SecUserNumEntry SecDateTEdit PaymentSource ProcessStatus RecurringChargeDate IsCcCompleted serverDateTime""",
        "paysplits": """SplitNum SplitAmt PatNum PayNum ProvNum PayPlanNum DatePay ProcNum DateEntry UnearnedType unearnedType ClinicNum
 SecDateTEdit AdjNum PayPlanChargeNum PayPlanDebitType""",
        "adjustments": """AdjNum AdjDate AdjAmt PatNum AdjType adjType ProvNum AdjNote ProcDate ProcNum DateEntry ClinicNum SecUserNumEntry
 SecDateTEdit""",
        "payplans": """PayPlanNum PatNum Guarantor PayPlanDate APR Note PlanNum CompletedAmt InsSubNum PaySchedule NumberOfPayments PayAmt
 DownPayment IsClosed PlanCategory planCategory IsDynamic ChargeFrequency DatePayPlanStart IsLocked DateInterestStart
 DynamicPayPlanTPOption principalAmount SheetDefNum""",
        "payplancharges": """PayPlanChargeNum PayPlanNum Guarantor PatNum ChargeDate Principal Interest Note ProvNum ClinicNum ChargeType
 ProcNum SecDateTEntry SecDateTEdit StatementNum FKey LinkType IsOffset""",
        "payplanlinks": "PayPlanLinkNum PayPlanNum LinkType FKey AmountOverride SecDateTEntry",
        "insplans": """PlanNum GroupName GroupNum PlanNote FeeSched PlanType ClaimFormNum ClaimsUseUCR CopayFeeSched EmployerNum CarrierNum
 IsMedical FilingCode ShowBaseUnits CodeSubstNone IsHidden MonthRenew FilingCodeSubtype CobRule SecUserNumEntry SecDateEntry SecDateTEdit
 BillingType ExclusionFeeRule ManualFeeSchedNum IsBlueBookEnabled InsPlansZeroWriteOffsOnAnnualMaxOverride
 InsPlansZeroWriteOffsOnFreqOrAgingOverride""",
        "inssubs": """InsSubNum PlanNum Subscriber DateEffective DateTerm SubscriberID BenefitNotes ReleaseInfo AssignBen SubscNote
 SecDateTEdit""",
        "patplans": """PatPlanNum PatNum Ordinal IsPending Relationship PatID InsSubNum OrthoAutoFeeBilledOverride OrthoAutoNextClaimDate
 SecDateTEntry SecDateTEdit""",
        "benefits": """BenefitNum PlanNum PatPlanNum CovCatNum BenefitType Percent MonetaryAmt TimePeriod QuantityQualifier Quantity CodeNum
 procCode CoverageLevel SecDateTEntry SecDateTEdit CodeGroupNum TreatArea""",
        "insverifies": "InsVerifyNum DateLastVerified UserNum VerifyType FKey DefNum Note DateLastAssigned SecDateTEdit",
        "carriers": "CarrierNum CarrierName Address Address2 City State Zip Phone ElectID NoSendElect IsHidden",
        "covcats": "CovCatNum Description DefaultPercent CovOrder IsHidden EbenefitCat",
        "recalls": """RecallNum PatNum DateDue DatePrevious RecallInterval RecallStatus recallStatus Note IsDisabled DateTStamp RecallTypeNum
 DisableUntilBalance DisableUntilDate DateScheduled Priority TimePatternOverride""",
        "refattaches": """RefAttachNum ReferralNum referralName PatNum ItemOrder RefDate ReferralType RefToStatus Note IsTransitionOfCare
 ProcNum DateProcComplete ProvNum DateTStamp""",
        "referrals": """ReferralNum LName FName MName specialty ST Telephone Address Address2 City Zip Note Phone2 IsHidden NotPerson Title EMail
 PatNum IsDoctor IsPreferred BusinessName""",
        "labcases": """LabCaseNum PatNum LaboratoryNum AptNum PlannedAptNum DateTimeDue DateTimeCreated DateTimeSent DateTimeRecd
 DateTimeChecked ProvNum Instructions LabFee DateTStamp InvoiceNum""",
        "laboratories": "LaboratoryNum Description Phone Notes Slip Address City State Zip Email WirelessPhone IsHidden",
        "labturnarounds": "LabTurnaroundNum LaboratoryNum Description DaysPublished DaysActual",
        "tasks": """TaskNum TaskListNum DateTask KeyNum Descript TaskStatus IsRepeating DateType FromNum ObjectType DateTimeEntry UserNum
 DateTimeFinished PriorityDefNum ReminderGroupId ReminderType ReminderFrequency DateTimeOriginal SecDateTEdit DescriptOverride IsReadOnly""",
        "commlogs": """CommlogNum PatNum CommDateTime CommType commType Note Mode_ SentOrReceived UserNum DateTStamp CommSource ProgramNum
 DateTEntry ReferralNum""",
        "sheets": """SheetNum SheetType PatNum DateTimeSheet InternalNote Description IsWebForm SheetDefNum DocNum ClinicNum
 DateTSheetEdited""",
        "sheetfields": "SheetFieldNum SheetNum FieldType FieldName FieldValue DateTimeSig",
        "statements": """StatementNum PatNum DateSent DateRangeFrom DateRangeTo Note NoteBold Mode_ HidePayment SinglePatient Intermingled
 IsSent DocNum DateTStamp IsReceipt IsInvoice IsInvoiceCopy SuperFamily IsBalValid InsEst BalTotal StatementType""",
        "definitions": "DefNum ItemName ItemValue Category category isHidden",
        "providers": """ProvNum Abbr LName FName MI Suffix FeeSched Specialty NationalProvID IsHidden IsSecondary ProvStatus DateTStamp
 serverDateTime""",
        "operatories": "OperatoryNum OpName Abbrev ItemOrder IsHidden ProvDentist ProvHygienist IsHygiene ClinicNum",
        "clinics": "ClinicNum Description Abbr Address Address2 City State Zip Phone IsHidden TimeZone",
        "procedurecodes": """CodeNum ProcCode Descript AbbrDesc ProcTime ProcCat procCat TreatArea NoBillIns IsHygiene BaseUnits
 DateTStamp""",
        "recalltypes": "RecallTypeNum Description DefaultInterval TimePattern Procedures AppendToSpecial",
        "feescheds": "FeeSchedNum Description FeeSchedType ItemOrder IsHidden",
        "fees": "FeeNum Amount FeeSched CodeNum ClinicNum ProvNum",
        "patfields": "PatFieldNum PatNum FieldName FieldValue SecDateTEdit",
        "userods": "UserNum UserName IsHidden",
        "tasklists": "TaskListNum Descript Parent ObjectType",
        "preferences": "PrefNum PrefName ValueString",
    }.items()
}  # fmt: skip
# JSON names that differ from the column's
RENAMED = {("refattaches", "ReferralType"): "RefType", ("etranss", "TransSetId835"): "TranSetId835"}
