"""Answers whose own figures do not add up, on a remittance that does.

Nothing is concluded from such an answer itself; but what the practice did with it says that the payer has answered. ERA-UNPOSTED
names it until the books show it. A $0 is shown once the claim is received or has left a list of open claims, and from
then on nobody would see it again: CLAIM-DENIED names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import adds_up, answered, answers, current_claims, doubtful_answers, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_claims.denied_rows import still_expected
from plugins.rules_claims.settled import (
    Booked,
    booked,
    closed_with_reason,
    last_sent,
    paid_otherwise,
    sent_again,
    written_off,
)

CLAIM, REMIT_CLAIM = TABLES["claim"], TABLES["remit_claim"]
_RECEIVED = ("ADJUDICATED", "CLOSED")
_AT_ONCE = 2_000  # keys in one question
Key = tuple[str, str]  # source and key


def answered_in_doubt(view: RuleView) -> Mapping[Key, date | None]:
    """By claim with such an answer since it was last sent: the day of that sending."""
    if not _is_any(view):
        return {}
    query = answered(view, doubtful_answers(view), ("DECISION",))
    rows = view.connection.execute(query.with_only_columns(CLAIM.c.source, CLAIM.c.source_key, CLAIM.c.last_sent_date))
    return {(source, key): sent for source, key, sent in rows}


def paid_in_doubt(view: RuleView, among: Set[Key]) -> set[Key]:
    """Those `among` these on which insurance money was entered since that sending: the payer has answered."""
    sent = {key: day for key, day in answered_in_doubt(view).items() if key in among}
    if not sent:
        return set()
    entries = _booked_on(view, sent)
    cents: dict[Key, int] = {}
    for key, day in sent.items():
        since = day or date.min
        paid = (each for each in entries.get(key, ()) if each.kind == "INS_PAYMENT" and each.on >= since)
        cents[key] = sum(each.cents for each in paid)
    return {key for key, total in cents.items() if total > 0}


def answered_with_zero(view: RuleView) -> Sequence[tuple[Any, Any, int]]:
    """Received or no longer listed, after such an answer of $0 and no other to the same work since it was last sent; and
    nobody gave the money up, got it another way or sent the claim again: the claim with its person, the answer, the cents
    lost."""
    zeros = _zeros(view) if _is_any(view, func.coalesce(REMIT_CLAIM.c.paid_cents, 0) == 0) else {}
    rows = [row for row in _dealt_with(view) if (row.source, row.source_key) in zeros] if zeros else []
    if not rows:
        return []
    again = sent_again(view, [row for row in rows if row.deleted_at is not None])
    entries = _booked_on(view, {(row.source, row.source_key) for row in rows})
    sure, found = _sure_answers(view), []
    for row in rows:
        key = (row.source, row.source_key)
        answer, sent = zeros[key], last_sent(row, again)
        if closed_with_reason(row) or (answer.day and sent and answer.day < sent):
            continue
        others = [each for each in sure.get(key, ()) if not (each.day and sent and each.day < sent)]
        lost, since, of_claim = _lost(row, answer, others), answer.day or date.min, entries.get(key, ())
        off = written_off(of_claim, lost, since=since, expected=row.exp_cents, billed=row.billed_cents)
        if lost and not off and not paid_otherwise(of_claim, lost, since=since, answered=_paid(others)):
            found.append((row, answer, lost))
    return found


def _booked_on(view: RuleView, claims: Iterable[Key]) -> Mapping[Key, Sequence[Booked]]:
    """What the ledger holds on these few claims, asked for by their keys, which are indexed."""
    keys = sorted({key for _, key in claims})
    found: dict[Key, Sequence[Booked]] = {}
    for at in range(0, len(keys), _AT_ONCE):
        found.update(_booked_with(view, keys[at : at + _AT_ONCE]))
    return found


def _booked_with(view: RuleView, keys: Sequence[str]) -> Mapping[Key, Sequence[Booked]]:
    return booked(view, lambda entry: entry.c.claim_key.in_(keys))


def _is_any(view: RuleView, *of: ColumnElement[bool]) -> bool:
    """Is there such an answer at all? Most offices have none, and then the joins are not worth their time."""
    query = select(REMIT_CLAIM.c.source_key).where(live(REMIT_CLAIM, view.practice_id), ~adds_up(REMIT_CLAIM), *of)
    return view.connection.execute(query.limit(1)).first() is not None


def _lost(row: Any, answer: Any, others: Sequence[Any]) -> int:
    """What was expected; nothing expected known: what the answer says was billed. Of a claim that was answered in parts its
    share by the charges. 0: other answers speak of this work too, or money came that they did not bring."""
    charge, billed = answer.charge_cents or 0, row.billed_cents or 0
    if (row.paid_cents or 0) > _paid(others):
        return 0
    if not others:
        return int(row.exp_cents if row.exp_cents is not None else charge)
    if not charge or charge + sum(abs(each.charge_cents or 0) for each in others) > billed:
        return 0
    return int(charge if row.exp_cents is None else row.exp_cents * charge // billed)


def _paid(others: Sequence[Any]) -> int:
    return sum(each.paid_cents or 0 for each in others)


def _sure_answers(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By claim of such a $0: its answers and reversals that do add up."""
    answer = answers(view)
    query = (
        select(answer)
        .where(
            answer.c.role.in_(("DECISION", "REVERSAL")),
            pair(answer.c.claim_source, answer.c.claim_key).in_(_zero_claims(doubtful_answers(view))),
            pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view)),
        )
        .order_by(answer.c.source, answer.c.source_key)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.claim_source, row.claim_key].append(row)
    return found


def _zeros(view: RuleView) -> Mapping[Key, Any]:
    """By claim: its newest doubtful answer, where that one is $0."""
    answer = doubtful_answers(view)
    query = (
        select(answer)
        .where(
            answer.c.role == "DECISION",
            pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view)),
        )
        .order_by(answer.c.day.asc().nulls_first(), answer.c.source, answer.c.source_key)
    )
    newest = {(row.claim_source, row.claim_key): row for row in view.connection.execute(query)}
    return {key: row for key, row in newest.items() if not row.paid_cents}


def _zero_claims(zero: CTE) -> Select[Any]:
    of_zero = and_(zero.c.role == "DECISION", func.coalesce(zero.c.paid_cents, 0) == 0)
    return select(pair(zero.c.claim_source, zero.c.claim_key)).where(of_zero)


def _dealt_with(view: RuleView) -> Sequence[Any]:
    """The claims of such a $0 that are received, or gone from a list of open claims."""
    doubtful = doubtful_answers(view)
    claims = current_claims(view, answered_by=doubtful)
    person = with_person(claims, "claim")
    key = pair(claims.c.source, claims.c.source_key)
    received = or_(
        claims.c.deleted_at.is_not(None), claims.c.received_date.is_not(None), claims.c.status.in_(_RECEIVED)
    )
    expected = still_expected(view, claims)
    query = (
        select(*(c for c in claims.c if c.name != "exp_cents"), expected.label("exp_cents"), *person.columns())
        .select_from(person.joined)
        .where(
            key.in_(_zero_claims(doubtful)),
            received,
            claims.c.payer_money,
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            func.coalesce(claims.c.status, "SENT") != "APPEALED",
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()
