"""Claims that wait, came back, or were refused, and predeterminations without an answer.

One live item per claim chain: a claim that was rejected is not also aging, and one that was answered is judged by its
answer. The order is REJECTED, INFO-REQUESTED, DENIED, SECONDARY-DUE, NO-ACK, AGING, NOT-SENT (reference outstanding-items
§4.6); work on no claim at all is CLAIM-NOT-CREATED.
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_claims.aging import ClaimAging
from plugins.rules_claims.asked import ClaimInfoRequested
from plugins.rules_claims.denied import ClaimDenied
from plugins.rules_claims.no_ack import ClaimNoAck
from plugins.rules_claims.not_created import ClaimNotCreated
from plugins.rules_claims.not_sent import ClaimNotSent
from plugins.rules_claims.preauth import PreauthPending
from plugins.rules_claims.preauth_told import PreauthAnswered, PreauthDenied
from plugins.rules_claims.rejected import ClaimRejected
from plugins.rules_claims.secondary import ClaimSecondaryDue

HUB_CONTRACT = ">=1.0,<2"

__all__ = [
    "ClaimAging", "ClaimDenied", "ClaimInfoRequested", "ClaimNoAck", "ClaimNotCreated", "ClaimNotSent", "ClaimRejected",
    "ClaimSecondaryDue", "PreauthAnswered", "PreauthDenied", "PreauthPending",
]  # fmt: skip


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (
        ClaimRejected, ClaimInfoRequested, ClaimDenied, ClaimSecondaryDue, ClaimNoAck, ClaimAging, ClaimNotSent, ClaimNotCreated,
        PreauthPending, PreauthAnswered, PreauthDenied,
    )  # fmt: skip
