"""How each list of the API is followed: watermarks, whole lists, parents, sweeps, deletions, and going on after a cut."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import respx

from connectors.open_dental.api.cursor import Standing, standing_of
from connectors.open_dental.api.office import Office
from connectors.open_dental.api.paging import START, Place
from connectors.open_dental.api.pull import pull_from
from connectors.open_dental.streams import BY_NAME
from hub.contract import BadRow, Checkpoint, Gone, Keys, Rows
from hub.errors import AuthError, HubError, Unavailable
from tests.open_dental.api_fake import NOON, FakeApi, office_of, patient

OLD = "2026-01-05 08:00:00"
NIGHT = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)  # 23:00 in Chicago


@dataclass
class Held:
    """What the hub would hold of one stream: cells by label of every row, by mapping and key."""

    rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    cursor: Mapping[str, object] | None = None
    swept: tuple[str, ...] = ()
    listed: dict[str, set[str]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    complete: bool = False
    as_of: datetime | None = None

    def keys(self, mapping: str = "") -> set[str]:
        return set(self.rows.get(mapping, {}))


def pull(office: Office, stream: str, held: Held, stop_after: int | None = None) -> Held:
    """One pull; `stop_after` checkpoints the process dies: what came after the last one is lost."""
    page: list[object] = []
    held.complete, held.swept, held.listed, held.gone = False, (), {}, []
    checkpoints = 0
    for part in pull_from(office, BY_NAME[stream], held.cursor):
        if not isinstance(part, Checkpoint):
            page.append(part)
            continue
        for each in page:
            _take(held, each)
        page = []
        held.cursor, held.complete, held.swept = json.loads(json.dumps(part.cursor)), part.complete, part.swept
        held.as_of = part.as_of
        checkpoints += 1
        if checkpoints == stop_after:
            return held
    assert not page, "records after the last checkpoint would be lost"
    return held


def _take(held: Held, part: object) -> None:
    if isinstance(part, Rows):
        table = held.rows.setdefault(part.mapping or "", {})
        for row in part.rows:
            assert len(row) == len(part.columns)
            table[str(row[0])] = {label: str(cell) for label, cell in zip(part.columns, row, strict=True)}
    elif isinstance(part, Keys):
        held.listed.setdefault(part.entity, set()).update(part.keys)
    elif isinstance(part, Gone):
        held.gone.append(part)
        for key in part.keys:
            held.rows.get("", {}).pop(str(key), None)
    elif isinstance(part, BadRow):
        held.bad.append(part)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    made = FakeApi()
    with respx.mock(assert_all_called=False) as router:
        made.mount(router)
        yield made


def at(api: FakeApi, hours: float, interval: float = 0.0, folder: Path | None = None, **settings: object) -> Office:
    """A new run so many hours after noon; the server's clock goes with it."""
    moment = NOON + timedelta(hours=hours)
    api.now = (moment - timedelta(hours=5)).strftime("%Y-%m-%d %H:%M:%S")
    return office_of(api, moment, interval, folder=folder, **settings)


# Lists that can be asked for what changed


def test_the_first_load_reads_everything_and_says_which_keys_there_are(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(number) for number in range(1, 251)]
    held = pull(at(api, 0), "patients", Held())
    assert held.keys() == {str(number) for number in range(1, 251)} and held.complete
    assert held.swept == ("patient", "contact_pref") and held.listed["patient"] == held.keys()
    stamps = {params.get("DateTStamp") for params in api.lists("patients/Simple") if params["Limit"] == "100"}
    assert stamps == {"1880-01-01 00:00:00"}, "without the filter deleted patients would be left out"


def test_only_what_changed_is_asked_for_from_ten_minutes_before_the_last_pass(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1), patient(2)]
    held = pull(at(api, 0), "patients", Held())
    api.asked.clear()
    api.rows["patients/Simple"][1] = patient(2, "2026-03-10 12:30:00", LName="Moved")
    pull(at(api, 1), "patients", held)
    assert held.rows[""]["2"]["last_name"] == "Moved" and not held.swept
    stamps = {params["DateTStamp"] for params in api.lists("patients/Simple") if "DateTStamp" in params}
    assert stamps == {"2026-03-10 11:50:00"}, "12:00:00 was the server's time when the first listing began"


def test_the_watermark_is_the_servers_time_of_the_first_page(api: FakeApi) -> None:
    """Rows changed while page two was read would be lost if the watermark moved with the pages."""
    api.rows["patients/Simple"] = [patient(number) for number in range(1, 151)]

    def before(path: str, params: dict[str, str]) -> None:
        if params.get("Offset"):
            api.now = "2026-03-10 12:45:00"
            api.rows["patients/Simple"][0] = patient(1, "2026-03-10 12:20:00", LName="Late")

    api.before = before
    held = pull(at(api, 0), "patients", Held())
    api.before = lambda path, params: None
    pull(at(api, 1), "patients", held)
    assert held.rows[""]["1"]["last_name"] == "Late"


def test_a_pass_that_was_cut_off_does_not_move_the_watermark(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    held = pull(at(api, 0), "patients", Held())
    api.rows["patients/Simple"] = [patient(number, "2026-03-10 12:30:00") for number in range(1, 301)]
    office = at(api, 1)
    pull(office, "patients", held, stop_after=1)
    api.rows["patients/Simple"][5] = patient(6, "2026-03-10 13:30:00", LName="During")
    pull(at(api, 2), "patients", held)
    assert len(held.keys()) == 300 and held.complete
    assert (
        held.rows[""]["6"]["last_name"] == "During"
        or pull(at(api, 3), "patients", held).rows[""]["6"]["last_name"] == "During"
    )


def test_a_list_without_server_time_takes_a_careful_guess(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    api.rows["treatplans"] = []
    held = pull(at(api, 0), "treatment_plans", Held())
    mark = held.cursor["mark"]["at"]  # type: ignore[index]
    assert "2026-03-10 11:59:00" <= mark <= "2026-03-10 12:00:00"


def test_an_empty_office_is_read_with_an_even_more_careful_guess(api: FakeApi) -> None:
    held = pull(at(api, 0), "patients", Held())
    assert held.cursor["mark"]["at"] == "2026-03-10 10:55:00", "65 minutes before noon"  # type: ignore[index]


def test_around_a_clock_change_the_overlap_is_more_than_an_hour(api: FakeApi) -> None:
    """2026-11-01 in Chicago: at 2:00 the clock goes back to 1:00, and 1:00-2:00 comes twice."""
    api.rows["patients/Simple"] = [patient(1)]
    api.now = "2026-11-01 01:50:00"
    held = pull(office_of(api, datetime(2026, 11, 1, 6, 50, tzinfo=UTC)), "patients", Held())
    # 1:10 for the second time is twenty minutes later, and looks forty minutes earlier
    api.rows["patients/Simple"][0] = patient(1, "2026-11-01 01:10:00", LName="Second")
    api.now = "2026-11-01 01:20:00"
    pull(office_of(api, datetime(2026, 11, 1, 7, 20, tzinfo=UTC)), "patients", held)
    assert held.rows[""]["1"]["last_name"] == "Second"


def test_a_server_clock_that_was_set_back_hides_nothing(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    held = pull(at(api, 0), "patients", Held())
    api.rows["patients/Simple"][0] = patient(1, "2026-03-10 09:20:00", LName="Back")
    api.now = "2026-03-10 09:30:00"  # half an hour later it shows three hours less
    pull(office_of(api, NOON + timedelta(minutes=30)), "patients", held)
    assert held.rows[""]["1"]["last_name"] == "Back"


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_a_first_load_that_is_cut_off_goes_on_and_loses_nothing(api: FakeApi, cut: int) -> None:
    api.rows["patients/Simple"] = [patient(number) for number in range(1, 621)]
    held = pull(at(api, 0), "patients", Held(), stop_after=cut)
    api.asked.clear()
    api.rows["patients/Simple"][3] = patient(4, "2026-03-10 12:10:00", LName="Edited")
    pull(at(api, 1), "patients", held)
    assert held.keys() == {str(number) for number in range(1, 621)} and held.complete
    assert held.rows[""]["4"]["last_name"] == "Edited", "changed behind the place that was reached"
    assert int(api.lists("patients/Simple")[1].get("Offset", "0")) >= 100 * cut - 1, "it did not begin again"
    assert held.swept == (), "keys read in two goes say nothing about deletions"


def test_deleted_records_are_looked_for_each_night(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(number) for number in range(1, 31)]
    held = pull(at(api, 0), "patients", Held())
    del api.rows["patients/Simple"][4]
    assert pull(at(api, 10), "patients", held).swept == (), "22:00, ten hours old"
    assert pull(at(api, 24), "patients", held).swept == (), "noon: the night is better"
    pull(at(api, 34), "patients", held)
    assert held.swept and "5" not in held.listed["patient"] and len(held.listed["patient"]) == 29, "22:00"
    assert pull(at(api, 35), "patients", held).swept == ()
    assert pull(at(api, 34 + 33), "patients", held).swept != (), "07:00: on site no night is waited for for ever"


def test_through_headquarters_whole_lists_wait_for_the_night(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    held = pull(at(api, 0, 5.0), "patients", Held())
    assert pull(at(api, 170, 5.0), "patients", held).swept == (), "14:00"
    assert pull(at(api, 178, 5.0), "patients", held).swept != (), "22:00"


# Lists that must be read whole


def recall(number: int, **more: object) -> dict[str, object]:
    return {"RecallNum": number, "PatNum": 1, "DateDue": "2026-09-09", "DatePrevious": "0001-01-01", "RecallInterval": "6m1d",
            "IsDisabled": "false", "RecallTypeNum": 1, "DisableUntilDate": "0001-01-01", "DateScheduled": "0001-01-01"} | more  # fmt: skip


def test_a_list_without_a_filter_is_read_whole_when_it_is_due(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "recalls": [recall(1), recall(2)], "recalltypes": []}
    held = pull(at(api, 0), "recalls", Held())
    assert held.swept == ("recall_due",)
    api.asked.clear()
    assert pull(at(api, 19), "recalls", held).complete and "recalls" not in api.paths()
    api.rows["recalls"].pop()
    pull(at(api, 21), "recalls", held)
    assert held.swept == ("recall_due",) and held.listed["recall_due"] == {"1"}


def test_a_slow_list_is_read_by_day_when_it_would_become_stale(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "recalls": [recall(1)], "recalltypes": []}
    held = pull(at(api, 0, 5.0), "recalls", Held())
    api.asked.clear()
    pull(at(api, 24, 5.0), "recalls", held)
    assert "recalls" not in api.paths(), "noon, a day old: the night is near"
    pull(at(api, 28.5, 5.0), "recalls", held)
    assert "recalls" in api.paths()


def test_a_stream_takes_its_share_of_a_run_and_goes_on_in_the_next(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(number) for number in range(1, 1001)]}
    held = Held()
    for run in range(20):
        try:
            pull(at(api, run, 60.0, minutes_per_stream=3), "patients", held)
            break
        except Unavailable as error:
            assert error.code == "HUB-U12" and held.cursor is not None
    assert held.complete and held.keys() == {str(number) for number in range(1, 1001)} and run > 1


# Lists that are read for their parents


def adjustment(number: int, patient_number: int, **more: object) -> dict[str, object]:
    return {"AdjNum": number, "PatNum": patient_number, "AdjAmt": "-25.0", "AdjDate": "2026-02-02", "ProcNum": 0, "ProvNum": 1,
            "adjType": "Cash discount", "ProcDate": "2026-02-02", "ClinicNum": 1} | more  # fmt: skip


def procedure(number: int, patient_number: int, stamp: str = OLD) -> dict[str, object]:
    return {"ProcNum": number, "PatNum": patient_number, "ProcStatus": "TP", "ProcFee": "100.00", "DateTStamp": stamp,
            "DateTP": "2026-01-01", "ProcDate": "2026-01-01", "procCode": "D2740"}  # fmt: skip


@pytest.fixture
def ledger(api: FakeApi) -> FakeApi:
    api.rows |= {
        "patients/Simple": [patient(number) for number in range(1, 61)],
        "adjustments": [adjustment(number, number % 60 + 1) for number in range(1, 91)],
        "procedurelogs": [procedure(1, 7)], "claims": [], "payments": [],
    }  # fmt: skip
    return api


def test_children_are_read_parent_by_parent_at_first(ledger: FakeApi) -> None:
    held = pull(at(ledger, 0), "adjustments", Held())
    assert held.keys() == {str(number) for number in range(1, 91)} and held.swept == ("ledger_entry",)
    asked = [int(params["PatNum"]) for params in ledger.lists("adjustments")]
    assert asked == sorted(asked) and len(set(asked)) == 60


@pytest.mark.parametrize("cut", [1, 2])
def test_a_first_load_by_parents_goes_on_behind_the_parent_reached(ledger: FakeApi, cut: int) -> None:
    held = pull(at(ledger, 0), "adjustments", Held(), stop_after=cut)
    ledger.asked.clear()
    pull(at(ledger, 1), "adjustments", held)
    assert held.keys() == {str(number) for number in range(1, 91)} and held.complete
    assert min(int(params["PatNum"]) for params in ledger.lists("adjustments")) == cut * 20 + 1


def test_afterwards_only_children_of_changed_parents_are_read(ledger: FakeApi) -> None:
    held = pull(at(ledger, 0), "adjustments", Held())
    ledger.asked.clear()
    ledger.rows["procedurelogs"][0] = procedure(1, 7, "2026-03-10 12:30:00")
    ledger.rows["adjustments"][5] = adjustment(6, 7, AdjAmt="-30.00")
    pull(at(ledger, 1), "adjustments", held)
    assert held.rows[""]["6"]["amount"] == "-30.00"
    assert [params["PatNum"] for params in ledger.lists("adjustments")] == ["7"]


def test_claim_lines_are_read_whole_then_open_ones_and_those_of_changed_claims(api: FakeApi) -> None:
    def line(number: int, claim: int, status: str) -> dict[str, object]:
        return {"ClaimProcNum": number, "ClaimNum": claim, "PatNum": 1, "ProcNum": number, "Status": status, "InsPayAmt": "0.0",
                "WriteOff": "0.0", "FeeBilled": "10.0", "ProcDate": "2026-01-01", "PlanNum": 0}  # fmt: skip

    api.rows |= {
        "patients/Simple": [patient(1)], "procedurelogs": [], "insplans": [], "carriers": [], "procedurecodes": [],
        "claimprocs": [line(1, 1, "Received"), line(2, 2, "NotReceived"), line(3, 3, "Received"), line(4, 9, "InsHist")],
        "claims": [{"ClaimNum": number, "PatNum": 1, "SecDateTEdit": OLD} for number in (1, 2, 3)], "patplans": [],
        "claimpayments": [],
    }  # fmt: skip
    held = pull(at(api, 0), "claim_lines", Held())
    assert held.keys() == {"1", "2", "3"}, "history of insurance is no claim line"
    api.asked.clear()
    api.rows["claims"][0]["SecDateTEdit"] = "2026-03-10 12:40:00"
    api.rows["claimprocs"][0]["InsPayAmt"] = "8.5"
    pull(at(api, 1), "claim_lines", held)
    assert held.rows[""]["1"]["paid"] == "8.50"
    filters = [
        {name: value for name, value in params.items() if name not in ("Limit", "Offset")}
        for params in api.lists("claimprocs")
    ]
    assert filters == [{"Status": "NotReceived"}, {"Status": "Preauth"}, {"ClaimNum": "1"}]


def test_in_an_old_version_claims_are_read_patient_by_patient(api: FakeApi) -> None:
    api.preferences["ProgramVersion"] = "22.4.10.0"
    api.rows |= {"patients/Simple": [patient(1), patient(2)], "procedurelogs": [], "insplans": [], "carriers": [], "inssubs": [],
                 "patplans": [], "claims": [{"ClaimNum": 5, "PatNum": 2, "ClaimStatus": "S", "ClaimType": "P", "SecDateTEdit": OLD}]}  # fmt: skip
    held = pull(at(api, 0), "claims", Held())
    assert held.keys() == {"5"} and {params.get("PatNum") for params in api.lists("claims")} == {"1", "2"}


# Deletions


def appointment(number: int, stamp: str = OLD, **more: object) -> dict[str, object]:
    return {"AptNum": number, "PatNum": 1, "AptStatus": "Scheduled", "AptDateTime": "2026-04-01 08:30:00", "Pattern": "//XX//",
            "DateTStamp": stamp, "ProvNum": 1, "Op": 0, "Confirmed": 0, "confirmed": "", "unschedStatus": ""} | more  # fmt: skip


def test_a_deleted_appointment_is_named_by_its_history_and_may_come_back(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "appointments": [appointment(1), appointment(2)], "operatories": [],
                 "histappointments": [{"HistApptNum": 1, "AptNum": 7, "HistApptAction": "Deleted", "HistDateTStamp": OLD}]}  # fmt: skip
    held = pull(at(api, 0), "appointments", Held())
    api.rows["appointments"].pop()
    api.rows["histappointments"].append(
        {"HistApptNum": 2, "AptNum": 2, "HistApptAction": "Deleted", "HistDateTStamp": "2026-03-10 12:30:00"}
    )
    pull(at(api, 1), "appointments", held)
    assert held.keys() == {"1"} and [list(gone.keys) for gone in held.gone] == [["2"]], "7 went before we came"
    api.rows["appointments"].append(appointment(2, "2026-03-10 13:30:00"))
    pull(at(api, 2), "appointments", held)
    assert held.keys() == {"1", "2"}
    pull(at(api, 3), "appointments", held)
    assert held.keys() == {"1", "2"} and held.gone == []


def test_history_is_read_on_where_it_ended(api: FakeApi) -> None:
    def event(number: int) -> dict[str, object]:
        return {"HistApptNum": number, "AptNum": 1, "PatNum": 1, "HistApptAction": "Changed", "HistDateTStamp": OLD}

    api.rows |= {"patients/Simple": [patient(1)], "histappointments": [event(number) for number in range(1, 251)]}
    held = pull(at(api, 0), "appointment_events", Held())
    api.asked.clear()
    api.rows["histappointments"] += [event(251), event(252)]
    pull(at(api, 1), "appointment_events", held)
    assert len(held.keys()) == 252 and [params["Offset"] for params in api.lists("histappointments")] == ["249"]


# What the office does not have


@pytest.mark.parametrize(
    ("version", "stream", "path"),
    [("24.2.27.0", "lab_cases", "labcases"), ("23.1.2", "appointment_events", "histappointments")],
)
def test_a_list_newer_than_the_office_is_not_asked_for(api: FakeApi, version: str, stream: str, path: str) -> None:
    api.preferences["ProgramVersion"] = version
    api.rows["patients/Simple"] = [patient(1)]
    with pytest.raises(HubError, match="HUB-U06"):
        pull(at(api, 0), stream, Held())
    assert path not in api.paths()


@pytest.mark.parametrize("answer", [
    httpx.Response(400, text="Version Added: 99. The version of this office is too low."), httpx.Response(404, text="no"),
    httpx.Response(401, text="no permission"), httpx.Response(410),
], ids=lambda answer: str(answer.status_code))  # fmt: skip
def test_a_list_that_is_refused_ends_its_stream_only(api: FakeApi, answer: httpx.Response) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "carriers": [{"CarrierNum": 1, "CarrierName": "ABC"}]}
    api.refused["recalls"] = answer
    office = at(api, 0)
    with pytest.raises(HubError, match="HUB-U06"):
        pull(office, "recalls", Held())
    assert pull(office, "carriers", Held()).keys() == {"1"}


def test_a_refused_key_stops_everything_after_one_request(api: FakeApi) -> None:
    api.refused["securityperms"] = httpx.Response(401, text="bad key")
    office = at(api, 0)
    for stream in ("patients", "claims", "recalls"):
        with pytest.raises(AuthError):
            pull(office, stream, Held())
    assert len(api.asked) == 1


def test_an_office_that_is_being_updated_is_left_alone(api: FakeApi) -> None:
    api.preferences["UpdateInProgressOnComputerName"] = "SERVER"
    with pytest.raises(Unavailable, match="HUB-U10"):
        pull(at(api, 0), "patients", Held())
    assert "patients/Simple" not in api.paths()


def test_permissions_and_names_are_asked_for_once_a_run(api: FakeApi) -> None:
    api.rows |= {"patients/Simple": [patient(1)], "recalls": [recall(1)], "recalltypes": [], "appointments": []}
    office = at(api, 0)
    for stream in ("patients", "appointments", "recalls"):
        pull(office, stream, Held())
    assert api.paths().count("securityperms") == 1 and api.paths().count("preferences") <= 4
    api.asked.clear()
    pull(at(api, 1), "patients", Held())
    assert "securityperms" in api.paths()


def test_a_cursor_that_cannot_be_read_means_to_begin_again(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(1)]
    held = Held(cursor={"mark": {"at": "nonsense"}, "work": {"kind": 3}, "whole_at": 7})
    assert pull(at(api, 0), "patients", held).keys() == {"1"} and held.complete


def test_a_cursor_is_small(api: FakeApi) -> None:
    api.rows["patients/Simple"] = [patient(2**63 - 1 - number) for number in range(150)]
    held = pull(at(api, 0), "patients", Held(), stop_after=1)
    assert len(json.dumps(held.cursor)) < 600


def test_a_listing_cut_off_by_an_earlier_version_is_asked_again_from_its_beginning() -> None:
    """It counted its lists otherwise: place 40 of list 1 is another place now. Its filter and its watermark stand."""
    mark = {"at": "2026-03-10 08:00:00", "ahead": -300}
    told = {"kind": "changes", "mark": mark, "started": "2026-03-10T13:00:00+00:00", "since": "2026-03-09 08:00:00", "part": 1,
            "offset": 40, "last": "812"}  # fmt: skip
    work = standing_of({"whole_at": "", "work": told}).work
    assert work is not None and (work.part, work.place, work.since) == (0, START, "2026-03-09 08:00:00")
    kept = standing_of({"whole_at": "", "work": {**told, "lists": 2}}).work
    assert kept is not None and (kept.part, kept.place) == (1, Place(40, "812"))
    assert standing_of(Standing(work=kept).told()).work == kept
