"""Claims that do not add up on a remittance that does: nothing is concluded from them, so a person must see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import adds_up, claim_entries, claim_link
from hub.rulekit.people import live

CLAIM, REMIT_CLAIM = TABLES["claim"], TABLES["remit_claim"]
_DONE = ("ADJUDICATED", "CLOSED")
_NAMED_AT_MOST = 3


def posted_unbalanced(view: RuleView) -> set[tuple[str, str]]:
    """(source, key) of those that the books show: by one insurance payment of their amount on our claim, or by our claim
    being received with that amount, or at all for $0. Such a claim is no answer, so `posted_claims` knows none of them."""
    link, linked = claim_link(REMIT_CLAIM, "remit_claim", "unbalanced_link")
    c, entry = REMIT_CLAIM.c, claim_entries(view, ("INS_PAYMENT",))
    ours = and_(
        CLAIM.c.practice_id == c.practice_id, CLAIM.c.source == link.c.to_source, CLAIM.c.source_key == link.c.to_key
    )
    equal = and_(
        entry.c.claim_source == CLAIM.c.source,
        entry.c.claim_key == CLAIM.c.source_key,
        entry.c.lowers_cents == c.paid_cents,
    )
    received = or_(CLAIM.c.received_date.is_not(None), CLAIM.c.status.in_(_DONE), CLAIM.c.deleted_at.is_not(None))
    shown = or_(
        entry.c.claim_key.is_not(None), and_(received, or_(c.paid_cents == 0, CLAIM.c.paid_cents == c.paid_cents))
    )
    query = (
        select(c.source, c.source_key)
        .select_from(REMIT_CLAIM.join(link, linked).join(CLAIM, ours).outerjoin(entry, equal))
        .where(live(REMIT_CLAIM, view.practice_id), ~adds_up(REMIT_CLAIM), shown)
    )
    return {(row.source, row.source_key) for row in view.connection.execute(query)}


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
