"""Claims that wait, came back, or were refused, and predeterminations without an answer.

One live item per claim chain: a claim that was rejected is not also aging, and one that was answered is judged by its
answer. The order is REJECTED, DENIED, AGING (reference outstanding-items §4.6).
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_claims.aging import ClaimAging
from plugins.rules_claims.denied import ClaimDenied
from plugins.rules_claims.preauth import PreauthPending
from plugins.rules_claims.rejected import ClaimRejected

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["ClaimAging", "ClaimDenied", "ClaimRejected", "PreauthPending"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (ClaimRejected, ClaimDenied, ClaimAging, PreauthPending)
