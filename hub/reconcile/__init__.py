"""From facts to the list: links, freshness, rules, gates, score, life cycle; and reading the list back.

`reconcile` writes, `hub.reconcile.listing` reads. Everything runs inside the caller's transaction.
"""

from __future__ import annotations

from hub.reconcile.engine import reconcile
from hub.reconcile.result import KindAnswer, ReconcileResult

__all__ = ["KindAnswer", "ReconcileResult", "reconcile"]
