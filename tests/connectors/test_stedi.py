"""Polling Stedi: every page once, nothing lost and nothing double whatever breaks, and no key where it does not belong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import respx
from pydantic import ValidationError

from connectors.clearinghouse.connector import Clearinghouse
from connectors.clearinghouse.settings import ClearinghouseSettings
from connectors.clearinghouse.transports.stedi import Stedi
from connectors.clearinghouse.transports.stedi_settings import StediSettings
from hub.errors import AuthError, HubError, SourceChanged, Unavailable
from hub.store import Store
from tests.connectors.fake_stedi import CORE, KEY, FakeStedi, item
from tests.connectors.web_office import NOW, MemoryInbox, WebOffice, context
from tests.x12.eligibility_writer import answer
from tests.x12.era_writer import Claim, Era, Line, write


def era(trace: str) -> str:
    return write([Era([Claim("K1", [Line("D2740", 100_00)])], trace=trace)])


@dataclass
class Account:
    """One account, the settings for it, and how long was slept."""

    stedi: FakeStedi
    settings: dict[str, object] = field(default_factory=lambda: {"api_key": KEY})
    slept: list[float] = field(default_factory=list)

    def transport(self, accepts_tests: bool = False, **more: object) -> Stedi:
        own = StediSettings.model_validate({**self.settings, **more})
        return Stedi(own, accepts_tests, self.slept.append, lambda: 0.5)

    def collect(self, inbox: MemoryInbox, now: datetime = NOW, **more: object) -> None:
        self.transport(**more).collect(inbox, context(now=now))  # type: ignore[arg-type]

    def failing(self, inbox: MemoryInbox | None = None, **more: object) -> HubError:
        with pytest.raises(HubError) as caught:
            self.collect(inbox or MemoryInbox(), **more)
        return caught.value


@pytest.fixture
def account() -> Iterator[Account]:
    with respx.mock(assert_all_called=False) as router:
        stedi = FakeStedi()
        stedi.mount(router)
        yield Account(stedi)


def test_the_first_run_starts_some_days_back_and_later_ones_where_the_last_one_ended(account: Account) -> None:
    account.stedi.add(1, "A")
    inbox = MemoryInbox()
    account.collect(inbox)
    assert account.stedi.asked == [
        {"startDateTime": "2026-02-08T15:00:00Z", "pageSize": "100"}, {"pageToken": "p1", "pageSize": "100"},
    ]  # fmt: skip
    account.stedi.add(2, "B")
    account.collect(inbox)
    assert account.stedi.asked[2:] == [{"pageToken": "p1", "pageSize": "100"}, {"pageToken": "p2", "pageSize": "100"}]
    assert inbox.files == [("f-1_835.x12", b"A"), ("f-2_835.x12", b"B")]
    assert inbox.times[0] == datetime(2026, 3, 9, 10, 1, tzinfo=UTC)


def test_all_pages_are_walked_and_the_place_is_kept_after_the_files_of_a_page(account: Account) -> None:
    for number in range(1, 6):
        account.stedi.add(number, f"file {number}")
    inbox = MemoryInbox()
    account.collect(inbox, page_size=2)
    assert inbox.names == [f"f-{n}_835.x12" for n in range(1, 6)]
    assert [step.split()[0] for step in inbox.log] == ["put", "put", "keep", "put", "put", "keep", "put", "keep", "keep"]
    assert inbox.cursor()["page_token"] == "p5"


def test_an_empty_page_keeps_its_token_and_is_asked_from_again(account: Account) -> None:
    inbox = MemoryInbox()
    account.collect(inbox)
    assert (inbox.cursor()["page_token"], inbox.files) == ("p0", [])
    account.stedi.add(1, "A")
    account.collect(inbox)
    assert account.stedi.asked[1] == {"pageToken": "p0", "pageSize": "100"} and inbox.names == ["f-1_835.x12"]


@pytest.mark.parametrize(
    "other",
    [
        {"direction": "OUTBOUND"}, {"status": "failed"}, {"mode": "test"}, {"usageIndicator": "T"}, {"x12": None},
        {"x12": {"metadata": {"transaction": {"transactionSetIdentifier": "837"}}}},
    ],
)  # fmt: skip
def test_only_real_incoming_sets_that_are_read_are_fetched(account: Account, other: dict[str, object]) -> None:
    account.stedi.add(1, "A", **other)
    for number, set_id in enumerate(("277", "999", "271", "835"), 2):
        account.stedi.add(number, set_id, set_id)
    inbox = MemoryInbox()
    account.collect(inbox)
    assert inbox.names == ["f-2_277.x12", "f-3_999.x12", "f-4_271.x12", "f-5_835.x12"]


def test_tests_are_fetched_when_the_office_reads_tests_and_sets_as_it_chooses(account: Account) -> None:
    account.stedi.add(1, "A", mode="test")
    account.stedi.add(2, "B", "277")
    inbox = MemoryInbox()
    account.collect(inbox, accepts_tests=True, sets=["835"])
    assert inbox.names == ["f-1_835.x12"]


def test_a_file_with_several_transactions_is_fetched_once_also_in_the_next_run(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.items += [item(2, fileExecutionId="f-1"), item(3, "277", fileExecutionId="f-1")]
    inbox = MemoryInbox()
    account.collect(inbox, page_size=2)
    account.stedi.items.append(item(4, fileExecutionId="f-1"))
    account.collect(inbox)
    assert inbox.names == ["f-1_835.x12"]


def test_a_set_is_fetched_alone_where_the_office_says_so_or_its_file_is_gone(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.files.update({"t-1": b"ST*835*0001~", "t-2": b"ST*835*0002~"})
    alone = MemoryInbox()
    account.collect(alone, document="transaction")
    assert alone.files == [("t-1_835.x12", b"ST*835*0001~")]
    account.stedi.items.append(item(2))
    both = MemoryInbox()
    account.collect(both)
    assert both.names == ["f-1_835.x12", "t-2_835.x12"]


def test_a_place_that_stedi_lost_starts_again_a_while_before_the_last_transaction(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.add(50, "B")
    inbox = MemoryInbox()
    account.collect(inbox)
    account.stedi.lost_tokens.add("p2")
    account.stedi.add(59, "C")
    account.collect(inbox, overlap_minutes=30)
    assert account.stedi.asked[-2]["startDateTime"] == "2026-03-09T10:20:00Z"
    assert inbox.names == ["f-1_835.x12", "f-50_835.x12", "f-59_835.x12"]  # what was had before is not fetched again
    assert inbox.cursor()["page_token"] == "p3"


def test_a_lost_place_without_any_transaction_before_starts_as_the_first_run_does(account: Account) -> None:
    account.stedi.lost_tokens.add("p9")
    account.collect(MemoryInbox({"page_token": "p9"}), first_days=3)
    assert account.stedi.asked[1]["startDateTime"] == "2026-03-07T15:00:00Z"


def test_stedi_is_never_asked_for_the_last_minute(account: Account) -> None:
    inbox = MemoryInbox({"page_token": "p9", "processed_at": "2026-03-10T14:59:50Z"})
    account.stedi.lost_tokens.add("p9")
    account.collect(inbox, overlap_minutes=0)
    assert account.stedi.asked[1]["startDateTime"] == "2026-03-10T14:58:00Z"


def test_a_damaged_cursor_starts_as_the_first_run_does(account: Account) -> None:
    account.stedi.add(1, "A")
    inbox = MemoryInbox({"page_token": 7, "processed_at": ["x"], "fetched": {"a": 1}, "waiting": [3, {"item": {}}]})
    account.collect(inbox)
    assert inbox.names == ["f-1_835.x12"] and "startDateTime" in account.stedi.asked[0]


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([httpx.Response(429, headers={"retry-after": "7"})], [7]),
        ([httpx.Response(429, headers={"retry-after": "Tue, 10 Mar 2026 15:00:20 GMT"})], [20]),
        ([httpx.Response(429, headers={"retry-after": "soon"})], [1]),
        ([httpx.Response(429), httpx.Response(429), httpx.Response(503)], [1, 2, 4]),
        ([httpx.Response(500), httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.Response(504)], [1, 2, 4, 8]),
        ([httpx.Response(200, content=b'{"items": [')], [1]),
        ([httpx.Response(200, json={"items": []})], [1]),
        ([httpx.Response(200, headers={"content-length": "99"}, stream=httpx.ByteStream(b'{"items":[],"nextPageToken":"x"}'))], [1]),
    ],
)  # fmt: skip
def test_what_passes_by_itself_is_waited_for(
    account: Account, answers: list[httpx.Response | Exception], waits: list[float]
) -> None:
    account.stedi.add(1, "A")
    account.stedi.odd = answers
    inbox = MemoryInbox()
    account.collect(inbox)
    assert (account.slept, inbox.names) == (waits, ["f-1_835.x12"])


@pytest.mark.parametrize(
    ("answer", "code", "after"),
    [
        (httpx.Response(429), "HUB-X42", None), (httpx.Response(502), "HUB-X41", None),
        (httpx.Response(503, headers={"retry-after": "5"}), "HUB-X41", 5), (httpx.ConnectTimeout("x"), "HUB-X41", None),
        (httpx.Response(200, content=b"<html>"), "HUB-X43", None),
    ],
)  # fmt: skip
def test_what_does_not_pass_is_told_after_five_tries_and_the_place_stays(
    account: Account, answer: httpx.Response | Exception, code: str, after: float | None
) -> None:
    account.stedi.odd = [answer] * 9
    inbox = MemoryInbox({"page_token": "p0"})
    error = account.failing(inbox)
    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after, len(account.slept), len(account.stedi.odd)) == (code, after, 4, 4)
    assert inbox.log == [] and KEY not in str(error)


def test_a_long_pause_is_left_to_the_next_run(account: Account) -> None:
    account.stedi.odd = [httpx.Response(429, headers={"retry-after": "3600"})]
    error = account.failing()
    assert isinstance(error, Unavailable) and (error.code, error.retry_after, account.slept) == ("HUB-X42", 3600, [])


@pytest.mark.parametrize(("status", "words"), [(401, "refuses the credentials (status 401);"), (403, "address is blocked there")])
def test_a_wrong_key_is_told_at_once_and_never_tried_again(account: Account, status: int, words: str) -> None:
    account.stedi.odd = [httpx.Response(status, json={"message": "no"})]
    error = account.failing()
    assert isinstance(error, AuthError) and error.code == "HUB-X40" and words in error.message
    assert account.slept == [] and KEY not in str(error)
    account.settings["api_key"] = "another"
    assert account.failing().code == "HUB-X40"


@pytest.mark.parametrize("status", [400, 404, 405, 422])
def test_a_service_that_changed_is_not_asked_for_ever(account: Account, status: int) -> None:
    account.stedi.odd = [httpx.Response(status)]
    error = account.failing()
    assert isinstance(error, SourceChanged) and (error.code, account.slept) == ("HUB-X44", [])


@pytest.mark.parametrize(
    "broken",
    [
        httpx.Response(200, headers={"content-length": "9"}, stream=httpx.ByteStream(b"half")), httpx.Response(200, content=b""),
        httpx.Response(500), httpx.ReadError("x"),
    ],
)  # fmt: skip
def test_a_file_that_comes_damaged_is_fetched_again_and_no_half_of_it_is_stored(
    account: Account, broken: httpx.Response | Exception
) -> None:
    account.stedi.add(1, "whole")
    account.stedi.odd_files = [broken]
    inbox = MemoryInbox()
    account.collect(inbox)
    assert (inbox.files, account.slept) == ([("f-1_835.x12", b"whole")], [1])


@pytest.mark.parametrize("location", ["", "http://documents.example/x", "file:///etc/passwd"])
def test_a_redirection_that_is_not_https_is_not_followed(account: Account, location: str) -> None:
    account.stedi.add(1, "A")
    account.stedi.odd_files = [httpx.Response(302, headers={"location": location} if location else {})]
    assert account.failing().code == "HUB-X44"


def test_a_file_that_is_not_there_yet_waits_and_the_others_are_fetched(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.add(2, "B")
    late = account.stedi.files.pop("f-1")
    inbox = MemoryInbox()
    error = account.failing(inbox)
    assert isinstance(error, Unavailable) and error.code == "HUB-X47" and " 1 files are listed " in error.message
    assert inbox.names == ["f-2_835.x12"] and inbox.cursor()["page_token"] == "p2"
    account.stedi.files["f-1"] = late
    account.collect(inbox)
    assert inbox.names == ["f-2_835.x12", "f-1_835.x12"] and inbox.cursor()["waiting"] == []


def test_a_file_that_is_damaged_every_time_waits_too(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.add(2, "B")
    account.stedi.files["f-1"] = b""
    inbox = MemoryInbox()
    assert account.failing(inbox).code == "HUB-X47"
    assert inbox.names == ["f-2_835.x12"] and inbox.cursor()["page_token"] == "p2"


def test_a_file_that_never_comes_is_given_up_after_two_weeks_and_told(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    account.stedi.add(1, "A")
    account.stedi.files.clear()
    inbox = MemoryInbox()
    assert account.failing(inbox).code == "HUB-X47"
    assert account.failing(inbox, now=NOW + timedelta(days=13)).code == "HUB-X47"
    account.collect(inbox, now=NOW + timedelta(days=15))
    assert inbox.cursor()["waiting"] == [] and "t-1 (835) and never had its file" in caplog.text


def test_the_cursor_holds_nothing_of_what_the_transactions_say(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.files.clear()
    inbox = MemoryInbox()
    account.failing(inbox)
    assert "SECRET-TRACE" not in str(inbox.cursor())


def test_a_stop_ends_the_run_between_two_files_and_the_next_one_asks_for_the_page_again(account: Account) -> None:
    for number in (1, 2, 3):
        account.stedi.add(number, str(number))
    stop, inbox = threading.Event(), MemoryInbox()
    inbox.on_put = lambda name: stop.set()
    account.transport().collect(inbox, context(stop=stop))
    assert inbox.names == ["f-1_835.x12"] and "keep" not in inbox.log
    inbox.on_put = lambda name: None
    account.collect(inbox)
    assert set(inbox.names) == {"f-1_835.x12", "f-2_835.x12", "f-3_835.x12"}


def test_the_same_token_for_ever_does_not_keep_the_run_for_ever(account: Account) -> None:
    account.stedi.add(1, "A")
    account.stedi.odd = [httpx.Response(200, json={"items": [item(1)], "nextPageToken": "same"}) for _ in range(3)]
    account.collect(MemoryInbox({"page_token": "same"}))
    assert len(account.stedi.odd) == 2


def test_check_lists_one_transaction_and_tells_a_wrong_key(account: Account) -> None:
    (good,) = account.transport().probe(context())
    assert good.ok and account.stedi.asked == [{"startDateTime": "2026-03-10T14:58:00Z", "pageSize": "1"}]
    (bad,) = account.transport(api_key="wrong").probe(context())
    assert not bad.ok and "refuses the credentials" in bad.detail and "wrong" not in bad.detail


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": ""}, {"api_key": "  "}, {"api_key": "kéy"}, {"api_key": "a\nb"}, {"core_url": "http://core.example"},
        {"healthcare_url": "https://x/?y=1"}, {"page_size": 501}, {"sets": ["837"]}, {"sets": []}, {"unknown": 1},
    ],
)  # fmt: skip
def test_wrong_settings_are_refused_without_showing_them(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        StediSettings.model_validate({"api_key": KEY, **wrong})
    assert KEY not in str(caught.value) and "kéy" not in str(caught.value)


def test_the_key_does_not_show_in_the_settings() -> None:
    own = ClearinghouseSettings.model_validate({"transport": "stedi", "stedi": {"api_key": KEY}})
    assert KEY not in repr(own)
    with pytest.raises(ValidationError, match=r"needs a table \[source.settings.stedi\]"):
        ClearinghouseSettings.model_validate({"transport": "stedi"})


@pytest.fixture
def office(plain_store: Store, tmp_path: Path) -> WebOffice:
    return WebOffice(plain_store, tmp_path, {"transport": "stedi", "stedi": {"api_key": KEY, "page_size": 2}})


def test_payments_come_into_the_store_once_whatever_the_runs(account: Account, office: WebOffice) -> None:
    for number in range(1, 5):
        account.stedi.add(number, era(f"EFT-{number}"))
    assert office.sync().status == "succeeded"
    assert office.traces() == ["EFT-1", "EFT-2", "EFT-3", "EFT-4"]
    assert len(account.stedi.fetched) == 4
    again = office.sync()
    assert (again.status, again.counts.read, len(account.stedi.fetched)) == ("succeeded", 0, 4)


def test_a_run_that_breaks_in_the_middle_loses_and_doubles_nothing(account: Account, office: WebOffice) -> None:
    for number in range(1, 5):
        account.stedi.add(number, era(f"EFT-{number}"))
    account.stedi.odd_files = [
        httpx.Response(302, headers={"location": "https://documents.example/signed/f-1"}), httpx.Response(401),
    ]  # fmt: skip
    broken = office.sync()
    problem = broken.outcomes[0].problem
    assert broken.status == "partial" and problem is not None and problem.code == "HUB-X40"
    assert office.traces() == ["EFT-1"]
    assert office.sync().status == "succeeded"
    assert office.traces() == ["EFT-1", "EFT-2", "EFT-3", "EFT-4"]
    assert len(office.rows("remit_claim")) == 4 and len(office.rows("blob")) == 4


def test_eligibility_answers_come_into_the_store_and_the_same_one_in_another_envelope_only_once(
    account: Account, office: WebOffice
) -> None:
    lines = ("EB*1**35", "EB*F*IND*35***23*2000", "EB*F*IND*35***29*500")
    account.stedi.add(1, answer(*lines), "271")
    account.stedi.add(2, answer(*lines, control=2), "271")
    account.stedi.add(3, answer(*lines, day="20260309", control=3), "271")
    assert office.sync().status == "succeeded"
    checks, benefits = office.rows("eligibility_check"), office.rows("benefit_snapshot")
    assert sorted(str(row["checked_on"]) for row in checks) == ["2026-03-02", "2026-03-09"]
    assert [(row["kind"], row["used_cents"]) for row in benefits] == [("ANNUAL_MAX", 1500_00)] * 2
    assert {row["check_key"] for row in benefits} == {row["source_key"] for row in checks}


def test_everything_again_changes_nothing(account: Account, office: WebOffice) -> None:
    account.stedi.add(1, era("EFT-1"))
    office.sync()
    again = office.sync(full=True)
    assert again.status == "succeeded" and office.traces() == ["EFT-1"] and len(office.rows("blob")) == 1
    assert account.stedi.fetched == ["f-1", "f-1"]


def test_the_connector_checks_its_transport(account: Account) -> None:
    own = ClearinghouseSettings.model_validate({"transport": "stedi", "stedi": {"api_key": KEY}})
    report = Clearinghouse().check(context(own))
    assert report.ok and [probe.name for probe in report.probes] == ["sign in to Stedi"]
    assert own.stedi is not None and own.stedi.core_url == CORE
