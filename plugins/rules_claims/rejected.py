"""CLAIM-REJECTED: stopped on the way, so no answer will ever come, while the practice system still says "sent"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel
from sqlalchemy import CTE, CompoundSelect, Subquery, and_, case, func, select, union

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.acknowledgements import acknowledgements
from hub.rulekit.claims import answered, answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person

CLAIM = TABLES["claim"]
_DECIDES = ("REJECTED", "ACCEPTED", "PENDED", "INFO_REQUESTED", "FINALIZED")
_DEAD_OR_DONE = ("ADJUDICATED", "CLOSED", "DRAFT", "QUEUED")
# 277CA status codes in our own words; any other code is shown as it is.
_WORDS = {
    "21": "information missing or invalid", "24": "sender not enrolled", "33": "subscriber not found",
    "35": "claim not found", "54": "already processed once", "88": "not eligible on that day",
    "116": "sent to the wrong payer", "153": "an identifier is wrong", "187": "service date wrong",
    "255": "diagnosis wrong", "401": "source of payment wrong", "454": "procedure code wrong",
    "500": "postal code wrong", "562": "NPI wrong",
}  # fmt: skip


class ClaimRejected(Rule):
    """A claim was turned away by the clearinghouse or at the payer's door, and was not sent again since.

    The newest acknowledgement that decides anything counts; "received" and "in transit" decide nothing. A rejection of a
    whole batch (TA1, 999, 277CA without a claim number) stops every claim that the copy of the sent file lists in it. A
    rejection is not a denial: the payer never looked at the claim.
    """

    code: ClassVar[str] = "CLAIM-REJECTED"
    title: ClassVar[str] = "Claim rejected before the payer looked"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_event")
    # an acknowledgement that names neither a claim nor a batch leads to no claim
    needs_columns: ClassVar[tuple[str, ...]] = ("claim_event.claim_number|claim_event.batch_ref|claim_event.group_number",)
    clears_when: ClassVar[str] = "the claim is sent again, accepted by the payer, answered, or void"
    backlog_days: ClassVar[int] = 548

    class Settings(BaseModel):
        """CLAIM-REJECTED has no thresholds: it opens the same day."""

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        claims, newest = current_claims(view), newest_event(view)
        person = with_person(claims, "claim", _with_event(claims, newest))
        query = (
            select(claims, *person.columns(), *_event_columns(newest), at_stake(claims).label("stake"))
            .select_from(person.joined)
            .where(
                pair(claims.c.source, claims.c.source_key).in_(rejected_claims(view, newest, answers(view))),
                func.coalesce(claims.c.claim_type, "CLAIM") != "PREAUTH",
                claims.c.payer_money,
                audience_gate(person.patient, "money"),
            )
            .order_by(claims.c.source, claims.c.source_key)
        )
        for row in view.connection.execute(query):
            yield _finding(row, view)


def newest_event(view: RuleView, ack: CTE | None = None) -> Subquery:
    """The newest deciding acknowledgement per claim: `claim_source`, `claim_key`, `decision`, the event's columns.

    `ack` are the `acknowledgements` where the statement reads them already.
    """
    ack = acknowledgements(view) if ack is None else ack
    turn = func.row_number().over(
        partition_by=[ack.c.claim_source, ack.c.claim_key],
        order_by=[
            ack.c.happened_on.desc().nulls_last(),
            ack.c.received_at.desc().nulls_last(),
            case((ack.c.speaker == "PAYER", 0), else_=1),
            ack.c.of_batch,
            ack.c.locator.desc().nulls_last(),
            ack.c.source_key.desc(),
        ],
    )
    ranked = select(ack, turn.label("turn")).where(ack.c.decision.in_(_DECIDES)).subquery("ranked_event")
    return select(ranked).where(ranked.c.turn == 1).subquery("newest_event")


def rejected_claims(view: RuleView, newest: Subquery, answer: CTE) -> CompoundSelect[Any]:
    """The `pair` of the claims that stand rejected: by their newest event, or by their own status."""
    key = pair(CLAIM.c.source, CLAIM.c.source_key)
    ours = and_(
        CLAIM.c.practice_id == view.practice_id,
        CLAIM.c.source == newest.c.claim_source,
        CLAIM.c.source_key == newest.c.claim_key,
    )
    alive = func.coalesce(CLAIM.c.status, "SENT").not_in(_DEAD_OR_DONE)
    sent_again = func.coalesce(CLAIM.c.last_sent_date > newest.c.happened_on, False)
    unanswered = key.not_in(answered(view, answer, ("DECISION", "REVERSAL", "ESTIMATE")))
    by_event = (
        select(key)
        .join_from(newest, CLAIM, ours)
        .where(newest.c.decision == "REJECTED", sent_again.is_(False), alive, unanswered)
    )
    decided = select(pair(newest.c.claim_source, newest.c.claim_key))
    by_status = select(key).where(
        live(CLAIM, view.practice_id), CLAIM.c.status == "REJECTED", key.not_in(decided), unanswered
    )
    return union(by_event, by_status)


def _with_event(claims: Any, newest: Subquery) -> Any:
    return claims.outerjoin(
        newest, and_(newest.c.claim_source == claims.c.source, newest.c.claim_key == claims.c.source_key)
    )


def _event_columns(newest: Subquery) -> list[Any]:
    names = ("source", "source_key", "kind", "happened_on", "speaker", "category", "status_code", "text", "of_batch")
    return [newest.c[name].label(f"event_{name}") for name in names]


def _finding(row: Any, view: RuleView) -> Finding:
    on = row.event_happened_on or row.last_sent_date or view.as_of
    door = "Rejected at the payer's door" if row.event_speaker == "PAYER" else "Rejected before the payer looked"
    who = f"{person_label(row)}, {dollars(row.stake)}"
    evidence = [f"claim:{ref(row.source, row.source_key)}"]
    if row.event_source_key is not None:
        evidence.append(f"claim_event:{ref(row.event_source, row.event_source_key)}")
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=row.stake,
        sentence=f"{door}: {_why(row)} ({who}). Fix and re-send today.",
        next_step="correct the claim and send it as a new original",
        likelihood=0.95,
        due=view.workdays.roll_forward(on),
        horizon_bd=1,
        since=on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"rejected {row.event_source_key or row.status}",
        evidence=tuple(evidence),
    )


def _why(row: Any) -> str:
    """The sender's own words, else ours for its code, else the code. Of a whole batch: that it was the batch."""
    if row.event_of_batch:
        said = " ".join((row.event_text or "").split()).rstrip(".")
        codes = " ".join(part for part in (row.event_kind, row.event_category, row.event_status_code) if part)
        return f"the whole batch it was sent in ({codes}){f', {said}' if said else ''}"
    if row.event_text:
        return " ".join(row.event_text.split()).rstrip(".")
    code = row.event_status_code or ""
    named = " ".join(part for part in (row.event_category, code) if part)
    return _WORDS.get(code) or (f"code {named}" if named else "no reason given")
