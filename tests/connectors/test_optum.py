"""The mailbox at Optum: signed in with OAuth2, every file once although names come again, deleted only when it is safe here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from pydantic import ValidationError

from connectors.clearinghouse.settings import ClearinghouseSettings
from connectors.clearinghouse.transports.optum import Optum
from connectors.clearinghouse.transports.optum_settings import OptumSettings
from hub.clock import FixedClock
from hub.contract import SourceContext
from hub.errors import AuthError, HubError, Unavailable
from hub.store import Store
from tests.connectors.web_office import NOW, MemoryInbox, WebOffice, context
from tests.x12.era_writer import Claim, Era, Line, write

BASE = "https://apigw.optum.com/medicalnetwork/reports/v2"
TOKEN = "https://apigw.optum.com/apip/auth/v2/token"
SETTINGS: dict[str, object] = {"client_id": "office", "client_secret": "hush"}


def era(trace: str) -> str:
    return write([Era([Claim("K1", [Line("D2740", 100_00)])], trace=trace)])


@dataclass
class Mailbox:
    """Files by name; `odd` answers the next requests for a file or its deletion in place of the usual."""

    files: dict[str, str] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tokens: int = 0
    odd: list[httpx.Response | Exception] = field(default_factory=list)
    odd_delete: list[httpx.Response] = field(default_factory=list)
    is_plain: bool = False

    def mount(self, router: respx.MockRouter) -> None:
        router.post(TOKEN).mock(side_effect=self._sign_in)
        router.get(f"{BASE}/").mock(side_effect=self._list)
        router.get(url__regex=rf"{BASE}/[^/]+$").mock(side_effect=self._get)
        router.delete(url__regex=rf"{BASE}/[^/]+$").mock(side_effect=self._delete)

    def _sign_in(self, request: httpx.Request) -> httpx.Response:
        form = {key: value for key, (value,) in parse_qs(request.content.decode()).items()}
        if form != {"grant_type": "client_credentials", "client_id": "office", "client_secret": "hush"}:
            return httpx.Response(400, json={"error": "invalid_client"})
        self.tokens += 1
        return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 3600})

    def _checked(self, request: httpx.Request) -> str:
        assert request.headers["authorization"] == f"Bearer token-{self.tokens}"
        return request.url.path.rpartition("/")[2]

    def _list(self, request: httpx.Request) -> httpx.Response:
        self._checked(request)
        return httpx.Response(200, json={"reports": list(self.files), "meta": {"applicationMode": "production"}})

    def _get(self, request: httpx.Request) -> httpx.Response:
        name = self._checked(request)
        if self.odd:
            answer = self.odd.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        self.fetched.append(name)
        if self.is_plain:
            return httpx.Response(200, text=self.files[name])
        return httpx.Response(200, json={"report_content": self.files[name], "meta": {}})

    def _delete(self, request: httpx.Request) -> httpx.Response:
        name = self._checked(request)
        if self.odd_delete:
            return self.odd_delete.pop(0)
        self.deleted.append(name)
        self.files.pop(name, None)
        return httpx.Response(200, json={"status": "deleted", "meta": {}})


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with respx.mock(assert_all_called=False) as router:
        box = Mailbox()
        box.mount(router)
        yield box


def collect(inbox: MemoryInbox, ctx: SourceContext | None = None, **settings: object) -> list[float]:
    """Runs once; what was slept."""
    slept: list[float] = []
    own = OptumSettings.model_validate({**SETTINGS, **settings})
    Optum(own, lambda name: not name.startswith("FX"), slept.append, lambda: 0.5).collect(inbox, ctx or context())
    return slept


def failing(inbox: MemoryInbox, **settings: object) -> HubError:
    with pytest.raises(HubError) as caught:
        collect(inbox, **settings)
    assert "hush" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("is_plain", [False, True])
def test_every_file_is_fetched_as_json_or_plain_and_left_where_it_is(mailbox: Mailbox, is_plain: bool) -> None:
    mailbox.files = {"X3000001.AB": "ISA*277~", "R5000001.AC": "ISA*835~", "FX000001.AB": "notice"}
    mailbox.is_plain = is_plain
    inbox = MemoryInbox()
    collect(inbox)
    assert inbox.files == [("X3000001.AB", b"ISA*277~"), ("R5000001.AC", b"ISA*835~")]
    assert mailbox.deleted == [] and mailbox.tokens == 1


def test_a_name_that_stays_is_fetched_once_and_one_that_comes_back_again(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "first"}
    inbox = MemoryInbox()
    collect(inbox)
    collect(inbox)
    assert mailbox.fetched == ["R5000001.AB"]
    mailbox.files = {}
    collect(inbox)
    mailbox.files = {"R5000001.AB": "second"}
    collect(inbox)
    assert inbox.files == [("R5000001.AB", b"first"), ("R5000001.AB", b"second")]


def test_files_are_deleted_when_the_office_wants_it_and_only_after_they_are_safe(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}
    inbox = MemoryInbox()
    collect(inbox, remove_after=True)
    assert mailbox.deleted == ["R5000001.AB", "R5000001.AC"] and inbox.log[:2] == ["put R5000001.AB", "keep"]
    assert inbox.cursor() == {"here": []}
    mailbox.files = {"R5000001.AB": "another file under the same name"}
    collect(inbox, remove_after=True)
    assert [content for _, content in inbox.files] == [b"A", b"B", b"another file under the same name"]


def test_a_deletion_that_fails_is_made_up_for_without_fetching_again(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}
    mailbox.odd_delete = [httpx.Response(404), *[httpx.Response(500)] * 5]
    inbox = MemoryInbox()
    error = failing(inbox, remove_after=True)
    assert isinstance(error, Unavailable) and error.code == "HUB-X41"
    assert len(inbox.files) == 2 and inbox.cursor() == {"here": ["R5000001.AC"]}
    del mailbox.files["R5000001.AB"]
    collect(inbox, remove_after=True)
    assert mailbox.fetched == ["R5000001.AB", "R5000001.AC"] and mailbox.deleted == ["R5000001.AC"]


def test_a_mailbox_that_may_not_be_emptied_is_fetched_all_the_same(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}
    mailbox.odd_delete = [httpx.Response(403)]
    inbox = MemoryInbox()
    assert isinstance(failing(inbox, remove_after=True), AuthError) and len(inbox.files) == 2


def test_a_large_file_that_is_still_prepared_is_taken_by_the_next_run(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}
    mailbox.odd = [httpx.Response(413)]
    inbox = MemoryInbox()
    assert collect(inbox) == []
    assert inbox.files == [("R5000001.AC", b"B")]
    collect(inbox)
    assert inbox.files[1:] == [("R5000001.AB", b"A")]


@pytest.mark.parametrize(
    "broken",
    [
        httpx.Response(200, headers={"content-length": "99"}, stream=httpx.ByteStream(b"ISA*8")), httpx.Response(200, content=b""),
        httpx.Response(200, content=b'{"report_content": "ISA'), httpx.Response(200, json={"report_content": ""}),
        httpx.Response(200, json={"meta": {}}), httpx.Response(429), httpx.Response(502), httpx.ReadError("x"),
    ],
)  # fmt: skip
def test_what_comes_damaged_is_fetched_again(mailbox: Mailbox, broken: httpx.Response | Exception) -> None:
    mailbox.files, mailbox.odd = {"R5000001.AB": "A"}, [broken]
    inbox = MemoryInbox()
    assert collect(inbox) == [1] and inbox.files == [("R5000001.AB", b"A")]


def test_a_file_that_is_damaged_every_time_does_not_keep_the_others(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": " ", "R5000001.AC": "B"}
    inbox = MemoryInbox()
    error = failing(inbox, remove_after=True)
    assert error.code == "HUB-X47" and inbox.names == ["R5000001.AC"] and mailbox.deleted == ["R5000001.AC"]


def test_wrong_credentials_are_told_at_once(mailbox: Mailbox) -> None:
    error = failing(MemoryInbox(), client_id="somebody else")
    assert isinstance(error, AuthError) and error.code == "HUB-X40" and "(status 400)" in error.message


@pytest.mark.parametrize("answer", [{"token": "x"}, {"access_token": ""}, {"access_token": "x", "expires_in": 0}, []])
def test_a_sign_in_that_answers_otherwise_is_told(answer: object) -> None:
    with respx.mock as router:
        router.post(TOKEN).respond(json=answer)
        assert failing(MemoryInbox()).code == "HUB-X43"


def test_a_token_is_renewed_before_it_ends(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}

    class Moving:
        moment = NOW

        def now(self) -> object:
            return self.moment

    clock = Moving()
    ctx = context()
    object.__setattr__(ctx, "clock", clock)
    inbox = MemoryInbox()
    inbox.on_put = lambda name: setattr(clock, "moment", clock.moment + timedelta(seconds=3541))
    collect(inbox, ctx)
    assert mailbox.tokens == 2 and len(inbox.files) == 2


def test_a_stop_ends_the_run_between_two_files(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A", "R5000001.AC": "B"}
    stop, inbox = threading.Event(), MemoryInbox()
    inbox.on_put = lambda name: stop.set()
    collect(inbox, context(stop=stop), remove_after=True)
    assert inbox.names == ["R5000001.AB"] and mailbox.deleted == []
    inbox.on_put = lambda name: None
    collect(inbox)
    assert inbox.names == ["R5000001.AB", "R5000001.AC"]


def test_a_name_is_sent_as_a_name_whatever_it_holds() -> None:
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json={"reports": ["../../token?x=1"], "report_content": "A"})

    with respx.mock as router:
        router.post(TOKEN).respond(json={"access_token": "x"})
        router.get(url__startswith=BASE).mock(side_effect=answer)
        collect(MemoryInbox())
    assert paths == [b"/medicalnetwork/reports/v2/", b"/medicalnetwork/reports/v2/..%2F..%2Ftoken%3Fx%3D1"]


def test_check_signs_in_and_counts(mailbox: Mailbox) -> None:
    mailbox.files = {"R5000001.AB": "A"}
    own = OptumSettings.model_validate(SETTINGS)
    (good,) = Optum(own, lambda name: True).probe(context())
    assert (good.ok, good.detail, mailbox.fetched) == (True, "1 files", [])
    wrong = OptumSettings.model_validate({**SETTINGS, "client_secret": "wrong"})
    (bad,) = Optum(wrong, lambda name: True).probe(context())
    assert not bad.ok and "refuses the credentials" in bad.detail


@pytest.mark.parametrize("wrong", [{"client_secret": ""}, {"client_id": ""}, {"base_url": "http://x"}, {"token_url": "x"}, {"more": 1}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        OptumSettings.model_validate({**SETTINGS, **wrong})
    assert "hush" not in str(caught.value)


def test_a_source_with_a_mailbox_fills_the_store_once(mailbox: Mailbox, plain_store: Store, tmp_path: Path) -> None:
    office = WebOffice(plain_store, tmp_path, {"transport": "optum", "optum": {**SETTINGS, "remove_after": True}})
    mailbox.files = {"R5000001.AB": era("EFT-1"), "CF000001.AB": "a|pipe|report\n"}
    first = office.sync()
    assert first.status == "succeeded" and office.traces() == ["EFT-1"] and mailbox.files == {}
    mailbox.files = {"R5000001.AB": era("EFT-2")}
    office.clock = FixedClock(NOW + timedelta(days=1))
    office.sync()
    mailbox.files = {"R5000001.AC": era("EFT-2")}
    office.sync()
    assert office.traces() == ["EFT-1", "EFT-2"] and len(office.rows("remit_claim")) == 2
    assert json.dumps(sorted(str(row["state"]) for row in office.rows("blob"))) == '["applied", "applied", "not_read"]'


def test_the_secret_does_not_show_in_the_settings() -> None:
    own = ClearinghouseSettings.model_validate({"transport": "optum", "optum": SETTINGS})
    assert "hush" not in repr(own)
