"""CLAIM-NOT-SENT: the claim is made and lies in the practice system. One item per claim chain; the sentence tells how
long the queue is.

Counts: DRAFT or QUEUED for `queue_bd` working days; HOLD without a noted reason for `hold_bd`; HOLD_PRIMARY once the
primary was answered, HOLD_IN_PROCESS once every procedure on it is done. Does not count: predeterminations; rejected or
answered claims, which have kinds of their own; plans that pay nothing per claim, unless an encounter is asked for.
Money: what the payer is expected to pay, in cents. Days: since it was made, or since its hold lost its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import and_, func, or_, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.claims import answered, answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, person_label, person_name, person_ref, with_person
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text
from plugins.rules_claims.held_claims import Key, finished_works, primary_answers
from plugins.rules_claims.rejected import newest_event, rejected_claims

_QUEUE = ("DRAFT", "QUEUED")
_PASSED_ON = ("ACCEPTED", "PENDED", "INFO_REQUESTED", "FINALIZED")


class NotSentSettings(RuleSettings):
    """`[items.CLAIM-NOT-SENT]`"""

    queue_bd: int = Field(1, ge=0, description="working days a claim may be a draft or stand in the queue")
    hold_bd: int = Field(3, ge=0, description="working days a claim may be on hold without a noted reason")


class ClaimNotSent(Rule):
    """A claim was made and not sent: it waits in the queue, or on hold without a reason."""

    code: ClassVar[str] = "CLAIM-NOT-SENT"
    title: ClassVar[str] = "Claim made, not sent"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    # A source that only lists claims already sent has no claim lines either; from it this cannot be known.
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_line")
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.status", "claim.created_date|claim.service_from")
    settings: ClassVar[type[BaseModel]] = NotSentSettings
    clears_when: ClassVar[str] = "the claim is sent or void, or the reason of its hold is noted"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        rows = _unsent(view)
        if not rows:
            return
        primaries, done = primary_answers(view), finished_works(view)
        waiting = [(row, since) for row in rows if (since := _waits_since(view, row, primaries, done)) is not None]
        for row, since in sorted(waiting, key=lambda each: (each[0].source, each[0].source_key)):
            yield _finding(view, row, since, waiting)


def _unsent(view: RuleView) -> Sequence[Any]:
    """Claims of every unsent status that no other kind speaks of."""
    claims, answer, newest = current_claims(view), answers(view), newest_event(view)
    event = and_(newest.c.claim_source == claims.c.source, newest.c.claim_key == claims.c.source_key)
    person = with_person(claims, "claim", claims.outerjoin(newest, event))
    key = pair(claims.c.source, claims.c.source_key)
    stands = ("HOLD", "HOLD_PRIMARY", "HOLD_IN_PROCESS", *_QUEUE)
    query = (
        select(
            claims, *person.columns(), at_stake(claims).label("stake"), newest.c.decision.label("event_decision"),
            newest.c.happened_on.label("event_on"),
        )
        .select_from(person.joined)
        .where(
            claims.c.status.in_(stands),
            claims.c.received_date.is_(None),
            func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
            or_(claims.c.payer_money, claims.c.claim_type == "ENCOUNTER"),
            key.not_in(rejected_claims(view, newest, answer)),
            key.not_in(answered(view, answer, ("DECISION", "REVERSAL"))),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def _waits_since(
    view: RuleView, row: Any, primaries: Mapping[Key, date | None], done: Mapping[Key, date | None]
) -> date | None:
    """From when it should have been sent; None while it may still wait, or when nobody knows since when it stands."""
    settings, made = view.settings, row.created_date or row.service_to or row.service_from
    assert isinstance(settings, NotSentSettings)
    key, wait, since = (row.source, row.source_key), settings.queue_bd, made
    if row.status == "HOLD":
        if (row.note or "").strip():
            return None
        wait, since = settings.hold_bd, row.on_hold_date or made
    elif row.status in ("HOLD_PRIMARY", "HOLD_IN_PROCESS"):
        ended = primaries if row.status == "HOLD_PRIMARY" else done
        if key not in ended:
            return None
        since = max((day for day in (made, ended[key]) if day is not None), default=None)
    if since is None or view.workdays.since(since, view.as_of) < wait:
        return None
    day: date = since
    return day


def _finding(view: RuleView, row: Any, since: date, waiting: Sequence[tuple[Any, date]]) -> Finding:
    passed = _passed_on(row, since)
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=row.stake,
        sentence=_sentence(view, row, since, waiting, passed),
        next_step="mark it as sent" if passed else "fix what is missing and send it; aim at two days after the service",
        likelihood=0.98,
        due=view.workdays.plus(since, 1),
        horizon_bd=3,
        since=since,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{row.status} sent {row.last_sent_date}" if row.last_sent_date else row.status,
        evidence=(f"claim:{ref(row.source, row.source_key)}",),
        wake_on=row.follow_up_on if row.follow_up_on and row.follow_up_on > view.as_of else None,
    )


def _passed_on(row: Any, since: date) -> bool:
    """The clearinghouse took it although the practice system says that it was not sent."""
    return row.event_decision in _PASSED_ON and row.event_on is not None and row.event_on >= since - timedelta(days=1)


def _sentence(view: RuleView, row: Any, since: date, waiting: Sequence[tuple[Any, date]], passed: bool) -> str:
    payer = row.payer_name or "the payer"
    claim = f"{person_label(row)}'s claim to {payer} ({dollars(row.stake)})"
    if passed:
        return f"{claim} stands as not sent, but the clearinghouse took it on {day_text(row.event_on, view.as_of)}."
    where = {"HOLD": "is on hold without a reason", "HOLD_PRIMARY": "still waits for a primary that was answered",
             "HOLD_IN_PROCESS": "still waits for work that is done"}.get(row.status, "sits in the queue")  # fmt: skip
    text = f"{claim} {where}, {_age(view, since)}."
    if len(waiting) > 1:
        oldest = _age(view, min(day for _, day in waiting))
        text += f" {len(waiting)} claims sit in the queue, oldest {oldest}, {dollars(sum(each.stake for each, _ in waiting))}."
    return text


def _age(view: RuleView, since: date) -> str:
    days = view.workdays.since(since, view.as_of)
    return f"{days} working day{'s' if days != 1 else ''}"
