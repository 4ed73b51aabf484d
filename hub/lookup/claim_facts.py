"""Everything that any source says about one claim: the practice's own record, what went out, what came back, what was
posted. Found by a number (claim, payer's claim, predetermination) and by the links that reconciliation confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from hub.lookup.numbers import plain_form, plain_number
from hub.lookup.sendings import FactRow, batch_events, sendings_of
from hub.model import TABLES

CLAIM, LINE, SENT, EVENT = TABLES["claim"], TABLES["claim_line"], TABLES["sent_claim"], TABLES["claim_event"]
REMIT, REMIT_CLAIM, REMIT_LINE = TABLES["remit"], TABLES["remit_claim"], TABLES["remit_line"]
ENTRY, PATIENT, XREF = TABLES["ledger_entry"], TABLES["patient"], TABLES["xref"]
_BOOKED = ("INS_PAYMENT", "WRITEOFF")


@dataclass(slots=True)
class ClaimFacts:
    """One claim with what belongs to it. `claim` is None when the practice system does not hold it (or not any more).

    `unsure` are references of sendings, events and answers that carry the number but are not certain to be this claim's.
    """

    number: str
    claim: FactRow | None = None
    lines: list[FactRow] = field(default_factory=list)
    sent: list[FactRow] = field(default_factory=list)
    events: list[FactRow] = field(default_factory=list)
    answers: list[FactRow] = field(default_factory=list)
    entries: list[FactRow] = field(default_factory=list)
    unsure: set[tuple[str, str]] = field(default_factory=set)


def find_claims(connection: Connection, practice_id: str, number: str) -> list[ClaimFacts]:
    """The claims that a number means, oldest first; numbers are compared without blanks, zeros in front and case.

    Looks at our claim number, the payer's, the predetermination number and the source's own key. A number that only a
    clearinghouse file knows gives one result without `claim`.
    """
    wanted = plain_number(number)
    if not wanted:
        return []
    claims = _claims_by_number(connection, practice_id, wanted)
    found = [_of_claim(connection, practice_id, claim) for claim in claims]
    alone = _without_claim(connection, practice_id, wanted, found)
    return [*found, alone] if alone is not None else found


def _live(table: Any, practice_id: str) -> ColumnElement[bool]:
    return and_(table.c.practice_id == practice_id, table.c.deleted_at.is_(None))


def _rows(connection: Connection, query: Any) -> list[FactRow]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _claims_by_number(connection: Connection, practice_id: str, wanted: str) -> list[FactRow]:
    c = CLAIM.c
    by_answer = _linked_from_numbers(practice_id, wanted)
    named = or_(
        plain_form(c.claim_number) == wanted,
        plain_form(c.payer_claim_number) == wanted,
        plain_form(c.source_key) == wanted,
        (c.source + ":" + c.source_key).in_(by_answer),
    )
    person = and_(
        PATIENT.c.practice_id == c.practice_id, PATIENT.c.source == c.source, PATIENT.c.source_key == c.patient_key
    )
    query = (
        select(
            CLAIM,
            func.coalesce(PATIENT.c.last_name, c.patient_last).label("person_last"),
            func.coalesce(PATIENT.c.first_name, c.patient_first).label("person_first"),
        )
        .select_from(CLAIM.outerjoin(PATIENT, person))
        .where(c.practice_id == practice_id, named)
        .order_by(c.service_from, c.source, c.source_key)
    )
    return _rows(connection, query)


def _linked_from_numbers(practice_id: str, wanted: str) -> Any:
    """Our claims that an answer with the payer's number (or a predetermination number) is tied to."""
    c = REMIT_CLAIM.c
    return (
        select(XREF.c.to_source + ":" + XREF.c.to_key)
        .select_from(
            REMIT_CLAIM.join(
                XREF,
                and_(
                    XREF.c.practice_id == c.practice_id, XREF.c.relation == "claim", XREF.c.from_entity == "remit_claim",
                    XREF.c.from_source == c.source, XREF.c.from_key == c.source_key, XREF.c.state == "CONFIRMED",
                ),
            )
        )
        .where(c.practice_id == practice_id, XREF.c.to_key.is_not(None))
        .where(or_(plain_form(c.payer_claim_number) == wanted, plain_form(c.predetermination_number) == wanted))
    )  # fmt: skip


def _of_claim(connection: Connection, practice_id: str, claim: FactRow) -> ClaimFacts:
    facts = ClaimFacts(claim["claim_number"] or claim["source_key"], claim)
    own = and_(_live(LINE, practice_id), LINE.c.source == claim["source"], LINE.c.claim_key == claim["source_key"])
    facts.lines = _rows(connection, select(LINE).where(own).order_by(LINE.c.source_key))
    facts.sent = sendings_of(connection, claim)
    facts.unsure |= {("sent_claim", row["source_key"]) for row in facts.sent if row["is_shared"]}
    facts.events = _linked(connection, practice_id, EVENT, claim)
    facts.answers = _answers(connection, practice_id, _is_linked(REMIT_CLAIM, claim))
    _add_unlinked(connection, practice_id, facts, claim["claim_number"])
    facts.events += batch_events(connection, practice_id, [row for row in facts.sent if not row["is_shared"]])
    facts.entries = _entries(connection, practice_id, claim)
    return facts


def _without_claim(
    connection: Connection, practice_id: str, wanted: str, found: Sequence[ClaimFacts]
) -> ClaimFacts | None:
    """What the clearinghouse says of a number that no claim of ours carries; None when there is nothing."""
    if found:
        return None
    facts = ClaimFacts(wanted)
    facts.sent = _by_number(connection, practice_id, SENT, wanted)
    _add_unlinked(connection, practice_id, facts, wanted)
    facts.events += batch_events(connection, practice_id, facts.sent)
    return facts if facts.sent or facts.events or facts.answers else None


def _by_number(connection: Connection, practice_id: str, table: Any, number: str | None) -> list[FactRow]:
    if not number:
        return []
    where = and_(_live(table, practice_id), plain_form(table.c.claim_number) == plain_number(number))
    return _rows(connection, select(table).where(where).order_by(table.c.source, table.c.source_key))


def _is_linked(table: Any, claim: FactRow) -> ColumnElement[bool]:
    tied = select(XREF.c.from_source + ":" + XREF.c.from_key).where(
        XREF.c.practice_id == claim["practice_id"], XREF.c.relation == "claim", XREF.c.from_entity == table.name,
        XREF.c.to_source == claim["source"], XREF.c.to_key == claim["source_key"], XREF.c.state == "CONFIRMED",
    )  # fmt: skip
    reference: ColumnElement[Any] = table.c.source + ":" + table.c.source_key
    return reference.in_(tied)


def _linked(connection: Connection, practice_id: str, table: Any, claim: FactRow) -> list[FactRow]:
    where = and_(_live(table, practice_id), _is_linked(table, claim))
    return _rows(connection, select(table).where(where).order_by(table.c.source, table.c.source_key))


def _answers(connection: Connection, practice_id: str, where: ColumnElement[bool]) -> list[FactRow]:
    """Remittance claims with day, trace and payer of their payment."""
    c = REMIT_CLAIM.c
    paper = and_(REMIT.c.practice_id == c.practice_id, REMIT.c.source == c.source, REMIT.c.source_key == c.remit_key)
    query = (
        select(
            REMIT_CLAIM, REMIT.c.trace, REMIT.c.payer_name, REMIT.c.method, REMIT.c.state.label("remit_state"),
            REMIT.c.is_test, func.coalesce(REMIT.c.payment_date, REMIT.c.production_date).label("day"),
        )
        .select_from(REMIT_CLAIM.outerjoin(REMIT, paper))
        .where(_live(REMIT_CLAIM, practice_id), where)
        .order_by(c.source, c.source_key)
    )  # fmt: skip
    return _rows(connection, query)


def _add_unlinked(connection: Connection, practice_id: str, facts: ClaimFacts, number: str | None) -> None:
    """Events and answers that carry the number and are tied to no claim at all: shown, and marked as unsure."""
    if not number:
        return
    plain = plain_number(number)
    events = [row for row in _by_number(connection, practice_id, EVENT, number) if not _tied(connection, EVENT, row)]
    by_number = or_(plain_form(REMIT_CLAIM.c.claim_number) == plain, plain_form(REMIT_CLAIM.c.payer_claim_number) == plain)
    answers = [
        row for row in _answers(connection, practice_id, by_number) if not _tied(connection, REMIT_CLAIM, row)
    ]
    facts.events += events
    facts.answers += answers
    if facts.claim is not None:
        facts.unsure |= {("claim_event", row["source_key"]) for row in events}
        facts.unsure |= {("remit_claim", row["source_key"]) for row in answers}


def _tied(connection: Connection, table: Any, row: FactRow) -> bool:
    where = and_(
        XREF.c.practice_id == row["practice_id"], XREF.c.relation == "claim", XREF.c.from_entity == table.name,
        XREF.c.from_source == row["source"], XREF.c.from_key == row["source_key"], XREF.c.state == "CONFIRMED",
    )  # fmt: skip
    return connection.execute(select(XREF.c.from_key).where(where).limit(1)).first() is not None


def _entries(connection: Connection, practice_id: str, claim: FactRow) -> list[FactRow]:
    c = ENTRY.c
    named = [c.claim_key == claim["source_key"]]
    if claim["claim_number"]:
        named.append(and_(c.claim_key.is_(None), c.claim_number == claim["claim_number"]))
    where = and_(
        _live(ENTRY, practice_id), c.source == claim["source"], c.kind.in_(_BOOKED),
        func.coalesce(c.status, "POSTED") != "VOID", or_(*named),
    )  # fmt: skip
    return _rows(connection, select(ENTRY).where(where).order_by(c.entry_date, c.source_key))
