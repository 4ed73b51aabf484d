"""All queries in the order in which they are read, and the contract's streams made of them."""

from __future__ import annotations

from connectors.open_dental.queries import care, claims, insurance, ledger, people, schedule, treatment
from connectors.open_dental.shape import Query
from hub.contract import Stream

QUERIES: tuple[Query, ...] = (
    *people.QUERIES, *schedule.QUERIES, *treatment.QUERIES, *insurance.QUERIES, *claims.QUERIES, *ledger.QUERIES,
    *care.QUERIES,
)  # fmt: skip
BY_NAME: dict[str, Query] = {query.name: query for query in QUERIES}


def pulled(query: Query) -> Stream:
    """The stream of a query that is pulled (API, SQL): one stream, several mappings; deletions show in sweeps."""
    first, *others = query.targets
    return Stream(query.name, query.entities, "sweep", first.mapping_id, tuple(target.mapping_id for target in others))


# Second facts of one table: an export has a file (and so a stream) of its own for each; pulling needs none.
EXPORT_ONLY: tuple[Stream, ...] = tuple(
    Stream(target.mapping, (target.entity,), "sweep", target.mapping_id)
    for query in QUERIES
    for target in query.targets[1:]
)
STREAMS: tuple[Stream, ...] = tuple(pulled(query) for query in QUERIES)
