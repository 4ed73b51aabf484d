"""What rules share about claims: the live claim of a chain, its value, and the answers that are linked to it.

Facts meet through confirmed links only (XRef relation `claim`). A remittance that does not add up (QUARANTINED) or is a
test answers nothing, and neither does a claim on it whose own figures do not add up. Money is integer cents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    union_all,
)

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.people import live

CLAIM, COVERAGE, PLAN, PAYER = TABLES["claim"], TABLES["coverage"], TABLES["plan"], TABLES["payer"]
REMIT, REMIT_CLAIM, XREF = TABLES["remit"], TABLES["remit_claim"], TABLES["xref"]
ENTRY = TABLES["ledger_entry"]
_NO_PAYER_MONEY = ("HMO_CAP", "DISCOUNT")
NEVER_SENT = ("DRAFT", "QUEUED", "HOLD", "HOLD_PRIMARY", "HOLD_IN_PROCESS")


def pair(source: ColumnElement[Any], key: ColumnElement[Any]) -> ColumnElement[str]:
    """Two columns as one value, for NOT IN: SQLite searches a NOT IN list of row values from end to end each time,
    because a NULL might hide in it; a single value it looks up."""
    return source + ":" + key


def at_stake(claim: Any) -> ColumnElement[int]:
    """What the payer still owes on a claim: expected (else billed) less paid, never below 0."""
    owed = func.coalesce(claim.c.exp_cents, claim.c.billed_cents, 0) - func.coalesce(claim.c.paid_cents, 0)
    return case((owed > 0, owed), else_=0)


def claim_link(fact: FromClause, from_entity: str, name: str) -> tuple[FromClause, ColumnElement[bool]]:
    """The link table (aliased `name`) and the condition that it ties `fact` to a claim for certain (`to_source`,
    `to_key`)."""
    link = XREF.alias(name)
    return link, and_(
        link.c.practice_id == fact.c.practice_id,
        link.c.relation == "claim",
        link.c.from_entity == from_entity,
        link.c.from_source == fact.c.source,
        link.c.from_key == fact.c.source_key,
        link.c.state == "CONFIRMED",
        link.c.to_key.is_not(None),
    )


def current_claims(view: RuleView, answered_by: CTE | None = None) -> Subquery:
    """One row per claim chain and coverage order: the newest claim, with all columns of `claim`.

    Added: `chain` (stable key of the chain), `payer_money` (False: capitation or discount plan), `is_public`,
    `coverage_kind`, `appeal_days`, `follow_up_days`. Use it once per statement, as the claims that are listed.

    With `answered_by` (the statement's `answers`) claims that their source no longer lists are kept when one of those
    answers decided them: a list of open claims drops a claim once it is answered, and a $0 is an answer too. Their
    `deleted_at` is set.
    """
    kind = func.coalesce(COVERAGE.c.kind, PLAN.c.kind)
    payer_key = func.coalesce(CLAIM.c.payer_key, COVERAGE.c.payer_key, PLAN.c.payer_key)
    joined = (
        CLAIM.outerjoin(COVERAGE, _same_source(COVERAGE, CLAIM.c.coverage_key))
        .outerjoin(PLAN, _same_source(PLAN, COVERAGE.c.plan_key))
        .outerjoin(PAYER, _same_source(PAYER, payer_key))
    )
    encounter = func.coalesce(PLAN.c.encounter_required, False).is_(True)
    covered = or_(kind.is_(None), kind.not_in(_NO_PAYER_MONEY), encounter)
    return (
        select(
            *CLAIM.c, _chain(CLAIM).label("chain"), kind.label("coverage_kind"), PAYER.c.is_public, PLAN.c.appeal_days,
            PAYER.c.follow_up_days,
            and_(func.coalesce(CLAIM.c.is_capitation, False).is_(False), covered).label("payer_money"),
        )
        .select_from(joined)
        .where(or_(*_kept(view, answered_by)))
        .subquery("current_claim")
    )  # fmt: skip


def _kept(view: RuleView, answered_by: CTE | None) -> list[ColumnElement[bool]]:
    key = pair(CLAIM.c.source, CLAIM.c.source_key)
    kept = [and_(_standing(CLAIM, view), key.not_in(_superseded(view, _standing)))]
    if answered_by is not None:
        decided = select(pair(answered_by.c.claim_source, answered_by.c.claim_key)).where(
            answered_by.c.role == "DECISION"
        )
        gone = and_(CLAIM.c.deleted_at.is_not(None), _was_sent(CLAIM, view))
        kept.append(and_(gone, key.in_(decided), key.not_in(_superseded(view, _was_sent))))
    return kept


def _superseded(view: RuleView, counts: Callable[[FromClause, RuleView], ColumnElement[bool]]) -> Select[Any]:
    """The `pair` of claims that a newer one of their chain replaced, among those that count. Only chained claims are
    ranked."""
    one, any_of = CLAIM.alias("chained_claim"), CLAIM.alias("chain_member")
    heads = select(any_of.c.chain_key).where(counts(any_of, view), any_of.c.chain_key.is_not(None))
    sent = func.coalesce(one.c.last_sent_date, one.c.created_date)
    turn = func.row_number().over(
        partition_by=[one.c.source, _chain(one), func.coalesce(one.c.ordinal, 1), one.c.claim_type],
        order_by=[sent.desc().nulls_last(), one.c.source_key.desc()],
    )
    chained = or_(one.c.chain_key.is_not(None), one.c.source_key.in_(heads))
    ranked = (
        select(one.c.source, one.c.source_key, turn.label("turn")).where(counts(one, view), chained).subquery("ranked")
    )
    return select(pair(ranked.c.source, ranked.c.source_key)).where(ranked.c.turn > 1)


def _chain(claim: Any) -> ColumnElement[str]:
    return func.coalesce(claim.c.chain_key, claim.c.source_key)


def _standing(claim: FromClause, view: RuleView) -> ColumnElement[bool]:
    return and_(live(claim, view.practice_id), func.coalesce(claim.c.status, "") != "VOID")


def _was_sent(claim: FromClause, view: RuleView) -> ColumnElement[bool]:
    """Stands, or did until its source listed it no more; a draft that was deleted never counted."""
    status = func.coalesce(claim.c.status, "SENT")
    stood = or_(claim.c.deleted_at.is_(None), status.not_in(NEVER_SENT))
    return and_(claim.c.practice_id == view.practice_id, status != "VOID", stood)


def _same_source(table: FromClause, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.practice_id == CLAIM.c.practice_id, table.c.source == CLAIM.c.source, table.c.source_key == key)


def credible(remit: Any) -> ColumnElement[bool]:
    """A remittance that proves itself and is meant: anything may be derived from it."""
    return and_(
        remit.c.deleted_at.is_(None),
        func.coalesce(remit.c.state, "UNPROCESSED") != "QUARANTINED",
        func.coalesce(remit.c.is_test, False).is_(False),
    )


def adds_up(remit_claim: Any) -> ColumnElement[bool]:
    """A claim on a remittance whose charge, adjustments and payment agree: else it alone is in doubt, not its payment."""
    return func.coalesce(remit_claim.c.balanced, True).is_(True)


def answers(view: RuleView) -> CTE:
    """Every remittance claim that adds up, on a credible remittance, and is linked to one of our claims.

    Columns: `source`, `source_key`, `remit_key`, `status_code`, `charge_cents`, `paid_cents`, `reasons` of the
    remittance claim; `claim_source`, `claim_key` of ours; `day` (payment date), `trace`; `adds_up` (1 or 0); and `role`:
    DECISION, REVERSAL, ESTIMATE or FORWARDED.
    """
    return _answers(view, "answer", adds_up(REMIT_CLAIM))


def every_answer(view: RuleView) -> CTE:
    """`answers`, and those that do not add up in themselves: for what was paid only. The payment is proved by the check,
    the adjustments are in doubt."""
    return _answers(view, "any_answer")


def doubtful_answers(view: RuleView) -> CTE:
    """Those that do not add up in themselves, as `answers`."""
    return _answers(view, "doubtful_answer", ~adds_up(REMIT_CLAIM))


def _answers(view: RuleView, name: str, *only: ColumnElement[bool]) -> CTE:
    link, linked = claim_link(REMIT_CLAIM, "remit_claim", "answer_link")
    c = REMIT_CLAIM.c
    role = case(
        (or_(func.coalesce(c.is_estimate, False).is_(True), c.status_code == "25"), "ESTIMATE"),
        (or_(func.coalesce(c.is_reversal, False).is_(True), c.status_code == "22"), "REVERSAL"),
        (c.status_code == "23", "FORWARDED"),
        else_="DECISION",
    )
    paper = and_(REMIT.c.practice_id == c.practice_id, REMIT.c.source == c.source, REMIT.c.source_key == c.remit_key)
    return (
        select(
            c.source, c.source_key, c.remit_key, c.status_code, c.charge_cents, c.paid_cents, c.reasons,
            link.c.to_source.label("claim_source"), link.c.to_key.label("claim_key"), role.label("role"),
            func.coalesce(REMIT.c.payment_date, REMIT.c.production_date).label("day"), REMIT.c.trace,
            case((adds_up(REMIT_CLAIM), 1), else_=0).label("adds_up"),
        )
        .select_from(REMIT_CLAIM.join(link, linked).join(REMIT, paper))
        .where(live(REMIT_CLAIM, view.practice_id), credible(REMIT), *only)
        .cte(name)
    )  # fmt: skip


def answered(view: RuleView, answer: Any, roles: tuple[str, ...]) -> Select[Any]:
    """The `pair` of the claims answered since they were last sent, for `pair(…).not_in(…)`.

    An answer to an earlier sending does not count.
    """
    ours = and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.source == answer.c.claim_source,
        CLAIM.c.source_key == answer.c.claim_key,
    )
    since_sent = or_(answer.c.day.is_(None), CLAIM.c.last_sent_date.is_(None), answer.c.day >= CLAIM.c.last_sent_date)
    key = pair(CLAIM.c.source, CLAIM.c.source_key)
    return select(key).join_from(answer, CLAIM, ours).where(answer.c.role.in_(roles), since_sent)


def claim_entries(view: RuleView, kinds: tuple[str, ...]) -> CTE:
    """Posted ledger entries that name a claim, by its key or its number: `claim_source`, `claim_key`,
    `lowers_cents` (positive when the entry lowers the balance), `entry_date`, `external_ref`, `kind`.

    A number names the claim that its source lists under it; when it lists none any more, the one that it did.
    """
    columns = (-ENTRY.c.amount_cents, ENTRY.c.entry_date, ENTRY.c.external_ref, ENTRY.c.kind)
    posted = and_(
        live(ENTRY, view.practice_id), ENTRY.c.kind.in_(kinds), func.coalesce(ENTRY.c.status, "POSTED") != "VOID"
    )
    lowers = columns[0].label("lowers_cents")
    by_key = select(ENTRY.c.source.label("claim_source"), ENTRY.c.claim_key, lowers, *columns[1:])
    listed = CLAIM.alias("listed_claim")
    still_listed = select(pair(listed.c.source, listed.c.claim_number)).where(
        live(listed, view.practice_id), listed.c.claim_number.is_not(None)
    )
    same_number = and_(
        CLAIM.c.practice_id == ENTRY.c.practice_id,
        CLAIM.c.claim_number == ENTRY.c.claim_number,
        CLAIM.c.source == ENTRY.c.source,
        or_(CLAIM.c.deleted_at.is_(None), pair(CLAIM.c.source, CLAIM.c.claim_number).not_in(still_listed)),
    )
    by_number = select(ENTRY.c.source, CLAIM.c.source_key, *columns).join_from(ENTRY, CLAIM, same_number)
    return union_all(
        by_key.where(posted, ENTRY.c.claim_key.is_not(None)),
        by_number.where(posted, ENTRY.c.claim_key.is_(None)),
    ).cte("claim_entry")
