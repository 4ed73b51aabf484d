"""The facts that CLAIM-DENIED judges: answers with a zero in them, their lines and adjustments, our own lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Select, and_, case, cast, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.model.remits import Adjustment, adjustments_in
from hub.rulekit.claims import answers, current_claims, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import Person, audience_gate, live, with_person
from plugins.rules_claims.denial import Line
from plugins.rules_claims.settled import Booked, booked, written_off

ANSWER, LINE, OUR_LINE, WORK = TABLES["remit_claim"], TABLES["remit_line"], TABLES["claim_line"], TABLES["procedure"]
BENEFIT, CLAIM = TABLES["benefit_snapshot"], TABLES["claim"]
_RECEIVED = ("ADJUDICATED", "CLOSED")
Key = tuple[str, str]  # source and key


def doubtful_claims(view: RuleView, answer: CTE) -> Select[Any]:
    """(claim_source, claim_key) of the claims that got a zero in any answer: few of all, so everything else is read for
    these only."""
    zero_lines = select(LINE.c.source, LINE.c.remit_claim_key).where(
        live(LINE, view.practice_id), LINE.c.paid_cents <= 0, LINE.c.charge_cents > 0
    )
    zero = or_(answer.c.paid_cents <= 0, tuple_(answer.c.source, answer.c.source_key).in_(zero_lines))
    return select(answer.c.claim_source, answer.c.claim_key).where(answer.c.role == "DECISION", zero)


def decisions(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By claim: every answer and reversal of the doubtful claims, each remittance once, in a fixed order."""
    answer = answers(view)
    key = tuple_(answer.c.claim_source, answer.c.claim_key)
    once = pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view))
    query = (
        select(answer)
        .where(answer.c.role.in_(("DECISION", "REVERSAL")), key.in_(doubtful_claims(view, answer)), once)
        .order_by(answer.c.claim_source, answer.c.claim_key, answer.c.source, answer.c.source_key)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.claim_source, row.claim_key].append(row)
    return found


def doubted(view: RuleView) -> Sequence[Any]:
    """The current claims among the doubtful ones, with their person, unless they were appealed. Also those that a list
    of open claims shows no more: it drops a claim once it is answered, and a $0 is an answer too."""
    answer = answers(view)
    claims = current_claims(view, answered_by=answer)
    person = with_person(claims, "claim")
    query = (
        select(claims, *person.columns())
        .select_from(person.joined)
        .where(
            tuple_(claims.c.source, claims.c.source_key).in_(doubtful_claims(view, answer)),
            *may_be_denied(claims, person),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()


def may_be_denied(claims: FromClause, person: Person) -> tuple[ColumnElement[bool], ...]:
    """Claims for a payer's money, no questions before the work, not appealed already, of people whose money is asked after."""
    return (
        claims.c.payer_money,
        func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
        func.coalesce(claims.c.status, "SENT") != "APPEALED",
        audience_gate(person.patient, "money"),
    )


def remit_lines(view: RuleView, adjustments: Mapping[Key, Sequence[Adjustment]]) -> Mapping[Key, Sequence[Line]]:
    """By remittance claim of a doubtful claim: its lines, each with its own adjustments or, when it has none, the
    claim's. A claim without lines has none here."""
    doubtful = _remit_claims(view, answers(view))
    c = LINE.c
    columns = (c.source, c.source_key, c.remit_claim_key, c.charge_cents, c.paid_cents, c.code, c.submitted_code)
    query = (
        select(*columns, c.line_number, c.adjustments)
        .where(live(LINE, view.practice_id), tuple_(c.source, c.remit_claim_key).in_(doubtful))
        .order_by(c.source, c.remit_claim_key, c.position, c.source_key)
    )
    lines: defaultdict[Key, list[Line]] = defaultdict(list)
    for row in view.connection.execute(query):
        claim = (row.source, row.remit_claim_key)
        own = adjustments_in(row.adjustments) or adjustments.get(claim, ())
        code, charge, paid = row.submitted_code or row.code, row.charge_cents or 0, row.paid_cents or 0
        lines[claim].append(Line(row.source_key, charge, paid, tuple(own), code, row.line_number))
    return lines


def whole_claim(answer: Any, adjustments: Mapping[Key, Sequence[Adjustment]]) -> Line:
    """A remittance claim without lines as one line, with its claim-level adjustments."""
    own = tuple(adjustments.get((answer.source, answer.source_key), ()))
    return Line("", answer.charge_cents or 0, answer.paid_cents or 0, own)


def _remit_claims(view: RuleView, answer: CTE) -> Select[Any]:
    key = tuple_(answer.c.claim_source, answer.c.claim_key)
    return select(answer.c.source, answer.c.source_key).where(key.in_(doubtful_claims(view, answer)))


def adjustments_of(view: RuleView) -> Mapping[Key, Sequence[Adjustment]]:
    """The claim-level CAS of the doubtful claims, by remittance claim."""
    c = ANSWER.c
    mine = tuple_(c.source, c.source_key).in_(_remit_claims(view, answers(view)))
    query = select(c.source, c.source_key, c.adjustments).where(live(ANSWER, view.practice_id), mine)
    rows = view.connection.execute(query.where(c.adjustments.is_not(None)))
    return {(row.source, row.source_key): adjustments_in(row.adjustments) for row in rows}


def our_lines(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By doubtful claim: what we billed and expected per line, with the procedure's own words."""
    c = OUR_LINE.c
    of_work = and_(WORK.c.practice_id == c.practice_id, WORK.c.source == c.source, WORK.c.source_key == c.procedure_key)
    query = (
        select(
            c.source, c.source_key, c.claim_key, c.line_number, c.code, c.tooth, c.billed_cents, c.est_ins_cents,
            WORK.c.description,
        )
        .select_from(OUR_LINE.outerjoin(WORK, of_work))
        .where(
            live(OUR_LINE, view.practice_id),
            tuple_(c.source, c.claim_key).in_(doubtful_claims(view, answers(view))),
        )
        .order_by(c.source, c.claim_key, c.line_number, c.source_key)
    )  # fmt: skip
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.claim_key].append(row)
    return found


def used_up(view: RuleView) -> Mapping[Key, date]:
    """By patient: the first day a benefit snapshot showed the year's own maximum as used up.

    A maximum that holds only out of network, or for the family together, explains no refusal.
    """
    c = BENEFIT.c
    person = with_person(BENEFIT, "benefit_snapshot")
    query = (
        select(person.source, person.key, func.min(c.as_of))
        .select_from(person.joined)
        .where(
            live(BENEFIT, view.practice_id),
            c.kind == "ANNUAL_MAX",
            c.remaining_cents <= 0,
            c.as_of.is_not(None),
            func.coalesce(c.network, "") != "OUT",
            func.coalesce(c.coverage_level, "") != "FAMILY",
            person.key.is_not(None),
        )
        .group_by(person.source, person.key)
    )
    return {(source, patient): on for source, patient, on in view.connection.execute(query)}


def ledger_entries(view: RuleView) -> Mapping[Key, Sequence[Booked]]:
    """By doubtful claim: what the ledger holds on it."""
    doubtful = doubtful_claims(view, answers(view))
    return booked(view, lambda entry: tuple_(entry.c.claim_source, entry.c.claim_key).in_(doubtful))


def received_at_zero(view: RuleView, least_cents: int) -> Sequence[Any]:
    """Claims that the practice system holds as answered with $0, without a remittance, insurance money or a reason, and
    whose loss nobody wrote off. The contract's write-off, which is entered with every answer, takes no loss off.

    `exp_cents` is at most what earlier plans left of the bill.
    """
    claims, answer = current_claims(view), answers(view)
    person = with_person(claims, "claim")
    key = pair(claims.c.source, claims.c.source_key)
    expected = still_expected(view, claims)
    query = (
        select(*(c for c in claims.c if c.name != "exp_cents"), expected.label("exp_cents"), *person.columns())
        .select_from(person.joined)
        .where(
            claims.c.status.in_(_RECEIVED),
            claims.c.received_date.is_not(None),
            claims.c.paid_cents == 0,
            expected >= least_cents,
            func.coalesce(claims.c.note, "") == "",
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            claims.c.payer_money,
            key.not_in(select(pair(answer.c.claim_source, answer.c.claim_key))),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    rows = view.connection.execute(query).all()
    zero = select(pair(CLAIM.c.source, CLAIM.c.source_key)).where(
        live(CLAIM, view.practice_id), CLAIM.c.status.in_(_RECEIVED), CLAIM.c.paid_cents == 0
    )
    entries = booked(view, lambda entry: pair(entry.c.claim_source, entry.c.claim_key).in_(zero)) if rows else {}
    return [row for row in rows if not _settled(row, entries.get((row.source, row.source_key), ()))]


def still_expected(view: RuleView, claims: FromClause) -> ColumnElement[Any]:
    """`exp_cents`, for a second or further plan at most what the plans before it left of the bill: a plan that pays nothing
    because the one before it paid in full has denied nothing."""
    before, turn = CLAIM.alias("earlier_plan"), func.coalesce(claims.c.ordinal, 1)
    unchained = and_(claims.c.chain_key.is_(None), before.c.chain_key.is_(None))
    same_visit = and_(before.c.service_from == claims.c.service_from, before.c.billed_cents == claims.c.billed_cents)
    same_work = or_(
        claims.c.chain == func.coalesce(before.c.chain_key, before.c.source_key), and_(unchained, same_visit)
    )
    paid = select(func.coalesce(func.sum(before.c.paid_cents), 0)).where(
        live(before, view.practice_id),
        before.c.source == claims.c.source,
        before.c.patient_key == claims.c.patient_key,
        before.c.source_key != claims.c.source_key,
        func.coalesce(before.c.ordinal, 1) < turn,
        same_work,
    )
    left = claims.c.billed_cents - cast(paid.scalar_subquery(), BigInteger)  # PostgreSQL adds up to a decimal
    return case((and_(turn > 1, left < claims.c.exp_cents), left), else_=claims.c.exp_cents)


def _settled(row: Any, entries: Sequence[Booked]) -> bool:
    paid = sum(each.cents for each in entries if each.kind == "INS_PAYMENT")
    return paid != 0 or written_off(
        entries, row.exp_cents, since=date.min, expected=row.exp_cents, billed=row.billed_cents,
        stated=row.writeoff_cents or 0,
    )  # fmt: skip
