"""Asking a payer through Stedi: the question goes out as X12, the answer comes back as it was and is read like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import pytest
import respx

from connectors.clearinghouse.requests import (
    EligibilityQuestion,
    Envelope,
    Office,
    Payer,
    Person,
    StatusQuestion,
    write_270,
)
from connectors.clearinghouse.transports.stedi_realtime import StediRealTime
from connectors.clearinghouse.transports.stedi_settings import StediSettings
from hub.clock import FixedClock
from hub.errors import AuthError, BadRecord, Unavailable
from tests.connectors.web_office import NOW

URL = "https://healthcare.us.stedi.com/2024-04-01/change/medicalnetwork"
ENVELOPE = Envelope("OFFICE1", "STEDI", datetime(2026, 3, 10, 9, 0, tzinfo=UTC), 5)
PAT = Person("Doe", "Pat", date(1980, 1, 2), "F", "M1")
PAYER, OFFICE = Payer("Example Dental Plan", "EX001"), Office("Example Office", "1999999984")
QUESTION = EligibilityQuestion(PAYER, OFFICE, PAT, date(2026, 3, 12), "T1", "9123456789")
STATUS = StatusQuestion(
    PAYER, "Example Office", "S1", OFFICE, PAT, "T2", "K1", 125_00, date(2026, 2, 10), date(2026, 2, 10)
)
ANSWER = "ISA*00*~GS*HB~ST*271*0001~SE*2*0001~GE*1*1~IEA*1*1~"


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock as router:
        yield router


def client(slept: list[float] | None = None) -> StediRealTime:
    own = StediSettings.model_validate({"api_key": "test-key-1"})
    return StediRealTime(own, FixedClock(NOW), ([] if slept is None else slept).append, lambda: 0.5)


def test_a_question_is_sent_as_x12_and_the_answer_comes_back_as_it_is(router: respx.MockRouter) -> None:
    route = router.post(f"{URL}/eligibility/v3/raw-x12").respond(json={"meta": {"traceId": "x"}, "x12": ANSWER, "controlNumber": "1"})
    assert client().check_eligibility(QUESTION, ENVELOPE) == ANSWER.encode()
    sent = route.calls.last.request
    assert json.loads(sent.content) == {"x12": write_270(QUESTION, ENVELOPE).decode()}
    assert sent.headers["authorization"] == "test-key-1" and sent.headers["content-type"] == "application/json"


def test_a_status_question_goes_to_its_own_address(router: respx.MockRouter) -> None:
    route = router.post(f"{URL}/claimstatus/v2/raw-x12").respond(json={"x12": "ISA*277~"})
    assert client().ask_status(STATUS, ENVELOPE) == b"ISA*277~"
    assert "ST*276*0001*005010X212~" in json.loads(route.calls.last.request.content)["x12"]


def test_what_passes_by_itself_is_waited_for_and_a_dead_service_told(router: respx.MockRouter) -> None:
    slept: list[float] = []
    answers = [httpx.Response(429), httpx.Response(500), httpx.Response(200, json={"x12": ANSWER})]
    router.post(f"{URL}/eligibility/v3/raw-x12").mock(side_effect=answers)
    assert client(slept).check_eligibility(QUESTION, ENVELOPE) == ANSWER.encode() and slept == [1, 2]
    router.post(f"{URL}/eligibility/v3/raw-x12").mock(side_effect=httpx.ReadTimeout("x"))
    with pytest.raises(Unavailable, match="ReadTimeout"):
        client().check_eligibility(QUESTION, ENVELOPE)


@pytest.mark.parametrize("body", [b'{"x12": "ISA', b"[]", b"{}", b'{"x12": ""}', b'{"x12": 7}'])
def test_an_answer_without_x12_is_no_answer(router: respx.MockRouter, body: bytes) -> None:
    router.post(f"{URL}/eligibility/v3/raw-x12").respond(content=body)
    with pytest.raises(Unavailable) as caught:
        client().check_eligibility(QUESTION, ENVELOPE)
    assert caught.value.code == "HUB-X43"


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_question_is_told_by_its_codes_and_not_by_words_that_quote_the_patient(
    router: respx.MockRouter, status: int
) -> None:
    errors = [{"code": "33", "description": "PAT DOE is not known"}, {"code": "DOE, PAT"}, "x"]
    route = router.post(f"{URL}/eligibility/v3/raw-x12").respond(status, json={"errors": errors})
    with pytest.raises(BadRecord) as caught:
        client().check_eligibility(QUESTION, ENVELOPE)
    assert caught.value.code == "HUB-X46" and f"(status {status}, codes: 33)" in caught.value.message
    assert "DOE" not in caught.value.message and len(route.calls) == 1


def test_a_wrong_key_is_told_at_once(router: respx.MockRouter) -> None:
    route = router.post(f"{URL}/eligibility/v3/raw-x12").respond(403)
    with pytest.raises(AuthError, match="address is blocked"):
        client().check_eligibility(QUESTION, ENVELOPE)
    assert len(route.calls) == 1


def test_a_question_that_lacks_something_is_not_sent(router: respx.MockRouter) -> None:
    with pytest.raises(BadRecord, match="cannot be asked"):
        client().check_eligibility(replace(QUESTION, payer=Payer("X", "")), ENVELOPE)
    assert len(router.calls) == 0
