"""Claims that do not add up on a remittance that does: nothing is concluded from them, so a person must see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.money import dollars

_NAMED_AT_MOST = 3


def told(claims: Sequence[Any]) -> str:
    """` Claim 8 does not add up (by $0.01): nothing is concluded from it.`; empty without such claims."""
    if not claims:
        return ""
    named = ", ".join(_named(claim) for claim in claims[:_NAMED_AT_MOST])
    if len(claims) == 1:
        return f" Claim {named} does not add up: nothing is concluded from it."
    more = " …" if len(claims) > _NAMED_AT_MOST else ""
    return f" {len(claims)} claims do not add up ({named}{more}): nothing is concluded from them."


def _named(claim: Any) -> str:
    by = f" (by {dollars(abs(claim.imbalance_cents))})" if claim.imbalance_cents else ""
    return f"{claim.claim_number or f'at place {claim.position}'}{by}"
