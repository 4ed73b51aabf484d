"""The made-up office's REST API: fields, words and odd types as reference 2 to 4 have them, filters, pages, refusals, faults, writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.demo.open_dental import OpenDental
from hub.demo.open_dental.api_resources import RESOURCES
from hub.demo.open_dental.api_server import ApiServer
from hub.demo.open_dental.faults import Faults
from tests.open_dental.office.fixtures import need_mariadb
from tests.open_dental.office.mariadb import load

ALL = frozenset({"ReadAll", "Comm", "AllOthers"})

# The field names of the documentation's examples, written off reference 4, not off the server.
DOCUMENTED = {
    "patients/Simple": "PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate SSN Address Address2 City State Zip HmPhone"
    " WkPhone WirelessPhone Guarantor Email EstBalance PriProv priProvAbbr SecProv secProvAbbr FeeSched BillingType ImageFolder"
    " FamFinUrgNote ChartNumber MedicaidID BalTotal EmployerNum DateFirstVisit ClinicNum clinicAbbr Premed Ward PreferConfirmMethod"
    " PreferContactMethod PreferRecallMethod Language AdmitDate siteDesc DateTStamp SuperFamily TxtMsgOk SecDateEntry serverDateTime",
    "appointments": "AptNum PatNum AptStatus Pattern Confirmed confirmed TimeLocked Op Note ProvNum provAbbr ProvHyg AptDateTime NextAptNum"
    " UnschedStatus unschedStatus IsNewPatient ProcDescript ClinicNum IsHygiene DateTStamp DateTimeArrived DateTimeSeated"
    " DateTimeDismissed InsPlan1 InsPlan2 DateTimeAskedToArrive colorOverride AppointmentTypeNum SecUserNumEntry SecDateTEntry Priority"
    " PatternSecondary ItemOrderPlanned serverDateTime",
    "procedurelogs": "ProcNum PatNum AptNum ProcDate ProcFee Surf ToothNum ToothRange Priority priority ProcStatus ProvNum provAbbr Dx dxName"
    " PlannedAptNum PlaceService Prosthesis DateOriginalProsth ClaimNote DateEntryC ClinicNum CodeNum procCode descript UnitQty BaseUnits"
    " DateTP SiteNum HideGraphics CanadianTypeCodes ProcTime ProcTimeEnd DateTStamp Prognosis IsLocked BillingNote Discount"
    " IsDateProsthEst SecDateEntry serverDateTime",
    "treatplans": "TreatPlanNum PatNum DateTP Heading Note SigIsTopaz ResponsParty DocNum TPStatus SecUserNumEntry SecDateEntry SecDateTEdit"
    " UserNumPresenter TPType DateTSigned DateTPracticeSigned SignatureText SignaturePracticeText isSigned isSignedPractice",
    "claims": "ClaimNum PatNum DateService DateSent ClaimStatus DateReceived PlanNum ProvTreat ClaimFee InsPayEst InsPayAmt DedApplied"
    " IsProsthesis PriorDate ReasonUnderPaid ClaimNote ClaimType ProvBill PlaceService AccidentRelated AccidentDate AccidentST IsOrtho"
    " OrthoRemainM OrthoDate PatRelat PlanNum2 PatRelat2 WriteOff ClaimForm InsSubNum InsSubNum2 PriorAuthorizationNumber CustomTracking"
    " customTracking OrthoTotalM SecDateTEdit",
    "claimprocs": "ClaimProcNum ProcNum ClaimNum PatNum ProvNum FeeBilled InsPayEst DedApplied Status InsPayAmt Remarks ClaimPaymentNum"
    " PlanNum DateCP WriteOff CodeSent AllowedOverride Percentage PercentOverride CopayAmt NoBillIns PaidOtherIns BaseEst CopayOverride"
    " ProcDate DateEntry DedEst DedEstOverride InsEstTotal InsEstTotalOverride PaidOtherInsOverride EstimateNote WriteOffEst"
    " WriteOffEstOverride ClinicNum InsSubNum PaymentRow PayPlanNum ClaimPaymentTracking claimPaymentTracking SecUserNumEntry SecDateEntry"
    " SecDateTEdit DateSuppReceived DateInsFinalized IsTransfer ClaimAdjReasonCodes",
    "claimpayments": "ClaimPaymentNum CheckDate CheckAmt CheckNum BankBranch Note ClinicNum DepositNum CarrierName DateIssued IsPartial"
    " PayType payType SecUserNumEntry SecDateEntry SecDateTEdit PayGroup payGroup",
    "claimtrackings": "ClaimTrackingNum ClaimNum TrackingType UserNum DateTimeEntry Note TrackingDefNum TrackingErrorDefNum",
    "payments": "PayNum PayType payType PayDate PayAmt CheckNum BankBranch PayNote PatNum ClinicNum DateEntry DepositNum Receipt"
    " IsRecurringCC SecUserNumEntry SecDateTEdit PaymentSource ProcessStatus RecurringChargeDate IsCcCompleted serverDateTime",
    "paysplits": "SplitNum SplitAmt PatNum PayNum ProvNum PayPlanNum DatePay ProcNum DateEntry UnearnedType unearnedType ClinicNum"
    " SecDateTEdit AdjNum PayPlanChargeNum PayPlanDebitType",
    "insplans": "PlanNum GroupName GroupNum PlanNote FeeSched PlanType ClaimFormNum ClaimsUseUCR CopayFeeSched EmployerNum CarrierNum"
    " IsMedical FilingCode ShowBaseUnits CodeSubstNone IsHidden MonthRenew FilingCodeSubtype CobRule SecUserNumEntry SecDateEntry"
    " SecDateTEdit BillingType ExclusionFeeRule ManualFeeSchedNum IsBlueBookEnabled InsPlansZeroWriteOffsOnAnnualMaxOverride"
    " InsPlansZeroWriteOffsOnFreqOrAgingOverride",
    "inssubs": "InsSubNum PlanNum Subscriber DateEffective DateTerm SubscriberID BenefitNotes ReleaseInfo AssignBen SubscNote SecDateTEdit",
    "patplans": "PatPlanNum PatNum Ordinal IsPending Relationship PatID InsSubNum OrthoAutoFeeBilledOverride OrthoAutoNextClaimDate"
    " SecDateTEntry SecDateTEdit",
    "benefits": "BenefitNum PlanNum PatPlanNum CovCatNum BenefitType Percent MonetaryAmt TimePeriod QuantityQualifier Quantity CodeNum"
    " procCode CoverageLevel SecDateTEntry SecDateTEdit CodeGroupNum TreatArea",
    "insverifies": "InsVerifyNum DateLastVerified UserNum VerifyType FKey DefNum Note DateLastAssigned SecDateTEdit",
    "carriers": "CarrierNum CarrierName Address Address2 City State Zip Phone ElectID NoSendElect IsHidden",
    "recalls": "RecallNum PatNum DateDue DatePrevious RecallInterval RecallStatus recallStatus Note IsDisabled DateTStamp RecallTypeNum"
    " DisableUntilBalance DisableUntilDate DateScheduled Priority TimePatternOverride",
    "refattaches": "RefAttachNum ReferralNum referralName PatNum ItemOrder RefDate ReferralType RefToStatus Note IsTransitionOfCare ProcNum"
    " DateProcComplete ProvNum DateTStamp",
    "labcases": "LabCaseNum PatNum LaboratoryNum AptNum PlannedAptNum DateTimeDue DateTimeCreated DateTimeSent DateTimeRecd DateTimeChecked"
    " ProvNum Instructions LabFee DateTStamp InvoiceNum",
    "tasks": "TaskNum TaskListNum DateTask KeyNum Descript TaskStatus IsRepeating DateType FromNum ObjectType DateTimeEntry UserNum"
    " DateTimeFinished PriorityDefNum ReminderGroupId ReminderType ReminderFrequency DateTimeOriginal SecDateTEdit DescriptOverride"
    " IsReadOnly",
    "commlogs": "CommlogNum PatNum CommDateTime CommType commType Note Mode_ SentOrReceived UserNum DateTStamp CommSource ProgramNum"
    " DateTEntry ReferralNum",
    "statements": "StatementNum PatNum DateSent DateRangeFrom DateRangeTo Note NoteBold Mode_ HidePayment SinglePatient Intermingled IsSent"
    " DocNum DateTStamp IsReceipt IsInvoice IsInvoiceCopy SuperFamily IsBalValid InsEst BalTotal StatementType",
    "definitions": "DefNum ItemName ItemValue Category category isHidden",
}  # fmt: skip
# methods that want to know of whom: the parameter and the table that tells a good value
PER_PARENT = {
    "etranss": ("PatNum", "etrans", "EtransNum DateTimeTrans ClearingHouseNum Etype ClaimNum OfficeSequenceNumber CarrierTransCounter"
                " CarrierTransCounter2 CarrierNum CarrierNum2 PatNum BatchNumber AckCode TransSetNum Note EtransMessageTextNum AckEtransNum"
                " PlanNum InsSubNum TransSetId835 CarrierNameRaw PatientNameRaw UserNum"),
    "treatplanattaches": ("TreatPlanNum", "treatplanattach", "TreatPlanAttachNum TreatPlanNum ProcNum Priority priority"),
    "proctps": ("TreatPlanNum", "proctp", "ProcTPNum TreatPlanNum PatNum ProcNumOrig ItemOrder Priority priority ToothNumTP Surf ProcCode"
                " Descript FeeAmt PriInsAmt SecInsAmt PatAmt Discount Prognosis Dx ProcAbbr SecUserNumEntry SecDateEntry SecDateTEdit"
                " FeeAllowed TaxAmt ProvNum DateTP ClinicNum CatPercUCR"),
    "adjustments": ("PatNum", "adjustment", "AdjNum AdjDate AdjAmt PatNum AdjType adjType ProvNum AdjNote ProcDate ProcNum DateEntry"
                    " ClinicNum SecUserNumEntry SecDateTEdit"),
    "payplans": ("PatNum", "payplan", "PayPlanNum PatNum Guarantor PayPlanDate APR Note PlanNum CompletedAmt InsSubNum PaySchedule"
                 " NumberOfPayments PayAmt DownPayment IsClosed PlanCategory planCategory IsDynamic ChargeFrequency DatePayPlanStart"
                 " IsLocked DateInterestStart DynamicPayPlanTPOption principalAmount SheetDefNum"),
    "payplancharges": ("PayPlanNum", "payplancharge", "PayPlanChargeNum PayPlanNum Guarantor PatNum ChargeDate Principal Interest Note"
                       " ProvNum ClinicNum ChargeType ProcNum SecDateTEntry SecDateTEdit StatementNum FKey LinkType IsOffset"),
    "sheets": ("PatNum", "sheet", "SheetNum SheetType PatNum DateTimeSheet InternalNote Description IsWebForm SheetDefNum DocNum ClinicNum"
               " DateTSheetEdited"),
}  # fmt: skip


@pytest.fixture(scope="module")
def api(untouched_office: OpenDental) -> Iterator[ApiServer]:
    with ApiServer(untouched_office) as server:
        yield server


@pytest.fixture(scope="module")
def client(api: ApiServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.url, headers=api.headers) as made:
        yield made


@pytest.fixture
def own(office: OpenDental) -> Iterator[tuple[ApiServer, httpx.Client]]:
    """A server of one's own, with every permission a hub asks for."""
    with (
        ApiServer(office, permissions=ALL) as server,
        httpx.Client(base_url=server.url, headers=server.headers) as made,
    ):
        yield server, made


def every(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = client.get(path, params={**query, "Offset": len(rows)}).json()
        rows += page
        if len(page) < 100:
            return rows


@pytest.mark.parametrize("path", DOCUMENTED)
def test_a_list_has_exactly_the_documented_fields(
    path: str, client: httpx.Client, untouched_office: OpenDental
) -> None:
    query = {"DateTimeOriginal": "2020-01-01"} if path == "tasks" else {}
    rows = client.get(path, params=query).json()
    assert rows
    assert set(rows[0]) == set(DOCUMENTED[path].split())


@pytest.mark.parametrize("path", PER_PARENT)
def test_a_list_per_parent_refuses_without_it_and_answers_with_it(
    path: str, client: httpx.Client, untouched_office: OpenDental
) -> None:
    parameter, table, fields = PER_PARENT[path]
    refused = client.get(path)
    assert refused.status_code == 400 and parameter in refused.text and not refused.text.startswith("{")
    row = next(row for row in untouched_office.rows[table] if row[parameter] and not row.get("IsDeleted"))
    rows = client.get(path, params={parameter: str(row[parameter])}).json()
    assert rows and {found[parameter] for found in rows} == {row[parameter]}
    assert set(rows[0]) == set(fields.split())


def test_rows_through_pages_are_the_rows_of_the_tables(client: httpx.Client, untouched_office: OpenDental) -> None:
    for path, resource in RESOURCES.items():
        if resource.listed and not resource.need and path not in ("tasks", "patients", "definitions", "payplanlinks"):
            key = untouched_office.schema[resource.table].key
            rows = every(client, path)
            assert sorted(row[key] for row in rows) == sorted(untouched_office.keys(resource.table)), path


@pytest.mark.mariadb
def test_the_database_and_the_api_hold_the_same_keys(client: httpx.Client, untouched_office: OpenDental) -> None:
    need_mariadb()
    loaded = load(untouched_office, ("claim", "claimproc", "paysplit"))
    try:
        for path, table, key in (
            ("claims", "claim", "ClaimNum"),
            ("claimprocs", "claimproc", "ClaimProcNum"),
            ("paysplits", "paysplit", "SplitNum"),
        ):
            assert {row[key] for row in every(client, path)} == {
                row[0] for row in loaded.query(f"SELECT {key} FROM {table}")
            }
    finally:
        loaded.close()


def test_deleted_patients_appear_only_by_their_stamp(client: httpx.Client, untouched_office: OpenDental) -> None:
    deleted = {row["PatNum"] for row in untouched_office.rows["patient"] if row["PatStatus"] == 4}
    assert len(deleted) == 2
    assert not deleted & {row["PatNum"] for row in every(client, "patients/Simple")}
    rows = every(client, "patients/Simple", DateTStamp="2000-01-01")
    assert {row["PatNum"] for row in rows if row["PatStatus"] == "Deleted"} == deleted
    assert client.get("patients/Simple", params={"PatStatus": "Deleted"}).status_code == 400


def test_words_flags_dates_and_odd_numbers(client: httpx.Client, untouched_office: OpenDental) -> None:
    crown = next(row for row in untouched_office.rows["procedurelog"] if row["ProcFee"] == 1150)
    made = client.get(f"procedurelogs/{crown['ProcNum']}").json()
    assert made["ProcFee"] == "1150.00" and made["ProcTime"] == "00:00:00" and made["HideGraphics"] == "false"
    assert made["procCode"] == "D2740" and made["descript"] == "crown" and made["PlaceService"] == "Office"
    claim = next(row for row in untouched_office.rows["claim"] if row["ClaimType"] == "PreAuth")
    told = client.get(f"claims/{claim['ClaimNum']}").json()
    assert (told["DateService"], told["ClaimForm"], told["IsOrtho"], told["PatRelat"]) == (
        "0001-01-01",
        "4",
        "False",
        "Self",
    )
    assert told["ClaimFee"] == 1430.0 and "ClaimIdentifier" not in told and "DateSentOrig" not in told
    payment = untouched_office.rows["payment"][0]
    told = client.get(f"payments/{payment['PayNum']}").json()
    assert told["ClinicNum"] == "1" and told["PayAmt"] == f"{payment['PayAmt']:f}".rstrip("0").rstrip(".")
    assert told["serverDateTime"] == "2026-03-10 08:00:00" and told["ProcessStatus"] == "OfficeProcessed"
    split = client.get("paysplits", params={"Limit": 1}).json()[0]
    assert len(split["SecDateTEdit"]) == 10 and isinstance(split["SplitAmt"], int | float)
    assert {row["RecallInterval"] for row in every(client, "recalls")} == {"6m1d", "4m1d", "12m1d"}
    line = client.get("claimprocs", params={"Limit": 1}).json()[0]
    assert line["AllowedOverride"] == -1.0 and line["PercentOverride"] == -1
    noted = next(row for row in untouched_office.rows["patient"] if "\r\n" in str(row["FamFinUrgNote"]))
    assert client.get(f"patients/{noted['PatNum']}").json()["FamFinUrgNote"] == "Pays late. Call first;\tafter 5 pm"


def test_large_keys_come_whole(client: httpx.Client, untouched_office: OpenDental) -> None:
    large = [key for key in untouched_office.keys("patient") if key > 2**53]
    assert 3 < len(large) < 60
    assert client.get(f"patients/{large[0]}").json()["PatNum"] == large[0]


def test_filters(client: httpx.Client, untouched_office: OpenDental) -> None:
    sent = every(client, "claims", ClaimStatus="S")
    assert len(sent) == sum(row["ClaimStatus"] == "S" for row in untouched_office.rows["claim"]) > 10
    assert {row["Status"] for row in every(client, "claimprocs", Status="NotReceived")} == {"NotReceived"}
    since = "2026-03-04 00:00:00"
    changed = every(client, "procedurelogs", DateTStamp=since)
    wanted = {row["ProcNum"] for row in untouched_office.rows["procedurelog"] if str(row["DateTStamp"]) >= since}
    assert {row["ProcNum"] for row in changed} == wanted and wanted
    day = every(client, "appointments", date="2026-03-11")
    assert {row["AptDateTime"][:10] for row in day} == {"2026-03-11"}
    assert client.get("claims", params={"SecDateTEdit": "soon"}).status_code == 400
    assert client.get("claims", params={"Nonsense": "1"}).status_code == 400
    assert client.get("preferences", params={"PrefName": "ClaimIdPrefix"}).json()[0]["ValueString"] == ""
    hidden = every(client, "definitions", Category=1, includeHidden="true")
    assert len(hidden) == len(every(client, "definitions", Category=1)) + 1
    assert {row["category"] for row in hidden} == {"AdjTypes"}


def test_the_largest_page_and_the_order(client: httpx.Client, untouched_office: OpenDental) -> None:
    assert len(client.get("procedurelogs", params={"Limit": 5000}).json()) == 100
    assert len(client.get("procedurelogs", params={"Limit": 7}).json()) == 7
    stamps = [row["DateTStamp"] for row in client.get("patients/Simple", params={"DateTStamp": "2020-01-01"}).json()]
    assert stamps != sorted(stamps), "the list is not sorted by its stamp"
    starts = [(row["AptDateTime"], row["AptNum"]) for row in client.get("appointments").json()]
    assert starts == sorted(starts)
    with ApiServer(untouched_office, mode="service") as service:
        assert (
            len(httpx.get(service.url + "procedurelogs", headers=service.headers, params={"Limit": 5000}).json())
            == 1000
        )


def test_refusals_are_text(api: ApiServer, client: httpx.Client) -> None:
    assert httpx.get(api.url + "claims", headers={"Authorization": "ODFHIR dev-key/other"}).status_code == 401
    assert httpx.get(api.url + "claims").status_code == 401
    missing = client.get("claims/1")
    assert missing.status_code == 404 and missing.headers["Content-Type"].startswith("text/plain")
    assert client.get("nothing").status_code == 404
    assert client.put("queries/ShortQuery", json={"SqlCommand": "SELECT 1"}).status_code == 401
    assert client.post("tasks", json={}).status_code == 401
    rights = {row["Permission"]: row["HasPermission"] for row in client.get("securityperms").json()}
    assert rights["ApiReadAll"] == "true" and rights["ApiComm"] == "false"


def test_an_older_office_refuses_newer_methods(untouched_office: OpenDental) -> None:
    with (
        ApiServer(untouched_office, program="22.4.20") as old,
        httpx.Client(base_url=old.url, headers=old.headers) as client,
    ):
        for path in (
            "labcases",
            "histappointments",
            "payplanlinks",
            "claims?SecDateTEdit=2026-01-01",
            "claimprocs?Status=Estimate",
            "paysplits",
        ):
            refused = client.get(path)
            assert refused.status_code == 400, path
        assert "version 24.2.28" in client.get("labcases").text
        assert client.get("claims").status_code == 200


def test_requests_are_throttled_per_key_and_recorded(untouched_office: OpenDental) -> None:
    with (
        ApiServer(untouched_office, seconds=0.2) as slow,
        httpx.Client(base_url=slow.url, headers=slow.headers) as client,
    ):
        assert client.get("clinics").status_code == 200
        refused = client.get("clinics")
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) == 1
        assert [seen.status for seen in slow.requests] == [200, 429]
        assert slow.requests[1].moment - slow.requests[0].moment < 0.2
    free, paid = ApiServer(untouched_office, seconds=None), ApiServer(untouched_office, permissions=ALL, seconds=None)
    enterprise = ApiServer(untouched_office, permissions=ALL | {"Enterprise"}, seconds=None)
    on_site = ApiServer(untouched_office, mode="service", seconds=None)
    assert [server.throttle.seconds for server in (free, paid, enterprise, on_site)] == [5.0, 1.0, 0.5, 0.0]


def test_faults(untouched_office: OpenDental) -> None:
    with (
        ApiServer(untouched_office, faults=Faults(every_500=2)) as api,
        httpx.Client(base_url=api.url, headers=api.headers) as client,
    ):
        assert [client.get("clinics").status_code for _ in range(4)] == [200, 500, 200, 500]
        api.faults = Faults(every_429=1, retry_after=7)
        assert client.get("clinics").headers["Retry-After"] == "7"
        api.faults = Faults(every_reset=1)
        with pytest.raises(httpx.TransportError):
            client.get("clinics")
        api.faults = Faults(every_cut=1)
        with pytest.raises(httpx.TransportError):
            client.get("clinics")
        api.faults = Faults(econnector_down=True)
        down = client.get("clinics")
        assert down.status_code == 400 and "eConnector" in down.text
        api.faults = Faults(every_repeat=1)
        first, second = (client.get("claims", params={"Offset": offset}).json() for offset in (0, 100))
        assert first == second


def test_rows_may_change_between_pages(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    office = api.office
    first = client.get("claims").json()
    api.faults = Faults(
        between_pages=lambda: (
            office.remove("claim", first[0]["ClaimNum"]) if first[0]["ClaimNum"] in office.keys("claim") else None
        )
    )
    second = client.get("claims", params={"Offset": 100}).json()
    left = sorted(office.keys("claim"))
    assert second[0]["ClaimNum"] == left[100], "one row slipped between the pages"
    assert left[99] not in [row["ClaimNum"] for row in first + second]


def test_a_task_is_written_seen_and_closed(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    patient = api.office.keys("patient")[0]
    assert client.post("tasks", json={"TaskListNum": 14, "UserNum": 1}).text == "Descript is required."
    made = client.post(
        "tasks",
        json={"TaskListNum": 14, "Descript": "call [item 1]", "UserNum": 1, "KeyNum": patient, "ObjectType": "Patient"},
    )
    assert made.status_code == 201
    task = made.json()
    assert made.headers["Location"].endswith(f"/tasks/{task['TaskNum']}")
    assert (task["TaskStatus"], task["ObjectType"], task["KeyNum"]) == ("New", "Patient", patient)
    assert "call [item 1]" in [row["Descript"] for row in client.get("tasks", params={"TaskListNum": 14}).json()]
    assert client.put(f"tasks/{task['TaskNum']}", json={"TaskStatus": "Done"}).json()["TaskStatus"] == "Done"
    reopened = client.put(f"tasks/{task['TaskNum']}", json={"Descript": "call again"}).json()
    assert (reopened["TaskStatus"], reopened["TaskListNum"]) == ("Viewed", 14)
    too_long = client.post(
        "tasks", json={"TaskListNum": 14, "Descript": "x", "UserNum": 1, "DescriptOverride": "x" * 257}
    )
    assert too_long.status_code == 400


def test_tasks_older_than_two_weeks_are_left_out_unless_asked_for(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    key = api.office.insert(
        "task", TaskListNum=14, Descript="old", DateTimeOriginal=api.office.now - timedelta(days=15)
    )
    assert key not in [row["TaskNum"] for row in client.get("tasks").json()]
    assert key in [row["TaskNum"] for row in client.get("tasks", params={"DateTimeOriginal": "2026-01-01"}).json()]


def test_a_commlog_is_written_and_seen(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    patient = api.office.keys("patient")[0]
    note = {
        "PatNum": patient,
        "Note": "called [item 2]",
        "commType": "Financial",
        "Mode_": "In Person",
        "SentOrReceived": "Sent",
    }
    made = client.post("commlogs", json=note)
    assert made.status_code == 201
    told = next(
        row for row in client.get("commlogs", params={"PatNum": patient}).json() if row["Note"] == "called [item 2]"
    )
    assert (told["Mode_"], told["commType"], told["CommType"], told["CommSource"]) == (
        "InPerson",
        "Financial",
        "241",
        "FHIR",
    )
    changed = client.put(f"commlogs/{told['CommlogNum']}", json={"Note": "called twice"})
    assert changed.json()["Note"] == "called twice"
    assert client.post("commlogs", json={"PatNum": 1, "Note": "x"}).status_code == 404
    assert client.delete(f"commlogs/{told['CommlogNum']}").status_code == 404


def test_an_answer_may_be_lost_although_the_row_is_written(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    patient = api.office.keys("patient")[0]
    before = len(api.office.rows["commlog"])
    api.faults = Faults(every_lost_answer=1)
    with pytest.raises(httpx.TransportError):
        client.post("commlogs", json={"PatNum": patient, "Note": "lost"})
    assert len(api.office.rows["commlog"]) == before + 1


def test_changes_of_the_staff_show_with_their_traces(own: tuple[ApiServer, httpx.Client]) -> None:
    api, client = own
    office = api.office
    office.now = datetime(2026, 3, 10, 11, 0)
    visit = next(row for row in office.rows["appointment"] if row["AptStatus"] == 1)
    key = int(str(visit["AptNum"]))
    office.move_appointment(key, datetime(2026, 4, 1, 9, 0))
    moved = client.get("appointments", params={"DateTStamp": "2026-03-10 11:00:00"}).json()
    assert [(row["AptNum"], row["AptDateTime"]) for row in moved] == [(key, "2026-04-01 09:00:00")]
    office.remove("appointment", key)
    assert client.get(f"appointments/{key}").status_code == 404
    gone = every(client, "histappointments", HistApptAction="Deleted")
    assert key in [row["AptNum"] for row in gone]
    assert office.rows["deletedobject"][-1]["ObjectNum"] == key
    procedure = office.keys("procedurelog")[0]
    office.delete_procedure(procedure)
    told = client.get("procedurelogs", params={"DateTStamp": "2026-03-10 11:00:00"}).json()
    assert [(row["ProcNum"], row["ProcStatus"]) for row in told] == [(procedure, "D")]


def test_a_short_query_runs_with_the_permission(untouched_office: OpenDental) -> None:
    rows = [{"ClaimNum": number} for number in range(150)]
    server = ApiServer(untouched_office, permissions=ALL | {"Queries"}, run_query=lambda sql: rows)
    with server as api, httpx.Client(base_url=api.url, headers=api.headers) as client:
        told = client.put(
            "queries/ShortQuery", params={"Offset": 100}, json={"SqlCommand": "SELECT ClaimNum FROM claim"}
        )
        assert told.json() == rows[100:]
        assert client.put("queries/ShortQuery", json={"SqlCommand": "DELETE FROM claim"}).status_code == 401
