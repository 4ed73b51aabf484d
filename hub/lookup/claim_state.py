"""Where a claim stands, computed from its dated steps and never stored: draft, sent, received, accepted, rejected,
pending, adjudicated, reversed, posted (reference clearinghouse-x12 §27). Pure.

A later step wins over an earlier one. Late mail changes nothing: a receipt after a rejection or an answer. Sending again
always counts: it opens what was rejected or decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ClaimState(StrEnum):
    """The state words of reference clearinghouse-x12 §27, in the order of a claim's life."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    ACTION_NEEDED = "action needed"
    PAID = "paid"
    PARTLY_PAID = "partly paid"
    PATIENT_OWES = "nothing paid, the patient owes"
    DENIED = "denied"
    ESTIMATE = "estimate received"
    FORWARDED = "passed to another payer"
    REVERSED = "payment taken back"
    NOTHING_LEFT = "nothing left to pay"
    FINAL = "final, waiting for the remittance"
    ANSWERED = "answered in the practice system"
    CLOSED = "closed in the practice system"
    VOID = "void"


_S = ClaimState
# By the payer, on a remittance.
_DECIDED = frozenset(
    {_S.PAID, _S.PARTLY_PAID, _S.PATIENT_OWES, _S.NOTHING_LEFT, _S.DENIED, _S.ESTIMATE, _S.FORWARDED, _S.REVERSED}
)
# The office says so: on paper, or what it made of a remittance.
_DONE = frozenset({_S.ANSWERED, _S.CLOSED})
_ON_ITS_WAY = frozenset({_S.RECEIVED, _S.ACCEPTED, _S.PENDING, _S.FINAL})
_NOT_UNDONE_BY_A_RECEIPT = frozenset({_S.ACCEPTED, _S.PENDING, _S.FINAL, _S.REJECTED, _S.ACTION_NEEDED})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a claim.

    `on` practice-local day, None when the source does not say; `state` what it makes of the claim, None when it changes
    nothing; `says` a clause without capital and full stop ("payer accepted (277CA A2)"); `evidence` `entity:source:key`;
    `sure` False: tied to the claim by its number only, no link was confirmed. `rank` orders steps of one day; `placed` is the
    day to order by where `on` is not told.
    """

    on: date | None
    state: ClaimState | None
    says: str
    evidence: str
    rank: int = 0
    sure: bool = True
    tells: bool = True
    placed: date | None = None


def in_order(steps: Sequence[Step]) -> list[Step]:
    """By day (undated first), then by the usual order of a claim's life, then by evidence, so that it never wavers."""
    return sorted(steps, key=lambda step: (step.on or step.placed or date.min, step.rank, step.evidence))


def state_of(steps: Sequence[Step]) -> ClaimState:
    """The state after all steps. Nothing known at all is a draft."""
    state = ClaimState.DRAFT
    for step in in_order(steps):
        if step.state is not None and step.sure and not _outdated(state, step.state):
            state = step.state
    return state


def _outdated(state: ClaimState, new: ClaimState) -> bool:
    """Late mail, not news: a receipt after an answer, or below what was reached; the office's word after the payer's own."""
    if new in _ON_ITS_WAY and state in _DECIDED | _DONE:
        return True
    if new is ClaimState.RECEIVED and state in _NOT_UNDONE_BY_A_RECEIPT:
        return True
    return new in _DONE and state in _DECIDED


def headline(steps: Sequence[Step]) -> str:
    """The life in one sentence: "payer accepted on Mar 4 (277CA A2), paid $212.00 of $308.00 on Mar 18, check 0098"."""
    told = [step.says for step in in_order(steps) if step.tells and step.sure]
    return ", ".join(dict.fromkeys(told)) or "nothing is known beyond the claim itself"
