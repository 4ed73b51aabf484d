"""The facts that CLAIM-DENIED judges: answers with a zero in them, their lines and adjustments, our own lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, and_, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.model.remits import Adjustment, adjustments_in
from hub.rulekit.claims import answers, claim_entries, current_claims, pair
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_claims.denial import Line

ANSWER, LINE, OUR_LINE, WORK = TABLES["remit_claim"], TABLES["remit_line"], TABLES["claim_line"], TABLES["procedure"]
BENEFIT = TABLES["benefit_snapshot"]
_ORDER = {"1": 1, "19": 1, "2": 2, "20": 2, "3": 3, "21": 3}  # 835 CLP02: whose turn it was
_ONLY_DUPLICATE = ("|CO-18|", "|OA-18|", "|PI-18|")
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
    """By claim: every answer and reversal of the doubtful claims, in a fixed order."""
    answer = answers(view)
    key = tuple_(answer.c.claim_source, answer.c.claim_key)
    query = (
        select(answer)
        .where(answer.c.role.in_(("DECISION", "REVERSAL")), key.in_(doubtful_claims(view, answer)))
        .order_by(answer.c.claim_source, answer.c.claim_key, answer.c.source, answer.c.source_key)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.claim_source, row.claim_key].append(row)
    return found


def newest_decision(answers_of_claim: Sequence[Any], ordinal: int | None) -> Sequence[Any]:
    """The remittance claims of the newest remittance that decided the claim; empty when a later reversal undid it.

    A forwarded primary and its secondary may answer under one claim number: only the one whose turn the claim is
    counts. A refusal as a mere duplicate does not outweigh another answer.
    """
    mine = [row for row in answers_of_claim if row.role == "DECISION" and _turn_fits(row.status_code, ordinal)]
    if not mine:
        return ()
    newest = max(mine, key=lambda row: (row.reasons not in _ONLY_DUPLICATE, row.day or date.min, row.remit_key or ""))
    undone = [row.day for row in answers_of_claim if row.role == "REVERSAL" and row.day and newest.day]
    if any(day > newest.day for day in undone):
        return ()
    return [row for row in mine if (row.source, row.remit_key) == (newest.source, newest.remit_key)]


def _turn_fits(status_code: str | None, ordinal: int | None) -> bool:
    turn = _ORDER.get(status_code or "")
    return turn is None or ordinal is None or turn == ordinal


def doubted(view: RuleView) -> Sequence[Any]:
    """The live claims among the doubtful ones, with their person, unless they were appealed."""
    answer, claims = answers(view), current_claims(view)
    person = with_person(claims, "claim")
    query = (
        select(claims, *person.columns())
        .select_from(person.joined)
        .where(
            tuple_(claims.c.source, claims.c.source_key).in_(doubtful_claims(view, answer)),
            claims.c.payer_money,
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            func.coalesce(claims.c.status, "SENT") != "APPEALED",
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()


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
        select(c.source, c.claim_key, c.line_number, c.code, c.tooth, c.est_ins_cents, WORK.c.description)
        .select_from(OUR_LINE.outerjoin(WORK, of_work))
        .where(
            live(OUR_LINE, view.practice_id),
            tuple_(c.source, c.claim_key).in_(doubtful_claims(view, answers(view))),
        )
        .order_by(c.source, c.claim_key, c.line_number, c.source_key)
    )
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


def write_offs(view: RuleView) -> Mapping[Key, Sequence[tuple[date, int]]]:
    """By doubtful claim: the day and cents of every write-off and adjustment that the ledger holds on it."""
    entry = claim_entries(view, ("WRITEOFF", "ADJUSTMENT"))
    key = tuple_(entry.c.claim_source, entry.c.claim_key)
    query = select(entry.c.claim_source, entry.c.claim_key, entry.c.entry_date, entry.c.lowers_cents)
    found: defaultdict[Key, list[tuple[date, int]]] = defaultdict(list)
    for source, claim, on, cents in view.connection.execute(query.where(key.in_(doubtful_claims(view, answers(view))))):
        found[source, claim].append((on or date.min, cents or 0))
    return found


def received_at_zero(view: RuleView, least_cents: int) -> Sequence[Any]:
    """Claims that the practice system holds as answered with $0, without a remittance, a posting or a reason."""
    claims, answer = current_claims(view), answers(view)
    entry = claim_entries(view, ("INS_PAYMENT", "WRITEOFF", "ADJUSTMENT"))
    person = with_person(claims, "claim")
    key = pair(claims.c.source, claims.c.source_key)
    query = (
        select(claims, *person.columns())
        .select_from(person.joined)
        .where(
            claims.c.status.in_(("ADJUDICATED", "CLOSED")),
            claims.c.received_date.is_not(None),
            claims.c.paid_cents == 0,
            claims.c.exp_cents >= least_cents,
            func.coalesce(claims.c.note, "") == "",
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            claims.c.payer_money,
            key.not_in(select(pair(answer.c.claim_source, answer.c.claim_key))),
            key.not_in(select(pair(entry.c.claim_source, entry.c.claim_key))),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()
