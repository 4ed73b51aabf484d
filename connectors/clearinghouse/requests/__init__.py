"""Questions to a payer as X12: is somebody covered (270), what became of a claim (276). Pure; sending them is the transports'."""

from __future__ import annotations

from connectors.clearinghouse.requests.eligibility_question import EligibilityQuestion, write_270
from connectors.clearinghouse.requests.envelope import Envelope
from connectors.clearinghouse.requests.people import Office, Payer, Person
from connectors.clearinghouse.requests.status_question import StatusQuestion, write_276

__all__ = [
    "EligibilityQuestion", "Envelope", "Office", "Payer", "Person", "StatusQuestion", "write_270", "write_276",
]  # fmt: skip
