"""Copies of a claim as it went out, and the answers to the files that it went out in.

A TA1, 999 or 277CA of a whole batch names no claim, so what is believed of it is decided as for the rules
(`hub.rulekit.acknowledgements`): a batch that the rules do not count does not mark a claim here either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from hub.lookup.numbers import plain_form, plain_number
from hub.model import TABLES
from hub.rulekit.acknowledgements import another_is_meant, answers_batch_of

CLAIM, SENT, EVENT = TABLES["claim"], TABLES["sent_claim"], TABLES["claim_event"]
FactRow = Mapping[str, Any]


def sendings_of(connection: Connection, claim: FactRow) -> list[FactRow]:
    """Sent copies under the claim's number, oldest key first. `is_shared`: another claim of ours has that number too, and
    the copy does not tell which of them it is; one that clearly is the other's (the secondary's) is left out."""
    if not claim["claim_number"]:
        return []
    c, ordinal = SENT.c, CLAIM.c.ordinal
    query = (
        select(SENT, another_is_meant(c.ordinal).label("is_shared"))
        .select_from(SENT.join(CLAIM, CLAIM.c.practice_id == c.practice_id))
        .where(c.practice_id == claim["practice_id"], c.deleted_at.is_(None), _is(CLAIM, claim))
        .where(plain_form(c.claim_number) == plain_number(claim["claim_number"]))
        .order_by(c.source, c.source_key)
    )
    others = select(func.coalesce(ordinal, 1)).where(
        CLAIM.c.practice_id == claim["practice_id"], CLAIM.c.claim_number == claim["claim_number"],
        CLAIM.c.deleted_at.is_(None), ~_is(CLAIM, claim), func.coalesce(ordinal, 1) != (claim["ordinal"] or 1),
    )  # fmt: skip
    theirs = set(connection.execute(others).scalars())
    return [dict(row) for row in connection.execute(query).mappings() if row["ordinal"] not in theirs]


def batch_events(connection: Connection, practice_id: str, sent: Sequence[FactRow]) -> list[FactRow]:
    """Answers to a whole interchange, group, set or batch that these sent copies of one claim were part of.

    Event rows with `of_batch` True, and `is_outdated`: the claim was sent again between that sending and the answer.
    """
    hits: defaultdict[tuple[str, str], list[FactRow]] = defaultdict(list)
    events: dict[tuple[str, str], FactRow] = {}
    for row in sent:
        for event in _events_of(connection, practice_id, row):
            key = event["source"], event["source_key"]
            events[key] = event
            hits[key].append(row)
    return [
        {**event, "of_batch": True, "is_outdated": _sent_again(max(hits[key], key=_moment), event, sent)}
        for key, event in events.items()
    ]


def _events_of(connection: Connection, practice_id: str, sent: FactRow) -> list[FactRow]:
    """For the newest sending under the numbers that are answered: control numbers repeat."""
    c, any_of = EVENT.c, SENT.c
    both = EVENT.join(SENT, and_(any_of.practice_id == c.practice_id, any_of.source == c.source))
    told = or_(c.kind != "277CA", c.outcome == "REJECTED")
    query = select(EVENT).select_from(both).where(answers_batch_of(practice_id), told, _is(SENT, sent))
    newest = select(func.max(any_of.sent_on)).select_from(both).where(answers_batch_of(practice_id))
    return [
        dict(event)
        for event in connection.execute(query.order_by(c.source_key)).mappings()
        if connection.execute(newest.where(_is(EVENT, event))).scalar() == sent["sent_on"]
    ]


def _sent_again(hit: FactRow, event: FactRow, sent: Sequence[FactRow]) -> bool:
    return any(_moment(row) > _moment(hit) and row["sent_on"] <= event["happened_on"] for row in sent if row["sent_on"])


def _moment(row: FactRow) -> tuple[Any, Any]:
    return row["sent_on"], row["observed_at"]


def _is(table: Any, row: Mapping[Any, Any]) -> Any:
    return and_(table.c.source == row["source"], table.c.source_key == row["source_key"])
