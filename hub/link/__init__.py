"""Who is who: links between facts of different sources, as rows that can be undone.

Two kinds of link, both "unique or nothing" and both recomputed in full on every reconcile (only rows that would change
are written): `link_claims` ties remittance claims and claim events to the practice's claim, `link_people` ties outside
records to the practice's patient. Rows that a person decided (`origin` human) are never changed. An incremental run
would pass the changed facts to the same pure deciders (`claim_tiers.decide`, `people.decide`).
"""

from __future__ import annotations

from hub.link.claims import link_claims
from hub.link.people import link_people
from hub.link.write import LinkCounts

__all__ = ["LinkCounts", "link_claims", "link_people"]
