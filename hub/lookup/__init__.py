"""Looking one thing up from all sources at once: the life of a claim, a payment with its claims. Reads, never writes.

`claim_facts` and `sendings` gather, `claim_steps` turns facts into dated steps, `claim_state` says where the claim stands, `remit_view`
does the same for a payment, `source_text` shows the lines a fact was read from.
"""

from __future__ import annotations

from hub.lookup.claim_facts import ClaimFacts, find_claims
from hub.lookup.claim_state import ClaimState, Step, headline, state_of
from hub.lookup.claim_steps import steps_of
from hub.lookup.remit_view import RemitView, find_remits

__all__ = [
    "ClaimFacts", "ClaimState", "RemitView", "Step", "find_claims", "find_remits", "headline", "state_of", "steps_of",
]  # fmt: skip
