"""Records of the API become the rows that the database would give; what cannot be told is left out, never made empty."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import respx

from connectors.open_dental.api.check import check_office
from connectors.open_dental.api.office import Office, bases_of
from connectors.open_dental.api.office import office_of as shared
from connectors.open_dental.api.portions import LABELS
from connectors.open_dental.api.pull import list_of, pull_from
from connectors.open_dental.api.server_time import Watermark, read_from
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.ways import FIELDS, FILTERS, LISTS, NEEDED, WAYS
from connectors.open_dental.streams import BY_NAME
from connectors.open_dental.told import told
from hub.clock import FixedClock
from hub.contract import BadRow, Rows, SourceContext
from hub.errors import SettingsError
from tests.open_dental.api_fake import FakeApi, office_of, patient

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings" / "open_dental"


@pytest.fixture
def api() -> Iterator[FakeApi]:
    made = FakeApi()
    with respx.mock(assert_all_called=False) as router:
        made.mount(router)
        yield made


def rows(office: Office, stream: str) -> dict[str, dict[str, str]]:
    """The cells of the stream's own rows by key."""
    parts = [
        part for part in pull_from(office, BY_NAME[stream], None) if isinstance(part, Rows) and part.mapping is None
    ]
    return {
        str(row[0]): {label: str(cell) for label, cell in zip(part.columns, row, strict=True)}
        for part in parts
        for row in part.rows
    }


def test_a_patient_as_the_database_has_it(api: FakeApi) -> None:
    api.preferences["DateLastAging"] = "2026-03-09"
    odd = "O'Brien\r\nthe\tsecond \ud83d\x00"
    api.rows["patients/Simple"] = [
        patient(2**53 + 1, LName=odd, Birthdate="0001-01-01", EstBalance=Decimal("40.105"), Email=None)
    ]
    told = rows(office_of(api), "patients")["9007199254740993"]
    assert told["last_name"] == "O'Brien the second \ufffd"
    assert (told["status"], told["born_on"], told["text_ok"], told["email"]) == ("0", "", "1", "")
    assert told["guarantor_id"] == "9007199254740993" and told["balance_as_of"] == "2026-03-09"


def test_a_name_that_nobody_listed_stays_text(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1, PatStatus="Hibernating")]
    assert rows(office_of(api), "patients")["1"]["status"] == "Hibernating"


def test_a_field_that_an_old_version_lacks_is_left_out(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [{key: value for key, value in patient(1).items() if key != "TxtMsgOk"}]
    assert "text_ok" not in rows(office_of(api), "patients")["1"]


def test_a_record_without_a_key_is_set_aside_and_the_rest_goes_on(api: FakeApi) -> None:
    api.rows["carriers"] = [{"CarrierNum": None, "CarrierName": "?"}, {"CarrierNum": 2, "CarrierName": "ABC Dental"}]
    parts = list(pull_from(office_of(api), BY_NAME["carriers"], None))
    (bad,) = [part for part in parts if isinstance(part, BadRow)]
    assert bad.reason == "parse" and bad.message.startswith("HUB-U11") and "?" in bad.payload and "?" not in bad.message
    assert [row[0] for part in parts if isinstance(part, Rows) for row in part.rows] == ["2"]


COVERAGE = {
    "PatPlanNum": 1228,
    "PatNum": 2,
    "Ordinal": 1,
    "IsPending": "false",
    "Relationship": "Self",
    "PatID": "",
    "InsSubNum": 24,
}


@pytest.fixture
def insured(api: FakeApi) -> FakeApi:
    api.rows |= {
        "patients/Simple": [patient(2, FName="Nia", LName="Okafor")], "patplans": [COVERAGE],
        "inssubs": [{"InsSubNum": 24, "PlanNum": 19, "Subscriber": 2, "SubscriberID": "8645332", "DateEffective": "2025-01-01",
                     "DateTerm": "0001-01-01", "SecDateTEdit": "2025-01-01 00:00:00"}],
        "insplans": [{"PlanNum": 19, "CarrierNum": 10, "PlanType": "p", "IsMedical": "false"}],
        "carriers": [{"CarrierNum": 10, "CarrierName": "ABC Dental"}],
        "insverifies": [{"InsVerifyNum": number, "VerifyType": kind, "FKey": key, "DateLastVerified": day, "SecDateTEdit": "x"}
                        for number, kind, key, day in (
                            (1, "PatientEnrollment", 1228, "2025-07-07"), (2, "PatientEnrollment", 1228, "2025-06-01"),
                            (3, "InsuranceBenefit", 1228, "2026-01-01"))],
    }  # fmt: skip
    return api


def test_a_coverage_is_joined_from_its_chain(insured: FakeApi) -> None:
    told = rows(office_of(insured), "coverages")["1228"]
    assert (told["plan_id"], told["carrier_id"], told["carrier"], told["plan_type"]) == ("19", "10", "ABC Dental", "p")
    assert (told["member_id"], told["subscriber_name"], told["from_on"], told["to_on"]) == (
        "8645332",
        "Nia Okafor",
        "2025-01-01",
        "",
    )
    assert told["verified_on"] == "2025-07-07", "the newest of its own verifications"


def test_what_is_too_dear_through_headquarters_is_left_out(insured: FakeApi) -> None:
    insured.rows["patplans"] = [COVERAGE | {"PatPlanNum": number} for number in range(1, 40)]
    told = rows(office_of(insured, interval=5.0), "coverages")["1"]
    assert "verified_on" not in told, "a list of its own, read whole, only on site"
    assert told["carrier"] == "ABC Dental", "small lists are fetched once"


def test_a_procedures_shares_and_plan_by_hand(api: FakeApi) -> None:
    """Fee 1000, 2 units: 2000. Primary estimate 600 (write-off 300 overridden to 250), a paid secondary 100, a discount of 50."""
    api.rows |= {
        "patients/Simple": [patient(2)], "claims": [],
        "procedurelogs": [{"ProcNum": 7, "PatNum": 2, "ProcStatus": "TP", "ProcFee": "1000.00", "UnitQty": 2, "BaseUnits": 0,
                           "DateTStamp": "2026-01-01 00:00:00"}],
        "claimprocs": [
            {"ClaimProcNum": 1, "ProcNum": 7, "PatNum": 2, "Status": "Estimate", "InsPayEst": "600.0", "WriteOffEst": "300.0", "WriteOffEstOverride": "250.0"},
            {"ClaimProcNum": 2, "ProcNum": 7, "PatNum": 2, "Status": "Received", "InsPayAmt": "100.0", "WriteOff": "0.0", "InsPayEst": "900.0"},
            {"ClaimProcNum": 3, "ProcNum": 8, "PatNum": 2, "Status": "Estimate", "InsPayEst": "5.0"},
        ],
        "adjustments": [{"AdjNum": 1, "PatNum": 2, "ProcNum": 7, "AdjAmt": "-50.0"}],
        "treatplans": [{"TreatPlanNum": 5, "PatNum": 2, "TPStatus": "Inactive"}, {"TreatPlanNum": 9, "PatNum": 2, "TPStatus": "Active"},
                       {"TreatPlanNum": 1, "PatNum": 2, "TPStatus": "Saved"}],
        "treatplanattaches": [{"TreatPlanAttachNum": 1, "TreatPlanNum": 5, "ProcNum": 7}, {"TreatPlanAttachNum": 2, "TreatPlanNum": 9, "ProcNum": 7}],
    }  # fmt: skip
    told = rows(office_of(api), "procedures")["7"]
    assert (told["fee"], told["insurance_share"], told["writeoff_share"]) == ("2000.00", "700.00", "250.00")
    assert told["patient_share"] == "1000.00", "2000 - 250 - 700 - 50"
    assert told["plan_id"] == "9", "the active plan holds it"


def test_a_consent_is_signed_when_no_box_is_empty(api: FakeApi) -> None:
    sheet = {
        "PatNum": 2,
        "SheetType": "Consent",
        "DateTimeSheet": "2026-01-01 09:00:00",
        "DateTSheetEdited": "2026-01-02 09:00:00",
    }
    box = {"FieldType": "SigBox", "DateTimeSig": "2026-01-03 10:00:00"}
    api.rows |= {
        "patients/Simple": [patient(2)],
        "sheets": [sheet | {"SheetNum": number} for number in (1, 2, 3)] + [sheet | {"SheetNum": 4, "SheetType": "PatientForm"}],
        "sheetfields": [box | {"SheetFieldNum": 1, "SheetNum": 1, "FieldValue": "0abc"}, box | {"SheetFieldNum": 2, "SheetNum": 2, "FieldValue": "0"}],
    }  # fmt: skip
    told = rows(office_of(api), "consents")
    assert {key: (row["boxes"], row["signed_on"]) for key, row in told.items()} == {
        "1": ("1", "2026-01-03"),
        "2": ("1", ""),
    }


def test_with_the_permission_queries_the_missing_columns_come_by_key(api: FakeApi) -> None:
    asked: list[str] = []

    def query(sql: str) -> list[dict[str, object]]:
        asked.append(sql)
        if "information_schema" in sql:
            names = [
                ("claim", name) for name in ("ClaimNum", "ClaimIdentifier", "DateSentOrig", "ClaimStatus", "DateSent")
            ]
            return [{"a": table, "b": name} for table, name in names] if "columns" in sql else []
        return [{"claim_id": "5", "claim_number": "5/2041", "first_sent_on": "2026-01-02"}]

    api.permissions["ApiQueries"] = True
    api.query = query
    api.rows |= {"patients/Simple": [patient(1)], "insplans": [], "carriers": [], "inssubs": [], "patplans": [], "procedurelogs": [],
                 "claims": [{"ClaimNum": 5, "PatNum": 1, "ClaimStatus": "S", "ClaimType": "P", "DateSent": "2026-02-02",
                             "SecDateTEdit": "2026-02-02 00:00:00"}]}  # fmt: skip
    told = rows(office_of(api), "claims")["5"]
    assert (told["claim_number"], told["first_sent_on"]) == ("5/2041", "2026-01-02")
    page = asked[-1]
    assert "t.ClaimNum IN (5)" in page and page.endswith("ORDER BY t.ClaimNum") and "\0" not in page


def test_without_it_those_labels_are_absent(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "insplans": [], "carriers": [], "inssubs": [], "patplans": [],
                 "claims": [{"ClaimNum": 5, "PatNum": 1, "ClaimStatus": "S", "SecDateTEdit": "2026-02-02 00:00:00"}]}  # fmt: skip
    told = rows(office_of(api), "claims")["5"]
    assert "claim_number" not in told and "payer_claim_number" not in told and "queries/ShortQuery" not in api.paths()


def test_check_says_what_is_out_of_reach_and_what_would_bring_it(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    api.preferences["ProgramVersion"] = "23.1.2.0"
    report = check_office(office_of(api, interval=5.0))
    told = {probe.name: probe.detail for probe in report.probes}
    assert report.ok and "one request per 5 seconds" in told["sign in"] and told["version"] == "23.1.2.0"
    assert (
        "lab_cases: needs version 24.2.28" in told["out of reach"]
        and "patient_links: needs the permission Queries" in told["out of reach"]
    )
    assert "claim numbers" in told["next permission"] and "one request per second" in told["next permission"]
    assert (
        all(path in ("securityperms", "preferences", "patients/Simple") for path in api.paths()) and len(api.asked) <= 5
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [(httpx.Response(401), "refuses the key"), (httpx.Response(400, text="eConnector not running"), "eConnector")],
)
def test_check_names_the_failure(api: FakeApi, answer: httpx.Response, words: str) -> None:
    api.refused["securityperms"] = answer
    report = check_office(office_of(api))
    assert not report.ok and words in report.probes[0].detail


def test_a_key_that_may_not_read_fails_the_check(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    api.permissions = {"ApiComm": True, "ApiReadAll": False}
    report = check_office(office_of(api))
    assert [probe.name for probe in report.probes if not probe.ok] == ["permissions"]


def test_settings_without_keys_are_refused() -> None:
    with pytest.raises(SettingsError, match="HUB-U14"):
        bases_of(ApiSettings(service_url="http://server:30223/api/v1/"))
    full = ApiSettings(
        developer_key="a", customer_key="b", service_url="http://server:30223/api/v1/", tier="enterprise"
    )  # type: ignore[arg-type]
    assert [(base.interval, base.page) for base in bases_of(full)] == [(0.0, 1000), (0.5, 1000)]
    assert "b" not in repr(full.customer_key) or "**" in repr(full.customer_key)


@pytest.mark.parametrize(("at", "ahead_then", "ahead_now", "since"), [
    ("2026-03-10 12:00:00", -18000, -18000, "2026-03-10 11:50:00"),
    ("2026-03-08 03:10:00", -18000, -18000, "2026-03-08 02:05:00"),  # an hour after clocks went forward
    ("2026-03-10 12:00:00", -18000, -21600, "2026-03-10 10:50:00"),  # the clock was set back an hour
    ("2026-03-10 12:00:00", -18000, -14400, "2026-03-10 11:50:00"),  # forward: nothing can be missed
    ("1880-01-01 00:01:00", 0, 0, "1880-01-01 00:00:00"),
])  # fmt: skip
def test_from_when_on_changes_are_asked_for(at: str, ahead_then: int, ahead_now: int, since: str) -> None:
    mark = Watermark(datetime.fromisoformat(at), ahead_then)
    assert read_from(mark, ahead_now, timedelta(minutes=10), "America/Chicago") == since


def test_settings_are_not_shared_between_runs(api: FakeApi) -> None:
    """One office per context: permissions of an earlier run are asked for again."""
    own = ApiSettings(developer_key="a", customer_key="b", service_url="http://x/")  # type: ignore[arg-type]
    contexts = [
        SourceContext("main", "pms", "UTC", own, FixedClock(datetime(2026, 3, 10, tzinfo=UTC)), Path())
        for _ in range(2)
    ]
    assert shared(contexts[0], own) is shared(contexts[0], own)
    assert shared(contexts[1], own) is not shared(contexts[0], own)


def test_a_claim_that_was_sent_again_is_not_received(api: FakeApi) -> None:
    """Open Dental keeps DateReceived of the first answer; only status R is received (as in the SQL of the query)."""
    claim = {"PatNum": 1, "ClaimType": "P", "DateReceived": "2026-01-20", "SecDateTEdit": "2026-02-02 00:00:00"}
    api.rows |= {"patients/Simple": [patient(1)], "insplans": [], "carriers": [], "inssubs": [], "patplans": [], "procedurelogs": [],
                 "claims": [claim | {"ClaimNum": number, "ClaimStatus": letter} for number, letter in enumerate("RSWP", 1)]}  # fmt: skip
    told = rows(office_of(api), "claims")
    assert [told[key]["received_on"] for key in "1234"] == ["2026-01-20", "", "", ""]


def test_a_row_of_which_nobody_knows_what_it_is_is_neither_stored_nor_gone() -> None:
    query = BY_NAME["consents"]
    labels = [label for label in query.labels if label != "boxes"]
    assert list(told(query, labels, [["45", *["x"] * (len(labels) - 1)]])) == []
    boxed = [["45", *["1"] * (len(query.labels) - 1)], ["46", *["0"] * (len(query.labels) - 1)]]
    kept, gone = told(query, query.labels, boxed)
    assert [row[0] for row in kept.rows] == ["45"] and gone.keys == ["46"]  # type: ignore[union-attr]


def test_what_cannot_be_left_out_is_never_left_out() -> None:
    """A label that a mapping requires, or that chooses among facts, and that no record has by itself, is looked up."""
    wanted = set()
    for name, query in BY_NAME.items():
        if list_of(query) is None:
            continue
        beside = {column.label for column in query.columns if column.field is None and column.of_record is None}
        for target in query.targets:
            columns = tomllib.loads((MAPPINGS / f"{target.mapping}.toml").read_text(encoding="utf-8"))["columns"].values()
            required = {label for one in columns if one.get("required") for label in one["labels"][-1:]}
            wanted |= {(name, label) for label in beside & (required | {when.label for when in target.when})}
    assert wanted <= NEEDED and {stream for stream, _ in wanted} >= {"signed_plan_lines", "benefits", "consents"}


def test_full_every_names_streams() -> None:
    assert ApiSettings(full_every={"lab_cases": 4}).full_every == {"lab_cases": 4}
    for wrong, words in (({"labcases": 4}, "did you mean lab_cases"), ({"xyz": 4}, "streams are"), ({"fees": 0}, "one hour")):
        with pytest.raises(ValueError, match=words):
            ApiSettings(full_every=wrong)


@pytest.mark.parametrize(("interval", "version"), [(5.0, "25.3.12.0"), (5.0, "23.3.7.0"), (0.0, "25.3.12.0")])
def test_check_names_what_only_a_night_finds(api: FakeApi, interval: float, version: str) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    api.preferences["ProgramVersion"] = version
    told = next(each.detail for each in check_office(office_of(api, interval=interval)).probes if each.name == "out of reach")
    late = ("signed_plan_lines", "claim_answers", "adjustments", "payment_plans", "plan_charges", "consents")
    assert all((f"{name}" in told) == (interval > 0) for name in late)
    assert ("claims, " in told) == (version == "23.3.7.0") == ("categories of benefits" in told)


def test_every_way_leads_to_a_column_and_its_joins() -> None:
    """A column that is renamed in a query must be renamed here, too."""
    for stream, label in (*WAYS, *FIELDS):
        assert label in BY_NAME[stream].labels, (stream, label)
    for (stream, label), reckon in WAYS.items():
        assert set(reckon.aliases) <= {join.alias for join in BY_NAME[stream].joins}, (stream, label)
    assert set(LABELS) <= set(BY_NAME["procedures"].labels) and {*FILTERS, *LISTS} <= BY_NAME.keys()
