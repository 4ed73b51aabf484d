"""What was said of each claim on its way: answers that name it, and rejections of a whole batch that it was part of.

A TA1, 999 or 997, or a 277CA at batch level names no claim. The copy of the sent file (`sent_claim`) says which claims
went out under those control numbers. Control numbers repeat, so such a rejection is believed only
  for the newest sending under them, from its day until 14 days after it, at the same source; and
  for a claim whose newest sending that was: one that was sent again since is not stopped by the older batch's answer.
A rejection of one billing provider counts when the batch holds no other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)  # fmt: skip

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.claims import claim_link
from hub.rulekit.day_sums import days_between
from hub.rulekit.people import live

CLAIM, EVENT, SENT = TABLES["claim"], TABLES["claim_event"], TABLES["sent_claim"]
ANSWER_DAYS = 14  # an answer to a batch comes within so many days of its sending
_REFUSED = ("A3", "A4", "A6", "A7", "A8")  # 277CA categories
_COLUMNS = (
    "source", "source_key", "locator", "kind", "speaker", "payer_name", "happened_on", "received_at", "category",
    "status_code", "text",
)  # fmt: skip
_TAKEN_ON = ("ACCEPTED", "PENDED", "INFO_REQUESTED", "FINALIZED")
NOT_THE_PAYER = ("CLEARINGHOUSE", "PRACTICE")


def acknowledgements(view: RuleView) -> CTE:
    """One row per event and claim of ours that it speaks of.

    Columns: the event's own (`_COLUMNS`), `decision` (its outcome in the hub's words), `of_batch` (it named no claim),
    `claim_source`, `claim_key`. PMS claims of any state; the caller chooses.
    """
    link, linked = claim_link(EVENT, "claim_event", "event_link")
    by_name = select(
        *(EVENT.c[name] for name in _COLUMNS), _decision().label("decision"), literal(0).label("of_batch"),
        link.c.to_source.label("claim_source"), link.c.to_key.label("claim_key"),
    ).select_from(EVENT.join(link, linked))  # fmt: skip
    # What is said of one line is not said of the claim.
    whole = and_(live(EVENT, view.practice_id), EVENT.c.line_number.is_(None), _flag("line level").is_(False))
    return union_all(by_name.where(whole), _of_batches(view)).cte("acknowledgement")


def taken_on(ack: Any) -> ColumnElement[bool]:
    """The payer has the claim in hand: accepted into adjudication or further. What a clearinghouse accepts is not yet
    with the payer; an answer whose speaker nobody stated counts."""
    return and_(ack.c.decision.in_(_TAKEN_ON), func.coalesce(ack.c.speaker, "UNKNOWN").not_in(NOT_THE_PAYER))


def _decision() -> ColumnElement[str]:
    return func.coalesce(EVENT.c.outcome, case((EVENT.c.category.in_(_REFUSED), "REJECTED"), else_="UNKNOWN"))


def _of_batches(view: RuleView) -> Select[Any]:
    """Rejections of whole batches, broken down to the claims of those batches."""
    hit = _sendings(view)
    of_ours = and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.claim_number == hit.c.claim_number,
        CLAIM.c.deleted_at.is_(None),
    )
    return (
        select(
            *(hit.c[name] for name in _COLUMNS), hit.c.decision, literal(1), CLAIM.c.source, CLAIM.c.source_key,
        )
        .select_from(hit.join(CLAIM, of_ours))
        .where(hit.c.turn == 1, ~another_is_meant(hit.c.ordinal))
    )  # fmt: skip


def _sendings(view: RuleView) -> Any:
    """Each batch rejection with every sent claim under its control numbers; `turn` 1 is the newest such sending."""
    c, newer = EVENT.c, SENT.alias("newer_sending")
    turn = func.dense_rank().over(partition_by=[c.source, c.source_key], order_by=SENT.c.sent_on.desc())
    sent_again = exists().where(
        live(newer, view.practice_id),
        newer.c.claim_number == SENT.c.claim_number,
        # the claim to the second plan may go out under the same number: it does not repeat the one to the first
        or_(newer.c.ordinal.is_(None), SENT.c.ordinal.is_(None), newer.c.ordinal == SENT.c.ordinal),
        or_(
            newer.c.sent_on > SENT.c.sent_on,
            and_(newer.c.sent_on == SENT.c.sent_on, newer.c.observed_at > SENT.c.observed_at),
        ),
    )
    hits = (
        select(
            *(c[name] for name in _COLUMNS), _decision().label("decision"), SENT.c.claim_number, SENT.c.ordinal,
            turn.label("turn"), sent_again.label("sent_again"),
        )
        .select_from(EVENT.join(SENT, and_(SENT.c.practice_id == c.practice_id, SENT.c.source == c.source)))
        .where(_decision() == "REJECTED", answers_batch_of(view.practice_id))
        .subquery("sending")
    )  # fmt: skip
    return select(hits).where(hits.c.sent_again.is_(False)).subquery("newest_sending")


def another_is_meant(ordinal: ColumnElement[Any]) -> ColumnElement[bool]:
    """A claim of ours (CLAIM) shares its number with another that a sending may speak of. `ordinal` of the sent file tells
    two claims under one number apart by whose turn it was; where it says nothing, either may be meant."""
    same_number = CLAIM.alias("same_number")
    return exists().where(
        same_number.c.practice_id == CLAIM.c.practice_id,
        same_number.c.claim_number == CLAIM.c.claim_number,
        same_number.c.deleted_at.is_(None),
        or_(same_number.c.source != CLAIM.c.source, same_number.c.source_key != CLAIM.c.source_key),
        or_(
            ordinal.is_(None),
            func.coalesce(CLAIM.c.ordinal, 1) != ordinal,
            func.coalesce(same_number.c.ordinal, 1) == ordinal,
        ),
    )


def answers_batch_of(practice_id: str) -> ColumnElement[bool]:
    """An event (EVENT) that names no claim answers the file in which a claim (SENT) went out, and came in time. Not a 999 to
    something else than claims, nor what is said of one of several billing providers."""
    c, other = EVENT.c, SENT.alias("other_provider")
    several_providers = exists().where(
        live(other, practice_id),
        other.c.source == SENT.c.source,
        other.c.batch_ref == SENT.c.batch_ref,
        func.coalesce(other.c.billing_npi, "") != func.coalesce(SENT.c.billing_npi, ""),
    )
    return and_(
        live(EVENT, practice_id),
        live(SENT, practice_id),
        c.source == SENT.c.source,
        c.claim_number.is_(None),
        _under_its_numbers(),
        days_between(SENT.c.sent_on, c.happened_on).between(0, ANSWER_DAYS),
        _flag("answers ").is_(False),
        or_(_flag("provider level").is_(False), ~several_providers),
    )


def _under_its_numbers() -> ColumnElement[bool]:
    """The sent claim stood in the interchange (TA1), group or set (999, 997) or batch (277CA) that is answered."""
    c = EVENT.c
    group = and_(
        c.kind.in_(("999", "997")),
        c.group_number == SENT.c.group_number,
        or_(c.set_number.is_(None), c.set_number == SENT.c.set_number),
    )
    # TA101 comes back with or without the zeros in front that ISA13 was padded with.
    same = func.ltrim(c.interchange_number, "0") == func.ltrim(SENT.c.interchange_number, "0")
    interchange = and_(c.kind == "TA1", same)
    batch = and_(c.kind == "277CA", c.batch_ref == SENT.c.batch_ref)
    return or_(group, interchange, batch)


def _flag(word: str) -> ColumnElement[bool]:
    return func.coalesce(EVENT.c.flags, "").contains(f"|{word}")
