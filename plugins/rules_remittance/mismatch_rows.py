"""Claims with an answer and with postings that are not the same, and what else is known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, Select, and_, case, func, or_, select

from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import claim_entries, every_answer, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import audience_gate, live, with_person
from plugins.rules_remittance.posting import posted_checks, posted_claims

CLAIM, LINE, ENTRY = TABLES["claim"], TABLES["claim_line"], TABLES["ledger_entry"]
REMIT, REMIT_CLAIM = TABLES["remit"], TABLES["remit_claim"]
_MONEY = ("DECISION", "REVERSAL")
_BOOKED = ("INS_PAYMENT", "WRITEOFF", "ADJUSTMENT")
_WAITS = ("SENT", "ACCEPTED", "PENDED", "INFO_REQUESTED", "DRAFT", "QUEUED", "HOLD", "HOLD_PRIMARY", "HOLD_IN_PROCESS")
_AT_ONCE = 2_000  # keys in one question
Key = tuple[str, str]


def unlike_rows(view: RuleView) -> Sequence[Any]:
    """Claims whose EOB and books are not the same at first sight.

    Added to the columns of `claim`: the person's; of the EOB `eob_paid`, `eob_contract`, `eob_share`, `answered_on`,
    `prior_payer`, `is_capitated` (CO-24), `adds_up` (0: one of them does not in itself, so only what they paid is sure); of the books `posted_cents` (None: no insurance payment entered), `posted_on`,
    `writeoff_posted`, `adjusted_posted`, `work_writeoff` (on the claim's procedures), `share_cents`; `line_count`,
    `is_ortho`, `second_is_open`.
    """
    eob, booked, lines = _eob(view), _booked(view), _lines(view)
    key = pair(CLAIM.c.source, CLAIM.c.source_key)
    joined = (
        CLAIM.join(eob, and_(eob.c.claim_source == CLAIM.c.source, eob.c.claim_key == CLAIM.c.source_key))
        .outerjoin(booked, and_(booked.c.claim_source == CLAIM.c.source, booked.c.claim_key == CLAIM.c.source_key))
        .outerjoin(lines, and_(lines.c.source == CLAIM.c.source, lines.c.claim_key == CLAIM.c.source_key))
    )
    person = with_person(CLAIM, "claim", joined)
    paid = func.coalesce(booked.c.posted_cents, CLAIM.c.paid_cents)
    same = and_(
        paid == eob.c.eob_paid,
        func.coalesce(booked.c.writeoff_posted, CLAIM.c.writeoff_cents, 0) == eob.c.eob_contract,
        or_(lines.c.share_cents.is_(None), eob.c.eob_share.is_(None), lines.c.share_cents == eob.c.eob_share),
    )
    query = (
        select(
            CLAIM, *person.columns(), eob.c.eob_paid, eob.c.eob_contract, eob.c.eob_share, eob.c.answered_on,
            eob.c.prior_payer, eob.c.is_capitated, eob.c.adds_up,
            booked.c.posted_cents, booked.c.posted_on, booked.c.writeoff_posted, booked.c.adjusted_posted,
            lines.c.line_count, lines.c.is_ortho, lines.c.share_cents, lines.c.work_writeoff,
            key.in_(_second_waits(view)).label("second_is_open"),
        )
        .select_from(person.joined)
        .where(
            CLAIM.c.practice_id == view.practice_id,
            func.coalesce(CLAIM.c.status, "") != "VOID",
            func.coalesce(CLAIM.c.claim_type, "CLAIM") != "PREAUTH",
            paid.is_not(None),
            func.coalesce(same, False).is_(False),
            audience_gate(person.patient, "money"),
        )
        .order_by(CLAIM.c.source, CLAIM.c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def states_writeoffs(view: RuleView) -> bool:
    """Does any source tie a write-off to a claim, or state one of it?"""
    entry = claim_entries(view, ("WRITEOFF",))
    tied = select(entry.c.claim_key).limit(1)
    own = select(CLAIM.c.source_key).where(live(CLAIM, view.practice_id), CLAIM.c.writeoff_cents.is_not(None)).limit(1)
    return any(view.connection.execute(query).first() is not None for query in (tied, own))


def posted_answers(view: RuleView, claims: Sequence[Key]) -> Mapping[Key, Sequence[Any]]:
    """By claim, of those whose answers the books show (or that belong to a finalized or wholly posted check): its
    answers. A claim with an answer that is not posted yet is left out."""
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    waiting: set[Key] = set()
    for keys in _parts(claims):
        rows = _answers_of(view, keys)
        posted = _shown(view, rows)
        for row in rows:
            claim = (row.claim_source, row.claim_key)
            found[claim].append(row)
            if not row.is_done and _answer_text(row) not in posted:
                waiting.add(claim)
    return {claim: rows for claim, rows in found.items() if claim not in waiting}


def _parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


def _answers_of(view: RuleView, claims: Sequence[Key]) -> Sequence[Any]:
    answer = every_answer(view)
    whole = and_(
        REMIT.c.practice_id == view.practice_id,
        REMIT.c.source == answer.c.source,
        REMIT.c.source_key == answer.c.remit_key,
    )
    remit = pair(answer.c.source, answer.c.remit_key)
    is_done = or_(func.coalesce(REMIT.c.state, "UNPROCESSED") == "FINALIZED", remit.in_(posted_checks(view)))
    wanted = pair(answer.c.claim_source, answer.c.claim_key).in_([f"{source}:{key}" for source, key in claims])
    query = (
        select(answer, is_done.label("is_done"))
        .join_from(answer, REMIT, whole)
        .where(answer.c.role.in_(_MONEY), wanted, remit.in_(first_delivery(view)))
        .order_by(answer.c.source, answer.c.source_key)
    )
    return view.connection.execute(query).all()


def _answer_text(row: Any) -> str:
    return f"{row.source}:{row.remit_key}:{row.claim_source}:{row.claim_key}"


def _shown(view: RuleView, rows: Sequence[Any]) -> set[str]:
    posted = posted_claims(view).subquery("posted")
    (answer,) = posted.c
    texts = sorted({_answer_text(row) for row in rows})
    return set(view.connection.execute(select(answer).where(answer.in_(texts))).scalars())


def _eob(view: RuleView) -> Any:
    """Per claim: the sums of its answers, each remittance once."""
    answer, c = every_answer(view), REMIT_CLAIM.c
    same = and_(c.practice_id == view.practice_id, c.source == answer.c.source, c.source_key == answer.c.source_key)
    return (
        select(
            answer.c.claim_source, answer.c.claim_key,
            func.sum(func.coalesce(answer.c.paid_cents, 0)).label("eob_paid"),
            func.sum(func.coalesce(c.contract_cents, 0)).label("eob_contract"),
            func.sum(func.coalesce(c.pr_cents, c.patient_share_cents)).label("eob_share"),
            func.max(func.abs(func.coalesce(c.prior_payer_cents, 0))).label("prior_payer"),
            func.max(case((func.coalesce(answer.c.reasons, "").contains("|CO-24|"), 1), else_=0)).label("is_capitated"),
            func.max(answer.c.day).label("answered_on"),
            func.min(answer.c.adds_up).label("adds_up"),
        )
        .select_from(answer.join(REMIT_CLAIM, same))
        .where(answer.c.role.in_(_MONEY), pair(answer.c.source, answer.c.remit_key).in_(first_delivery(view)))
        .group_by(answer.c.claim_source, answer.c.claim_key)
        .subquery("eob")
    )  # fmt: skip


def _booked(view: RuleView) -> Any:
    """Per claim: what the ledger holds on it by kind; `posted_cents` is NULL where no insurance payment was entered."""
    entry: CTE = claim_entries(view, _BOOKED)
    paid = entry.c.kind == "INS_PAYMENT"
    return (
        select(
            entry.c.claim_source, entry.c.claim_key,
            func.sum(case((paid, entry.c.lowers_cents))).label("posted_cents"),
            func.max(case((paid, entry.c.entry_date))).label("posted_on"),
            func.sum(case((entry.c.kind == "WRITEOFF", entry.c.lowers_cents))).label("writeoff_posted"),
            func.sum(case((entry.c.kind == "ADJUSTMENT", entry.c.lowers_cents))).label("adjusted_posted"),
        )
        .group_by(entry.c.claim_source, entry.c.claim_key)
        .subquery("booked")
    )  # fmt: skip


def _lines(view: RuleView) -> Any:
    """Per claim: its lines, whether one is orthodontic (D8...), the patient's share when every line states one, and
    the write-offs entered on its procedures without naming the claim."""
    on_work = (
        select(ENTRY.c.source, ENTRY.c.procedure_key, func.sum(-ENTRY.c.amount_cents).label("cents"))
        .where(
            live(ENTRY, view.practice_id),
            ENTRY.c.kind == "WRITEOFF",
            ENTRY.c.claim_key.is_(None),
            ENTRY.c.claim_number.is_(None),
            ENTRY.c.procedure_key.is_not(None),
            func.coalesce(ENTRY.c.status, "POSTED") != "VOID",
        )
        .group_by(ENTRY.c.source, ENTRY.c.procedure_key)
        .subquery("work_writeoff")
    )
    of_work = and_(on_work.c.source == LINE.c.source, on_work.c.procedure_key == LINE.c.procedure_key)
    every = func.count() == func.count(LINE.c.patient_cents)
    return (
        select(
            LINE.c.source, LINE.c.claim_key, func.count().label("line_count"),
            func.max(case((func.upper(LINE.c.code).like("D8%"), 1), else_=0)).label("is_ortho"),
            case((every, func.sum(LINE.c.patient_cents))).label("share_cents"),
            func.sum(on_work.c.cents).label("work_writeoff"),
        )
        .select_from(LINE.outerjoin(on_work, of_work))
        .where(live(LINE, view.practice_id))
        .group_by(LINE.c.source, LINE.c.claim_key)
        .subquery("own_lines")
    )  # fmt: skip


def _second_waits(view: RuleView) -> Select[Any]:
    """The `pair` of claims beside which another plan's claim of the same visit still waits."""
    one, other = CLAIM.alias("first_plan"), CLAIM.alias("second_plan")
    same_visit = and_(
        other.c.practice_id == one.c.practice_id,
        other.c.source == one.c.source,
        other.c.patient_key == one.c.patient_key,
        other.c.service_from == one.c.service_from,
        func.coalesce(other.c.ordinal, 1) > func.coalesce(one.c.ordinal, 1),
        other.c.deleted_at.is_(None),
        other.c.received_date.is_(None),
        other.c.status.in_(_WAITS),
        func.coalesce(other.c.claim_type, "CLAIM") != "PREAUTH",
    )
    return (
        select(pair(one.c.source, one.c.source_key))
        .join_from(one, other, same_visit)
        .where(one.c.practice_id == view.practice_id)
    )
