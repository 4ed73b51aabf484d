"""Questions to a payer through Stedi, answered while we wait: 270 for a 271, 276 for a 277, both as raw X12."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

from connectors.clearinghouse.requests import EligibilityQuestion, Envelope, StatusQuestion, write_270, write_276
from connectors.clearinghouse.transports.stedi import SERVICE, sign
from connectors.clearinghouse.transports.stedi_settings import StediSettings
from connectors.clearinghouse.transports.web import Answer, Web
from hub.clock import Clock
from hub.errors import BadRecord

_ELIGIBILITY = "/change/medicalnetwork/eligibility/v3/raw-x12"
_STATUS = "/change/medicalnetwork/claimstatus/v2/raw-x12"
_NOT_ASKED = frozenset({400, 422})
# Error codes are shown, their texts are not: they may quote the question.
_CODE = re.compile(r"[A-Za-z0-9_]{1,40}")


class StediRealTime:
    """Asks one question at a time. A question that is asked twice does no harm, so it is tried again like everything else.

    Every method raises BadRecord HUB-X45 for a question that lacks what payers need, BadRecord HUB-X46 when Stedi refuses
    it, and what `Web` raises.
    """

    def __init__(
        self, own: StediSettings, clock: Clock, wait: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._own, self._clock, self._wait, self._jitter = own, clock, wait, jitter

    def check_eligibility(self, question: EligibilityQuestion, envelope: Envelope) -> bytes:
        """The payer's 271, as it came."""
        return self._ask(_ELIGIBILITY, write_270(question, envelope))

    def ask_status(self, question: StatusQuestion, envelope: Envelope) -> bytes:
        """The payer's 277, as it came."""
        return self._ask(_STATUS, write_276(question, envelope))

    def _ask(self, path: str, question: bytes) -> bytes:
        with Web(SERVICE, self._own.payer_seconds, self._clock, wait=self._wait, jitter=self._jitter) as web:
            return web.ask(
                "POST", f"{self._own.healthcare_url}{path}", _answer, headers=sign(self._own),
                json={"x12": question.decode("ascii")}, passes=_NOT_ASKED | {200},
            )  # fmt: skip


def _answer(answer: Answer) -> bytes:
    """The X12 in the answer. ValueError for an answer without: it is asked again, and then told as unreadable."""
    said = json.loads(answer.body)
    if answer.status in _NOT_ASKED:
        raise BadRecord(
            "HUB-X46", f"Stedi refuses the question (status {answer.status}, codes: {', '.join(_codes(said)) or 'none'});"
            " correct it and ask again", "contract",
        )  # fmt: skip
    x12 = said.get("x12") if isinstance(said, dict) else None
    if not isinstance(x12, str) or not x12.strip():
        raise ValueError("no x12")
    return x12.encode()


def _codes(said: object) -> list[str]:
    errors = said.get("errors") if isinstance(said, dict) else None
    codes = [str(each.get("code", "")) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return [code for code in codes if _CODE.fullmatch(code)]
