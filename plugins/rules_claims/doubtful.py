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
from hub.rulekit.claims import adds_up, answered, current_claims, doubtful_answers, every_answer, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import live, with_person
from plugins.rules_claims.denied_rows import may_be_denied, still_expected
from plugins.rules_claims.settled import (
    Booked,
    booked,
    closed_with_reason,
    last_sent,
    paid_otherwise,
    sent_again,
    written_off,
)
from plugins.rules_claims.unreversed import unreversed

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
    nobody gave the money up, got it another way or sent the claim again: the claim with its person, the answer (of several
    the oldest, whose time to appeal runs out first), the cents lost."""
    rows = _dealt_with(view) if _is_any(view, func.coalesce(REMIT_CLAIM.c.paid_cents, 0) == 0) else []
    if not rows:
        return []
    again = sent_again(view, [row for row in rows if row.deleted_at is not None])
    entries = _booked_on(view, {(row.source, row.source_key) for row in rows})
    said, found = _said(view), []
    for row in rows:
        key = (row.source, row.source_key)
        if closed_with_reason(row):
            continue
        zeros, others = _told_apart(said.get(key, ()), last_sent(row, again))
        refused, lost = _lost(row, zeros, others)
        if lost and not _settled(row, entries.get(key, ()), lost, refused[-1], _paid(others)):
            found.append((row, refused[-1], lost))
    return found


def _settled(row: Any, entries: Sequence[Booked], lost: int, answer: Any, brought: int) -> bool:
    """Given up in the ledger, or paid by something that is no remittance. `brought`: what the remittances did bring."""
    since = answer.day or date.min
    off = written_off(entries, lost, since=since, expected=row.exp_cents, billed=row.billed_cents)
    return off or paid_otherwise(entries, lost, since=since, answered=brought)


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


def _told_apart(answers: Sequence[Any], sent: date | None) -> tuple[list[Any], list[Any]]:
    """Of what stands since the claim was last sent: the $0 in doubt, newest first, and all others with the reversals whose
    answer is not known. What a doubtful answer paid is proved by the check, so its money speaks as any other."""
    stand, unknown = unreversed(answers)
    lately = [each for each in (*stand, *unknown) if not (each.day and sent and each.day < sent)]
    zeros = [each for each in lately if each.role == "DECISION" and not each.adds_up and not each.paid_cents]
    zeros.sort(key=lambda each: (each.day or date.min, each.source, each.source_key), reverse=True)
    return zeros, [each for each in lately if each not in zeros]


def _lost(row: Any, zeros: Sequence[Any], others: Sequence[Any]) -> tuple[Sequence[Any], int]:
    """The $0 that count, newest first, and what was expected for them; nothing expected known: what they say was billed.
    Of a claim that was answered in parts their share by the charges. 0: other answers speak of this work too, or money
    came that they did not bring."""
    if not zeros or (row.paid_cents or 0) > _paid(others):
        return (), 0
    billed = row.billed_cents or 0
    said = _charges([each for each in others if each.role == "DECISION"], billed)
    taken = _charges([each for each in others if each.role == "REVERSAL"], billed)
    if 0 < said <= taken or not any(each.role == "DECISION" for each in others):
        refused = _fitting(zeros, billed) or zeros[:1]
        return refused, int(_charges(refused, 0) if row.exp_cents is None else row.exp_cents)
    refused = _fitting(zeros, billed - said + taken)
    charge = _charges(refused, 0)
    return refused, int(charge if row.exp_cents is None or not charge else row.exp_cents * charge // billed)


def _fitting(zeros: Sequence[Any], left: int) -> Sequence[Any]:
    """Those whose charges find room in what no other answer speaks of, the newest first: a refusal given twice counts once,
    two refused parts count both."""
    fit = []
    for zero in zeros:
        if 0 < (zero.charge_cents or 0) <= left:
            left -= zero.charge_cents
            fit.append(zero)
    return fit


def _charges(answers: Sequence[Any], unknown: int) -> int:
    """Cents; an answer that names no charge speaks of `unknown`."""
    return sum(unknown if each.charge_cents is None else abs(each.charge_cents) for each in answers)


def _paid(others: Sequence[Any]) -> int:
    """Never below 0: money taken back that never reached us was none to begin with."""
    return max(0, sum(each.paid_cents or 0 for each in others))


def _said(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By claim of such a $0: all its answers and reversals, in doubt or not, each remittance once."""
    answer = every_answer(view)
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
            *may_be_denied(claims, person),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()
