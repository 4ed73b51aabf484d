"""Links from remittance claims and claim events to the practice's claims (XRef relation `claim`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from hub.link.claim_tiers import (
    ClaimIndex,
    OurClaim,
    OutsideClaim,
    by_number,
    decide,
    lines_contradict,
    settle_rivals,
)
from hub.link.line_ids import echoed_lines, line_form, our_lines
from hub.link.normal import name_form, number_form
from hub.link.write import Link, LinkCounts, Outside, stored_links, write_links
from hub.model import TABLES

CLAIM, PATIENT, COVERAGE = TABLES["claim"], TABLES["patient"], TABLES["coverage"]
REMIT, REMIT_CLAIM, EVENT = TABLES["remit"], TABLES["remit_claim"], TABLES["claim_event"]
_ORDINAL = {"1": 1, "19": 1, "2": 2, "20": 2, "3": 3, "21": 3}  # 835 CLP02


def link_claims(connection: Connection, practice_id: str, now: datetime) -> LinkCounts:
    """Decide and store the claim of every live remittance claim and claim event of a practice.

    Two passes: the echoed numbers first, because they teach us the payer's own numbers, then everything else. A second
    run over the same facts writes nothing. `now` is the aware UTC moment that changed rows carry.
    """
    stored = stored_links(connection, practice_id, "claim")
    index = ClaimIndex(_our_claims(connection, practice_id))
    index.learn_lines(our_lines(connection, practice_id, index.by_number))
    human = {outside for outside, link in stored.items() if link.origin == "human"}
    outsides = [o for o in _outside_claims(connection, practice_id) if (o.entity, o.source, o.key) not in human]
    decided = settle_rivals(_decide_all(outsides, index))
    links: dict[Outside, Link] = {(o.entity, o.source, o.key): link for o, link in decided}
    return write_links(connection, practice_id, "claim", links, stored, now)


def _decide_all(outsides: list[OutsideClaim], index: ClaimIndex) -> list[tuple[OutsideClaim, Link]]:
    decided: list[tuple[OutsideClaim, Link]] = []
    open_still: list[OutsideClaim] = []
    for outside in outsides:
        link = by_number(outside, index)
        if link is None or link.state != "CONFIRMED" or lines_contradict(outside, index):
            open_still.append(outside)
            continue
        decided.append((outside, link))
    _learn(decided, index)
    decided.extend((outside, link) for outside in open_still if (link := decide(outside, index)))
    return decided


def _learn(decided: list[tuple[OutsideClaim, Link]], index: ClaimIndex) -> None:
    for outside, link in decided:
        claim = next(c for c in index.by_number[outside.number] if (c.source, c.key) == (link.to_source, link.to_key))
        for number in outside.payer_numbers:
            index.learn(number, claim)


def _our_claims(connection: Connection, practice_id: str) -> Iterator[OurClaim]:
    c, p = CLAIM.c, PATIENT.c
    person = and_(p.practice_id == c.practice_id, p.source == c.source, p.source_key == c.patient_key)
    query = (
        select(
            c.source, c.source_key, c.claim_number, c.payer_claim_number,
            func.coalesce(c.first_sent_date, c.created_date, c.last_sent_date).label("known_since"),
            c.claim_type, c.ordinal, c.service_from, c.service_to, c.billed_cents, c.patient_key,
            func.coalesce(p.last_name, c.patient_last).label("last"),
            func.coalesce(p.first_name, c.patient_first).label("first"),
            func.coalesce(c.member_id, p.member_id).label("member_id"),
            or_(c.deleted_at.is_not(None), func.coalesce(c.status, "") == "VOID").label("gone"),
        )
        .select_from(CLAIM.outerjoin(PATIENT, person))
        .where(c.practice_id == practice_id)
        .order_by(c.source, c.source_key)
    )  # fmt: skip
    for r in connection.execute(query):
        yield OurClaim(
            r.source, r.source_key, number_form(r.claim_number), number_form(r.payer_claim_number), r.known_since,
            r.claim_type == "PREAUTH", r.ordinal, r.service_from, r.service_to, r.billed_cents, r.patient_key,
            name_form(r.last), name_form(r.first), r.member_id, bool(r.gone),
        )  # fmt: skip


def _outside_claims(connection: Connection, practice_id: str) -> Iterator[OutsideClaim]:
    yield from _remit_claims(connection, practice_id)
    yield from _claim_events(connection, practice_id)


def _remit_claims(connection: Connection, practice_id: str) -> Iterator[OutsideClaim]:
    c, r = REMIT_CLAIM.c, REMIT.c
    paper = and_(r.practice_id == c.practice_id, r.source == c.source, r.source_key == c.remit_key)
    query = (
        select(
            c.source, c.source_key, c.claim_number, c.payer_claim_number, c.original_claim_number, c.status_code,
            c.is_estimate, c.service_from, c.service_to, c.charge_cents.label("billed"), c.patient_key, c.patient_last,
            c.patient_first, c.member_id, func.coalesce(r.payment_date, r.production_date).label("day"),
        )
        .select_from(REMIT_CLAIM.outerjoin(REMIT, paper))
        .where(c.practice_id == practice_id, c.deleted_at.is_(None))
        .order_by(c.source, c.source_key)
    )  # fmt: skip
    lines = echoed_lines(connection, practice_id)
    for row in connection.execute(query):
        numbers = (row.payer_claim_number, row.original_claim_number)
        estimate = bool(row.is_estimate) or row.status_code == "25"
        ids = lines.get((row.source, row.source_key), frozenset())
        yield _outside("remit_claim", row, numbers, estimate, _ORDINAL.get(row.status_code or ""), ids)


def _claim_events(connection: Connection, practice_id: str) -> Iterator[OutsideClaim]:
    c = EVENT.c
    query = (
        select(
            c.source, c.source_key, c.claim_number, c.payer_claim_number, c.service_from, c.service_to,
            c.billed_cents.label("billed"), c.patient_key, c.patient_last, c.patient_first, c.member_id, c.line_number,
            c.happened_on.label("day"),
        )
        .where(c.practice_id == practice_id, c.deleted_at.is_(None))
        .order_by(c.source, c.source_key)
    )  # fmt: skip
    for row in connection.execute(query):
        ids = frozenset({line_form(row.line_number)} - {""})
        yield _outside("claim_event", row, (row.payer_claim_number,), None, None, ids)


def _outside(
    entity: str, row: Any, numbers: tuple[str | None, ...], estimate: bool | None, ordinal: int | None, lines: frozenset[str]
) -> OutsideClaim:
    payer_numbers = tuple(dict.fromkeys(form for form in map(number_form, numbers) if form))
    return OutsideClaim(
        entity, row.source, row.source_key, number_form(row.claim_number), payer_numbers, row.day, estimate, ordinal,
        row.service_from, row.service_to, row.billed, row.patient_key, name_form(row.patient_last),
        name_form(row.patient_first), row.member_id, lines,
    )  # fmt: skip
