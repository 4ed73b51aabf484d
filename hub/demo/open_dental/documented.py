"""The documented tables of Open Dental 25.3: reference open-dental.md 6.6, as it stands there.

One entry per table: `Column type, ...`, the first column being the primary key (of preference: its third column, moved), then `!` and the indexes of real offices.
Types: b bigint, d date, dt datetime, ts timestamp that moves with every change, f double, f4 float, y tinyint, si smallint,
i int, sN varchar(N), cN char(N), t text, mt mediumtext, tm time. The last four tables are named by the reference without
their columns; only what the office needs of them stands here.
"""

TABLES = """
patient: PatNum b, LName s100, FName s100, MiddleI s100, Preferred s100, PatStatus y, Gender y, Position y, Birthdate d, SSN
  s100, Address s100, Address2 s100, City s100, State s100, Zip s100, HmPhone s30, WkPhone s30, WirelessPhone s30, Guarantor
  b, CreditType c1, Email s100, Salutation s100, EstBalance f, PriProv b, SecProv b, FeeSched b, BillingType b, ImageFolder
  s100, AddrNote t, FamFinUrgNote t, MedUrgNote s255, ApptModNote s255, StudentStatus c1, SchoolName s255, ChartNumber s100,
  MedicaidID s20, Bal_0_30 f, Bal_31_60 f, Bal_61_90 f, BalOver90 f, InsEst f, BalTotal f, EmployerNum b, EmploymentNote
  s255, County s255, GradeLevel y, Urgency y, DateFirstVisit d, ClinicNum b, HasIns s255, TrophyFolder s255, PlannedIsDone
  y, Premed y, Ward s255, PreferConfirmMethod y, PreferContactMethod y, PreferRecallMethod y, SchedBeforeTime tm,
  SchedAfterTime tm, SchedDayOfWeek y, Language s100, AdmitDate d, Title s15, PayPlanDue f, SiteNum b, DateTStamp ts,
  ResponsParty b, CanadianEligibilityCode y, AskToArriveEarly i, PreferContactConfidential y, SuperFamily b, TxtMsgOk y,
  SmokingSnoMed s32, Country s255, DateTimeDeceased dt, BillingCycleDay i, SecUserNumEntry b, SecDateEntry d,
  HasSuperBilling y, PatNumCloneFrom b, DiscountPlanNum b, HasSignedTil y, ShortCodeOptIn y, SecurityHash s255
  ! Guarantor; PatStatus; LName,FName; Birthdate,PatStatus; ClinicNum,PatStatus; HmPhone; WkPhone; WirelessPhone; Email;
    SecDateEntry
appointment: AptNum b, PatNum b, AptStatus y, Pattern s255, Confirmed b, TimeLocked y, Op b, Note t, ProvNum b, ProvHyg b,
  AptDateTime dt, NextAptNum b, UnschedStatus b, IsNewPatient y, ProcDescript t, Assistant b, ClinicNum b, IsHygiene y,
  DateTStamp ts, DateTimeArrived dt, DateTimeSeated dt, DateTimeDismissed dt, InsPlan1 b, InsPlan2 b, DateTimeAskedToArrive
  dt, ProcsColored t, ColorOverride i, AppointmentTypeNum b, SecUserNumEntry b, SecDateTEntry dt, Priority y, ProvBarText
  s60, PatternSecondary s255, SecurityHash s255, ItemOrderPlanned i, IsMirrored y
  ! PatNum; AptStatus,AptDateTime,ClinicNum; AptDateTime; NextAptNum; DateTStamp; UnschedStatus; Priority
histappointment: HistApptNum b, HistUserNum b, HistDateTStamp dt, HistApptAction y, ApptSource y, AptNum b, PatNum b,
  AptStatus y, Pattern s255, Confirmed b, TimeLocked y, Op b, Note t, ProvNum b, ProvHyg b, AptDateTime dt, NextAptNum b,
  UnschedStatus b, IsNewPatient y, ProcDescript t, Assistant b, ClinicNum b, IsHygiene y, DateTStamp ts, DateTimeArrived dt,
  DateTimeSeated dt, DateTimeDismissed dt, InsPlan1 b, InsPlan2 b, DateTimeAskedToArrive dt, ProcsColored t, ColorOverride
  i, AppointmentTypeNum b, SecUserNumEntry b, SecDateTEntry dt, Priority y, ProvBarText s60, PatternSecondary s255,
  SecurityHash s255, ItemOrderPlanned i, IsMirrored y
  ! AptNum; PatNum; HistDateTStamp
deletedobject: DeletedObjectNum b, ObjectNum b, ObjectType i, DateTStamp ts
procedurelog: ProcNum b, PatNum b, AptNum b, OldCode s15, ProcDate d, ProcFee f, Surf s10, ToothNum s2, ToothRange s100,
  Priority b, ProcStatus y, ProvNum b, Dx b, PlannedAptNum b, PlaceService y, Prosthesis c1, DateOriginalProsth d, ClaimNote
  s80, DateEntryC d, ClinicNum b, MedicalCode s15, DiagnosticCode s255, IsPrincDiag y, ProcNumLab b, BillingTypeOne b,
  BillingTypeTwo b, CodeNum b, CodeMod1 c2, CodeMod2 c2, CodeMod3 c2, CodeMod4 c2, RevCode s45, UnitQty i, BaseUnits i,
  StartTime i, StopTime i, DateTP d, SiteNum b, HideGraphics y, CanadianTypeCodes s20, ProcTime tm, ProcTimeEnd tm,
  DateTStamp ts, Prognosis b, DrugUnit y, DrugQty f4, UnitQtyType y, StatementNum b, IsLocked y, BillingNote s255,
  RepeatChargeNum b, SnomedBodySite s255, DiagnosticCode2 s255, DiagnosticCode3 s255, DiagnosticCode4 s255,
  ProvOrderOverride b, Discount f, IsDateProsthEst y, IcdVersion y, IsCpoe y, SecUserNumEntry b, SecDateEntry dt,
  DateComplete d, OrderingReferralNum b, TaxAmt f, Urgency y, DiscountPlanAmt f
  ! PatNum,ProcStatus,ClinicNum; PatNum,ProcStatus,CodeNum,ProcDate; AptNum,CodeNum,ProcStatus,IsCpoe,ProvNum;
    PlannedAptNum; ProcDate,ClinicNum,ProcStatus; DateTStamp,PatNum; DateComplete
procedurecode: CodeNum b, ProcCode s15, Descript s255, AbbrDesc s50, ProcTime s24, ProcCat b, TreatArea y, NoBillIns y,
  IsProsth y, DefaultNote t, IsHygiene y, GTypeNum si, AlternateCode1 s15, MedicalCode s15, IsTaxed y, PaintType y,
  GraphicColor i, LaymanTerm s255, IsCanadianLab y, PreExisting y, BaseUnits i, SubstitutionCode s25, SubstOnlyIf i,
  DateTStamp ts, IsMultiVisit y, DrugNDC s255, RevenueCodeDefault s255, ProvNumDefault b, CanadaTimeUnits f, IsRadiology y,
  DefaultClaimNote t, DefaultTPNote t, BypassGlobalLock y, TaxCode s16, PaintText s255, AreaAlsoToothRange y,
  DiagnosticCodes s255
  ! ProcCode
procmultivisit: ProcMultiVisitNum b, GroupProcMultiVisitNum b, ProcNum b, ProcStatus y, IsInProcess y, SecDateTEntry dt,
  SecDateTEdit ts, PatNum b
treatplan: TreatPlanNum b, PatNum b, DateTP d, Heading s255, Note t, Signature t, SigIsTopaz y, ResponsParty b, DocNum b,
  TPStatus y, SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, UserNumPresenter b, TPType y, SignaturePractice t,
  DateTSigned dt, DateTPracticeSigned dt, SignatureText s255, SignaturePracticeText s255, MobileAppDeviceNum b
  ! PatNum
treatplanattach: TreatPlanAttachNum b, TreatPlanNum b, ProcNum b, Priority b
  ! TreatPlanNum; ProcNum; Priority
proctp: ProcTPNum b, TreatPlanNum b, PatNum b, ProcNumOrig b, ItemOrder si, Priority b, ToothNumTP s255, Surf s255, ProcCode
  s15, Descript s255, FeeAmt f, PriInsAmt f, SecInsAmt f, PatAmt f, Discount f, Prognosis s255, Dx s255, ProcAbbr s50,
  SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, FeeAllowed f, TaxAmt f, ProvNum b, DateTP d, ClinicNum b, CatPercUCR f
  ! PatNum; TreatPlanNum; ProcNumOrig
claim: ClaimNum b, PatNum b, DateService d, DateSent d, ClaimStatus c1, DateReceived d, PlanNum b, ProvTreat b, ClaimFee f,
  InsPayEst f, InsPayAmt f, DedApplied f, PreAuthString s40, IsProsthesis c1, PriorDate d, ReasonUnderPaid s255, ClaimNote
  s400, ClaimType s255, ProvBill b, ReferringProv b, RefNumString s40, PlaceService y, AccidentRelated c1, AccidentDate d,
  AccidentST s2, EmployRelated y, IsOrtho y, OrthoRemainM y, OrthoDate d, PatRelat y, PlanNum2 b, PatRelat2 y, WriteOff f,
  Radiographs y, ClinicNum b, ClaimForm b, AttachedImages i, AttachedModels i, AttachedFlags s255, AttachmentID s255,
  CanadianMaterialsForwarded s10, CanadianReferralProviderNum s20, CanadianReferralReason y, CanadianIsInitialLower s5,
  CanadianDateInitialLower d, CanadianMandProsthMaterial y, CanadianIsInitialUpper s5, CanadianDateInitialUpper d,
  CanadianMaxProsthMaterial y, InsSubNum b, InsSubNum2 b, CanadaTransRefNum s255, CanadaEstTreatStartDate d,
  CanadaInitialPayment f, CanadaPaymentMode y, CanadaTreatDuration y, CanadaNumAnticipatedPayments y,
  CanadaAnticipatedPayAmount f, PriorAuthorizationNumber s255, SpecialProgramCode y, UniformBillType s255, MedType y,
  AdmissionTypeCode s255, AdmissionSourceCode s255, PatientStatusCode s255, CustomTracking b, DateResent d, CorrectionType
  y, ClaimIdentifier s255, OrigRefNum s255, ProvOrderOverride b, OrthoTotalM y, ShareOfCost f, SecUserNumEntry b,
  SecDateEntry d, SecDateTEdit ts, OrderingReferralNum b, DateSentOrig d, DateIllnessInjuryPreg d,
  DateIllnessInjuryPregQualifier si, DateOther d, DateOtherQualifier si, IsOutsideLab y, SecurityHash s255, Narrative t
  ! PatNum,ClaimStatus,ClaimType,DateSent;
    PlanNum,ClaimStatus,ClaimType,PatNum,ClaimNum,DateService,ProvTreat,ClaimFee,ClinicNum; InsSubNum; CustomTracking;
    ClinicNum
claimproc: ClaimProcNum b, ProcNum b, ClaimNum b, PatNum b, ProvNum b, FeeBilled f, InsPayEst f, DedApplied f, Status y,
  InsPayAmt f, Remarks s255, ClaimPaymentNum b, PlanNum b, DateCP d, WriteOff f, CodeSent s15, AllowedOverride f, Percentage
  y, PercentOverride y, CopayAmt f, NoBillIns y, PaidOtherIns f, BaseEst f, CopayOverride f, ProcDate d, DateEntry d,
  LineNumber y, DedEst f, DedEstOverride f, InsEstTotal f, InsEstTotalOverride f, PaidOtherInsOverride f, EstimateNote s255,
  WriteOffEst f, WriteOffEstOverride f, ClinicNum b, InsSubNum b, PaymentRow i, PayPlanNum b, ClaimPaymentTracking b,
  SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, DateSuppReceived d, DateInsFinalized d, IsTransfer y,
  ClaimAdjReasonCodes s255, IsOverpay y, SecurityHash s255
  ! ClaimNum; ProcNum; PatNum; PlanNum; InsSubNum; Status; ClaimPaymentNum,Status,InsPayAmt; DateCP;
    SecDateTEdit,PatNum; ClaimNum,ClaimPaymentNum,InsPayAmt,DateCP,IsTransfer
claimpayment: ClaimPaymentNum b, CheckDate d, CheckAmt f, CheckNum s25, BankBranch s25, Note s255, ClinicNum b, DepositNum
  b, CarrierName s255, DateIssued d, IsPartial y, PayType b, SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, PayGroup b
  ! CheckDate; DepositNum; PayType; ClinicNum
claimtracking: ClaimTrackingNum b, ClaimNum b, TrackingType s255, UserNum b, DateTimeEntry ts, Note t, TrackingDefNum b,
  TrackingErrorDefNum b
  ! ClaimNum; UserNum; TrackingDefNum; TrackingErrorDefNum
etrans: EtransNum b, DateTimeTrans dt, ClearingHouseNum b, Etype y, ClaimNum b, OfficeSequenceNumber i, CarrierTransCounter
  i, CarrierTransCounter2 i, CarrierNum b, CarrierNum2 b, PatNum b, BatchNumber i, AckCode s255, TransSetNum i, Note t,
  EtransMessageTextNum b, AckEtransNum b, PlanNum b, InsSubNum b, TranSetId835 s255, CarrierNameRaw s60, PatientNameRaw
  s133, UserNum b
etrans835: Etrans835Num b, EtransNum b, PayerName s60, TransRefNum s50, InsPaid f, ControlId s9, PaymentMethodCode s3,
  PatientName s100, Status y, AutoProcessed y, IsApproved y
etrans835attach: Etrans835AttachNum b, EtransNum b, ClaimNum b, ClpSegmentIndex i, DateTimeEntry dt
etransmessagetext: EtransMessageTextNum b, MessageText mt
eobattach: EobAttachNum b, ClaimPaymentNum b, DateTCreated dt, FileName s255, RawBase64 t, ClaimNumPreAuth b
payment: PayNum b, PayType b, PayDate d, PayAmt f, CheckNum s25, BankBranch s25, PayNote t, IsSplit y, PatNum b, ClinicNum
  b, DateEntry d, DepositNum b, Receipt t, IsRecurringCC y, SecUserNumEntry b, SecDateTEdit ts, PaymentSource y,
  ProcessStatus y, RecurringChargeDate d, ExternalId s255, PaymentStatus y, IsCcCompleted y, MerchantFee f
  ! PatNum; PayType; DepositNum; ProcessStatus
paysplit: SplitNum b, SplitAmt f, PatNum b, ProcDate d, PayNum b, IsDiscount y, DiscountType y, ProvNum b, PayPlanNum b,
  DatePay d, ProcNum b, DateEntry d, UnearnedType b, ClinicNum b, SecUserNumEntry b, SecDateTEdit ts, FSplitNum b, AdjNum b,
  PayPlanChargeNum b, PayPlanDebitType y, SecurityHash s255
  ! PatNum; PayNum; ProcNum,SplitAmt; AdjNum; DatePay; PayPlanNum; SecDateTEdit,PatNum
adjustment: AdjNum b, AdjDate d, AdjAmt f, PatNum b, AdjType b, ProvNum b, AdjNote t, ProcDate d, ProcNum b, DateEntry d,
  ClinicNum b, StatementNum b, SecUserNumEntry b, SecDateTEdit ts, TaxTransID b
  ! PatNum; ProcNum,AdjAmt; AdjDate,PatNum; SecDateTEdit,PatNum
payplan: PayPlanNum b, PatNum b, Guarantor b, PayPlanDate d, APR f, Note t, PlanNum b, CompletedAmt f, InsSubNum b,
  PaySchedule y, NumberOfPayments i, PayAmt f, DownPayment f, IsClosed y, Signature t, SigIsTopaz y, PlanCategory b,
  IsDynamic y, ChargeFrequency y, DatePayPlanStart d, IsLocked y, DateInterestStart d, DynamicPayPlanTPOption y,
  MobileAppDeviceNum b, SecurityHash s255, SheetDefNum b
  ! PatNum; Guarantor; PlanNum
payplancharge: PayPlanChargeNum b, PayPlanNum b, Guarantor b, PatNum b, ChargeDate d, Principal f, Interest f, Note t,
  ProvNum b, ClinicNum b, ChargeType y, ProcNum b, SecDateTEntry dt, SecDateTEdit ts, StatementNum b, FKey b, LinkType y,
  IsOffset y, IsDownPayment y
payplanlink: PayPlanLinkNum b, PayPlanNum b, LinkType y, FKey b, AmountOverride f, SecDateTEntry dt
inssub: InsSubNum b, PlanNum b, Subscriber b, DateEffective d, DateTerm d, ReleaseInfo y, AssignBen y, SubscriberID s255,
  BenefitNotes t, SubscNote t, SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, SecurityHash s255
  ! PlanNum; Subscriber
insplan: PlanNum b, GroupName s50, GroupNum s50, PlanNote t, FeeSched b, PlanType c1, ClaimFormNum b, UseAltCode y,
  ClaimsUseUCR y, CopayFeeSched b, EmployerNum b, CarrierNum b, AllowedFeeSched b, TrojanID s100, DivisionNo s255, IsMedical
  y, FilingCode b, DentaideCardSequence y, ShowBaseUnits y, CodeSubstNone y, IsHidden y, MonthRenew y, FilingCodeSubtype b,
  CanadianPlanFlag s5, CanadianDiagnosticCode s255, CanadianInstitutionCode s255, RxBIN s255, CobRule y, SopCode s255,
  SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, HideFromVerifyList y, OrthoType y, OrthoAutoProcFreq y,
  OrthoAutoProcCodeNumOverride b, OrthoAutoFeeBilled f, OrthoAutoClaimDaysWait i, BillingType b, HasPpoSubstWriteoffs y,
  ExclusionFeeRule y, ManualFeeSchedNum b, IsBlueBookEnabled y, InsPlansZeroWriteOffsOnAnnualMaxOverride y,
  InsPlansZeroWriteOffsOnFreqOrAgingOverride y, PerVisitPatAmount f, PerVisitInsAmount f
  ! CarrierNum,PlanNum
patplan: PatPlanNum b, PatNum b, Ordinal y, IsPending y, Relationship y, PatID s100, InsSubNum b, OrthoAutoFeeBilledOverride
  f, OrthoAutoNextClaimDate d, SecDateTEntry dt, SecDateTEdit ts
  ! PatNum; InsSubNum; SecDateTEdit
carrier: CarrierNum b, CarrierName s255, Address s255, Address2 s255, City s255, State s255, Zip s255, Phone s255, ElectID
  s255, NoSendElect y, IsCDA y, CDAnetVersion s100, CanadianNetworkNum b, IsHidden y, CanadianEncryptionMethod y,
  CanadianSupportedTypes i, SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, TIN s255, CarrierGroupName b,
  ApptTextBackColor i, IsCoinsuranceInverted y, TrustedEtransFlags y, CobInsPaidBehaviorOverride y, EraAutomationOverride y,
  OrthoInsPayConsolidate y
  ! CarrierNum,CarrierName
benefit: BenefitNum b, PlanNum b, PatPlanNum b, CovCatNum b, BenefitType y, Percent y, MonetaryAmt f, TimePeriod y,
  QuantityQualifier y, Quantity y, CodeNum b, CoverageLevel i, SecDateTEntry dt, SecDateTEdit ts, CodeGroupNum b, TreatArea
  y, ToothRange s255
  ! PlanNum; PatPlanNum; CovCatNum; CodeNum; SecDateTEdit
covcat: CovCatNum b, Description s50, DefaultPercent si, CovOrder i, IsHidden y, EbenefitCat y
covspan: CovSpanNum b, CovCatNum b, FromCode s15, ToCode s15
insverify: InsVerifyNum b, DateLastVerified d, UserNum b, VerifyType y, FKey b, DefNum b, Note t, DateLastAssigned d,
  DateTimeEntry dt, HoursAvailableForVerification f, SecDateTEdit ts, SecurityHash s255
  ! FKey; VerifyType; SecDateTEdit; DateLastAssigned
refattach: RefAttachNum b, ReferralNum b, PatNum b, ItemOrder si, RefDate d, RefType y, RefToStatus y, Note t,
  IsTransitionOfCare y, ProcNum b, DateProcComplete d, ProvNum b, DateTStamp ts
  ! PatNum; ProcNum; ReferralNum
referral: ReferralNum b, LName s100, FName s100, MName s100, SSN s9, UsingTIN y, Specialty b, ST s2, Telephone s10, Address
  s100, Address2 s100, City s100, Zip s10, Note t, Phone2 s30, IsHidden y, NotPerson y, Title s255, EMail s255, PatNum b,
  NationalProvID s255, Slip b, IsDoctor y, IsTrustedDirect y, DateTStamp ts, IsPreferred y, BusinessName s255, DisplayNote
  s4000
labcase: LabCaseNum b, PatNum b, LaboratoryNum b, AptNum b, PlannedAptNum b, DateTimeDue dt, DateTimeCreated dt,
  DateTimeSent dt, DateTimeRecd dt, DateTimeChecked dt, ProvNum b, Instructions t, LabFee f, DateTStamp ts, InvoiceNum s255
  ! AptNum
laboratory: LaboratoryNum b, Description s255, Phone s255, Notes t, Slip b, Address s255, City s255, State s255, Zip s255,
  Email s255, WirelessPhone s255, IsHidden y
labturnaround: LabTurnaroundNum b, LaboratoryNum b, Description s255, DaysPublished si, DaysActual si
recall: RecallNum b, PatNum b, DateDueCalc d, DateDue d, DatePrevious d, RecallInterval i, RecallStatus b, Note t,
  IsDisabled y, DateTStamp ts, RecallTypeNum b, DisableUntilBalance f, DisableUntilDate d, DateScheduled d, Priority y,
  TimePatternOverride s255
  ! PatNum; DateDue,IsDisabled,RecallTypeNum,DateScheduled; DatePrevious; RecallTypeNum
recalltype: RecallTypeNum b, Description s255, DefaultInterval i, TimePattern s255, Procedures s255, AppendToSpecial y
recalltrigger: RecallTriggerNum b, RecallTypeNum b, CodeNum b
sheet: SheetNum b, SheetType i, PatNum b, DateTimeSheet dt, FontSize f4, FontName s255, Width i, Height i, IsLandscape y,
  InternalNote t, Description s255, ShowInTerminal y, IsWebForm y, IsMultiPage y, IsDeleted y, SheetDefNum b, DocNum b,
  ClinicNum b, DateTSheetEdited dt, HasMobileLayout y, RevID i, WebFormSheetID b
  ! PatNum; SheetDefNum
sheetfield: SheetFieldNum b, SheetNum b, FieldType i, FieldName s255, FieldValue t, FontSize f4, FontName s255, FontIsBold
  y, XPos i, YPos i, Width i, Height i, GrowthBehavior i, RadioButtonValue s255, RadioButtonGroup s255, IsRequired y,
  TabOrder i, ReportableName s255, TextAlign y, ItemColor i, DateTimeSig dt, IsLocked y, TabOrderMobile i, UiLabelMobile t,
  UiLabelMobileRadioButton t, SheetFieldDefNum b, CanElectronicallySign y, IsSigProvRestricted y, UserSigned b
statement: StatementNum b, PatNum b, DateSent d, DateRangeFrom d, DateRangeTo d, Note t, NoteBold t, Mode_ y, HidePayment y,
  SinglePatient y, Intermingled y, IsSent y, DocNum b, DateTStamp ts, IsReceipt y, IsInvoice y, IsInvoiceCopy y,
  EmailSubject s255, EmailBody mt, SuperFamily b, IsBalValid y, InsEst f, BalTotal f, StatementType s50, ShortGUID s30,
  StatementShortURL s50, StatementURL s255, SmsSendStatus y, LimitedCustomFamily y, ShowTransSinceBalZero y
  ! PatNum; IsSent; SuperFamily,Mode_,DateSent
commlog: CommlogNum b, PatNum b, CommDateTime dt, CommType b, Note t, Mode_ y, SentOrReceived y, UserNum b, Signature t,
  SigIsTopaz y, DateTStamp ts, DateTimeEnd dt, CommSource y, ProgramNum b, DateTEntry dt, ReferralNum b,
  CommReferralBehavior y
  ! PatNum; CommDateTime; CommType; PatNum,CommDateTime,CommType
task: TaskNum b, TaskListNum b, DateTask d, KeyNum b, Descript t, TaskStatus y, IsRepeating y, DateType y, FromNum b,
  ObjectType y, DateTimeEntry dt, UserNum b, DateTimeFinished dt, PriorityDefNum b, ReminderGroupId s20, ReminderType si,
  ReminderFrequency i, DateTimeOriginal dt, SecDateTEdit ts, DescriptOverride s255, IsReadOnly y, Category b, TriagePosition
  i
  ! TaskListNum; KeyNum; SecDateTEdit; DateTimeOriginal; TaskStatus
tasklist: TaskListNum b, Descript s255, Parent b, DateTL d, IsRepeating y, DateType y, FromNum b, ObjectType y,
  DateTimeEntry dt, GlobalTaskFilterType y, TaskListStatus y
tasknote: TaskNoteNum b, TaskNum b, UserNum b, DateTimeNote dt, Note t
popup: PopupNum b, PatNum b, Description t, IsDisabled y, PopupLevel y, UserNum b, DateTimeEntry dt, IsArchived y,
  PopupNumArchive b, DateTimeDisabled dt
provider: ProvNum b, Abbr s255, ItemOrder si, LName s100, FName s100, MI s100, Suffix s100, FeeSched b, Specialty b, SSN
  s12, StateLicense s15, DEANum s15, IsSecondary y, ProvColor i, IsHidden y, UsingTIN y, BlueCrossID s25, SigOnFile y,
  MedicaidID s20, OutlineColor i, SchoolClassNum b, NationalProvID s255, CanadianOfficeNum s100, DateTStamp ts,
  AnesthProvType b, TaxonomyCodeOverride s255, IsCDAnet y, EcwID s255, StateRxID s255, IsNotPerson y, StateWhereLicensed
  s50, EmailAddressNum b, IsInstructor y, EhrMuStage i, ProvNumBillingOverride b, CustomID s255, ProvStatus y,
  IsHiddenReport y, IsErxEnabled y, Birthdate d, SchedNote s255, WebSchedDescript s500, WebSchedImageLocation s255,
  HourlyProdGoalAmt f, DateTerm d, PreferredName s100
  ! Abbr
operatory: OperatoryNum b, OpName s255, Abbrev s255, ItemOrder si, IsHidden y, ProvDentist b, ProvHygienist b, IsHygiene y,
  ClinicNum b, DateTStamp ts, SetProspective y, IsWebSched y, IsNewPatAppt y, OperatoryType b
clinic: ClinicNum b, Description s255, Address s255, Address2 s255, City s255, State s255, Zip s255, Phone s255, BankNumber
  s255, DefaultPlaceService y, InsBillingProv b, Fax s50, EmailAddressNum b, DefaultProv b, SmsContractDate dt,
  SmsMonthlyLimit f, IsMedicalOnly y, BillingAddress s255, BillingAddress2 s255, BillingCity s255, BillingState s255,
  BillingZip s255, PayToAddress s255, PayToAddress2 s255, PayToCity s255, PayToState s255, PayToZip s255,
  UseBillAddrOnClaims y, Region b, ItemOrder i, IsInsVerifyExcluded y, Abbr s255, MedLabAccountNum s16, IsConfirmEnabled y,
  IsConfirmDefault y, IsNewPatApptExcluded y, IsHidden y, ExternalID b, SchedNote s255, HasProcOnRx y, TimeZone s75,
  EmailAliasOverride s255
definition: DefNum b, Category y, ItemOrder si, ItemName s255, ItemValue s255, ItemColor i, IsHidden y
securitylog: SecurityLogNum b, PermType si, UserNum b, LogDateTime dt, LogText t, PatNum b, CompName s255, FKey b, LogSource
  y, DefNum b, DefNumError b, DateTPrevious dt
  ! PatNum; FKey; LogDateTime; PermType; UserNum
patfield: PatFieldNum b, PatNum b, FieldName s255, FieldValue t, SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts
procnote: ProcNoteNum b, PatNum b, ProcNum b, EntryDateTime dt, UserNum b, Note t, SigIsTopaz y, Signature t
fee: FeeNum b, Amount f, OldCode s15, FeeSched b, UseDefaultFee y, UseDefaultCov y, CodeNum b, ClinicNum b, ProvNum b,
  SecUserNumEntry b, SecDateEntry d, SecDateTEdit ts, DateEffective d
preference: PrefNum b, PrefName s255, ValueString t, Comments t
feesched: FeeSchedNum b, Description s255, FeeSchedType y, ItemOrder i, IsHidden y, IsGlobal y, SecUserNumEntry b, SecDateEntry d,
  SecDateTEdit ts
userod: UserNum b, UserName s255, UserGroupNum b, EmployeeNum b, ClinicNum b, ProvNum b, IsHidden y
schedule: ScheduleNum b, SchedDate d, StartTime tm, StopTime tm, SchedType y, ProvNum b, BlockoutType b, Note t, Status y,
  EmployeeNum b, DateTStamp ts, ClinicNum b
patientlink: PatientLinkNum b, PatNumFrom b, PatNumTo b, LinkType y, DateTimeLink dt
"""
