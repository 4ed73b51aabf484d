"""CLAIM-AGING: sent, and no answer. One item per claim chain; the sentence tells how many a single call would cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Select, and_, func, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import answered, answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.wording import day_text
from plugins.rules_claims.asked_rows import asked_rows, speaks
from plugins.rules_claims.doubtful import paid_in_doubt
from plugins.rules_claims.no_ack import ClaimNoAck, NoAckSettings, unacknowledged
from plugins.rules_claims.rejected import newest_event, rejected_claims

CLAIM, EVENT = TABLES["claim"], TABLES["claim_event"]
_WAITING = ("SENT", "ACCEPTED", "PENDED", "INFO_REQUESTED")


class ClaimAging(Rule):
    """A claim was sent and nobody answered: after 15 days look it up, after 30 call, after 45 ask for a supervisor,
    after 60 complain. The age counts from the last sending; the first is shown too, as re-sending hides old claims.

    Left out: answered claims, rejected ones, those of which the payer asked something or acknowledged nothing (kinds of
    their own), predeterminations, secondaries whose primary is still open, and plans that pay nothing per claim.
    """

    code: ClassVar[str] = "CLAIM-AGING"
    title: ClassVar[str] = "Claim without an answer"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim",)
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.last_sent_date|claim.first_sent_date",)
    reads: ClassVar[tuple[str, ...]] = ("remit", "remit_claim")
    clears_when: ClassVar[str] = "the payer answers (835, or received in the practice system) or the claim is void"
    backlog_days: ClassVar[int] = 548

    class Settings(BaseModel):
        """Calendar days since the last sending; a step that falls on a closed day moves to the next open one."""

        status_check_days: int = Field(15, ge=1, description="electronic: look up the status")
        electronic_days: int = Field(30, ge=1, description="electronic: call the payer")
        supervisor_days: int = Field(45, ge=1, description="electronic: ask for a supervisor")
        complaint_days: int = Field(60, ge=1, description="electronic: insurer complaint or prompt-pay letter")
        paper_days: int = Field(30, ge=1, description="paper: call the payer")
        paper_supervisor_days: int = Field(40, ge=1, description="paper: ask for a supervisor")
        paper_complaint_days: int = Field(60, ge=1, description="paper: insurer complaint or prompt-pay letter")
        other_kinds: dict[str, dict[str, object]] = Field(
            default_factory=dict, description="filled in by the hub from [items]; not to be set by hand"
        )

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        others = _listed_elsewhere(view, settings)
        rows = [row for row in _waiting_rows(view) if (row.source, row.source_key) not in others]
        # An answer that does not add up and was entered all the same is an answer; what it lacks is ERA-UNPOSTED's.
        entered = paid_in_doubt(view, {(row.source, row.source_key) for row in rows})
        rows = [row for row in rows if (row.source, row.source_key) not in entered]
        due = [(row, step) for row in rows if (step := reached(row, settings, view))]
        calls: Counter[str | None] = Counter(row.payer_name for row, step in due if step.calls)
        cents: Counter[str | None] = Counter()
        for row, step in due:
            cents[row.payer_name] += row.stake if step.calls else 0
        for row, step in due:
            yield _finding(row, step, (calls[row.payer_name], cents[row.payer_name]), view)


@dataclass(frozen=True, slots=True)
class Step:
    """The step a claim has reached: its day (rolled to an open one) and what to do. `calls`: somebody has to phone."""

    on: date
    does: str
    calls: bool = True


def reached(row: Any, settings: ClaimAging.Settings, view: RuleView) -> Step | None:
    """The last step whose day has come, None before the first. A payer's own follow-up days put off every step."""
    steps = [
        (settings.electronic_days, "call with member id, service date and claim number; log the reference", True),
        (settings.supervisor_days, "call again and ask for a supervisor", True),
        (settings.complaint_days, "file an insurer complaint or send a prompt-pay letter", True),
    ]
    if row.is_paper:
        paper = (settings.paper_days, settings.paper_supervisor_days, settings.paper_complaint_days)
        steps = [(after, does, calls) for after, (_, does, calls) in zip(paper, steps, strict=True)]
    else:
        steps.insert(0, (settings.status_check_days, "look up the status (276/277 or the payer's portal)", False))
    found = None
    for days, does, calls in steps:
        if days < (row.follow_up_days or 0):
            continue
        on = view.workdays.roll_forward(row.sent + timedelta(days=days))
        if on <= view.as_of:
            found = Step(on, does, calls)
    return found


def _waiting_rows(view: RuleView) -> Sequence[Any]:
    claims, answer, reads_events = current_claims(view), answers(view), _reads_events(view)
    person = with_person(claims, "claim")
    key = pair(claims.c.source, claims.c.source_key)
    sent = func.coalesce(claims.c.last_sent_date, claims.c.first_sent_date)
    first = min(days for days in view.settings.model_dump().values() if isinstance(days, int))
    query = (
        select(claims, *person.columns(), sent.label("sent"), at_stake(claims).label("stake"))
        .select_from(person.joined)
        .where(
            claims.c.status.in_(_WAITING if reads_events else (*_WAITING, "REJECTED")),
            func.coalesce(claims.c.claim_type, "CLAIM") == "CLAIM",
            claims.c.payer_money,
            claims.c.received_date.is_(None),
            sent <= view.as_of - timedelta(days=first),
            key.not_in(answered(view, answer, ("DECISION", "REVERSAL"))),
            *([key.not_in(rejected_claims(view, newest_event(view), answer))] if reads_events else []),
            key.not_in(_waits_on_primary(view)),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()


def _listed_elsewhere(view: RuleView, settings: ClaimAging.Settings) -> set[tuple[str, str]]:
    """Claims that a kind before this one speaks of, judged by that kind's own thresholds."""
    try:
        no_ack = NoAckSettings.model_validate(settings.other_kinds.get(ClaimNoAck.code, {}))
    except ValidationError:  # that kind fails and says so itself
        no_ack = NoAckSettings.model_validate({})
    rows = [*unacknowledged(view, no_ack), *(asked_rows(view) if speaks(view) else ())]
    return {(row.source, row.source_key) for row in rows}


def _reads_events(view: RuleView) -> bool:
    """Where no acknowledgement is ever read CLAIM-REJECTED cannot speak: then a rejected claim is listed here."""
    query = select(EVENT.c.source_key).where(live(EVENT, view.practice_id)).limit(1)
    return view.connection.execute(query).first() is not None


def _waits_on_primary(view: RuleView) -> Select[Any]:
    """The `pair` of secondary claims of a visit whose primary claim still waits: the primary is the one to chase."""
    primary, second = CLAIM.alias("primary_claim"), CLAIM.alias("second_claim")
    same_visit = and_(
        primary.c.practice_id == second.c.practice_id,
        primary.c.source == second.c.source,
        primary.c.patient_key == second.c.patient_key,
        primary.c.service_from == second.c.service_from,
        primary.c.ordinal == 1,
        primary.c.status.in_(_WAITING),
        primary.c.received_date.is_(None),
        primary.c.deleted_at.is_(None),
        func.coalesce(primary.c.claim_type, "CLAIM") == "CLAIM",
    )
    pairs = select(pair(second.c.source, second.c.source_key)).join_from(second, primary, same_visit)
    return pairs.where(live(second, view.practice_id), second.c.ordinal > 1)


def _finding(row: Any, step: Step, together: tuple[int, int], view: RuleView) -> Finding:
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=row.stake,
        sentence=_sentence(row, step, together, view),
        next_step=step.does,
        likelihood=0.6,
        due=step.on,
        horizon_bd=5,
        since=row.first_sent_date or row.sent,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{row.status} {row.sent}",
        evidence=(f"claim:{ref(row.source, row.source_key)}",),
        wake_on=row.follow_up_on if row.follow_up_on and row.follow_up_on > view.as_of else None,  # put off by the office
    )


def _sentence(row: Any, step: Step, together: tuple[int, int], view: RuleView) -> str:
    """`together`: how many claims of the payer wait for a call, and their cents."""
    payer, days = row.payer_name or "The payer", (view.as_of - row.sent).days
    first = row.first_sent_date
    again = f", first sent {day_text(first, view.as_of)}" if first and first < row.sent else ""
    text = (
        f"{payer} has not answered for {person_label(row)} ({dollars(row.stake)}): "
        f"sent {day_text(row.sent, view.as_of)}, {days} days ago{again}."
    )
    if row.status == "INFO_REQUESTED":
        text += " The payer asked for information."
    claims, cents = together
    if step.calls and claims > 1:
        text += f" {payer}: {claims} claims waiting for a call, {dollars(cents)}. One call covers all."
    return text
