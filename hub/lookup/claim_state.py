"""Where a claim stands, computed from its dated steps and never stored: draft, sent, received, accepted, rejected,
pending, adjudicated, reversed, posted (reference clearinghouse-x12 §27). Pure.

A later step wins over an earlier one; a receipt that comes after the answer changes nothing any more.
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
    FINAL = "final, waiting for the remittance"
    CLOSED = "closed in the practice system"
    VOID = "void"


_DECIDED = frozenset(
    {
        ClaimState.PAID, ClaimState.PARTLY_PAID, ClaimState.PATIENT_OWES, ClaimState.DENIED, ClaimState.ESTIMATE,
        ClaimState.FORWARDED, ClaimState.REVERSED,
    }
)  # fmt: skip
_RECEIPTS = frozenset({ClaimState.RECEIVED, ClaimState.ACCEPTED, ClaimState.PENDING, ClaimState.FINAL, ClaimState.SENT})
_BEFORE_ACCEPTED = frozenset({ClaimState.RECEIVED, ClaimState.SENT})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a claim.

    `on` practice-local day, None when the source does not say; `state` what it makes of the claim, None when it changes
    nothing; `says` a clause without capital and full stop ("payer accepted (277CA A2)"); `evidence` `entity:source:key`;
    `sure` False: tied to the claim by its number only, no link was confirmed. `rank` orders steps of one day.
    """

    on: date | None
    state: ClaimState | None
    says: str
    evidence: str
    rank: int = 0
    sure: bool = True
    tells: bool = True


def in_order(steps: Sequence[Step]) -> list[Step]:
    """By day (undated first), then by the usual order of a claim's life, then by evidence, so that it never wavers."""
    return sorted(steps, key=lambda step: (step.on or date.min, step.rank, step.evidence))


def state_of(steps: Sequence[Step]) -> ClaimState:
    """The state after all steps. Nothing known at all is a draft."""
    state = ClaimState.DRAFT
    for step in in_order(steps):
        if step.state is not None and step.sure and not _outdated(state, step.state):
            state = step.state
    return state


def _outdated(state: ClaimState, new: ClaimState) -> bool:
    """A receipt after a decision, or a receipt below what was reached: late mail, not news. Sending again is news."""
    if state in _DECIDED and new in _RECEIPTS:
        return True
    return state in (ClaimState.ACCEPTED, ClaimState.PENDING) and new in _BEFORE_ACCEPTED


def headline(steps: Sequence[Step]) -> str:
    """The life in one sentence: "payer accepted on Mar 4 (277CA A2), paid $212.00 of $308.00 on Mar 18, check 0098"."""
    told = [step.says for step in in_order(steps) if step.tells and step.sure]
    return ", ".join(dict.fromkeys(told)) or "nothing is known beyond the claim itself"
