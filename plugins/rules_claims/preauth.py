"""PREAUTH-PENDING: a predetermination was sent, the payer has not answered, and planned work waits for its yes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import and_, case, func, select, tuple_

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import answered, answers, at_stake, current_claims, pair
from hub.rulekit.people import audience_gate, live, person_label, person_name, person_ref, with_person
from hub.rulekit.treatment import net_cents, one_thing
from hub.rulekit.wording import Work, day_text, work_text

CLAIM, LINE, WORK = TABLES["claim"], TABLES["claim_line"], TABLES["procedure"]
_WAITING = ("SENT", "ACCEPTED", "PENDED", "INFO_REQUESTED")
_NOT_CLAIMED = ("VOID", "DRAFT")


class PreauthPending(Rule):
    """A predetermination without an answer after 15 working days (Medicaid: 4); asked again every 5.

    It never counts as a claim. Work that was done meanwhile, or was claimed instead, no longer waits for it.
    """

    code: ClassVar[str] = "PREAUTH-PENDING"
    title: ClassVar[str] = "Predetermination without an answer"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim",)
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.last_sent_date|claim.first_sent_date",)
    reads: ClassVar[tuple[str, ...]] = ("remit", "remit_claim")
    clears_when: ClassVar[str] = "the payer answers, the predetermination is withdrawn, or the work is done"
    backlog_days: ClassVar[int] = 548

    class Settings(BaseModel):
        """Working days since it was sent."""

        commercial_bd: int = Field(15, ge=1, description="commercial plans: first question")
        medicaid_bd: int = Field(4, ge=1, description="Medicaid plans: first question")
        re_ask_bd: int = Field(5, ge=1, description="ask again every so many working days")

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        rows = _unanswered(view)
        lines = preauth_lines(view)
        for row in rows:
            own = lines.get((row.source, row.source_key), [])
            waiting = [line for line in own if not line.is_done and not line.is_claimed]
            asked = _question_day(row, settings, view)
            if asked and (waiting or not own):
                yield _finding(row, waiting, asked, view)


def _unanswered(view: RuleView) -> Sequence[Any]:
    claims = current_claims(view)
    person = with_person(claims, "claim")
    sent = func.coalesce(claims.c.last_sent_date, claims.c.first_sent_date)
    query = (
        select(claims, *person.columns(), sent.label("sent"), at_stake(claims).label("stake"))
        .select_from(person.joined)
        .where(
            claims.c.claim_type == "PREAUTH",
            claims.c.status.in_(_WAITING),
            claims.c.received_date.is_(None),
            sent < view.as_of,
            pair(claims.c.source, claims.c.source_key).not_in(answered(view, answers(view), ("ESTIMATE",))),
            audience_gate(person.patient, "money"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()


def _question_day(row: Any, settings: PreauthPending.Settings, view: RuleView) -> date | None:
    """The day of the last question that is due, None before the first."""
    public = row.is_public or row.coverage_kind == "MEDICAID"
    first = settings.medicaid_bd if public else settings.commercial_bd
    waited = view.workdays.since(row.sent, view.as_of)
    if waited < first:
        return None
    return view.workdays.plus(row.sent, first + (waited - first) // settings.re_ask_bd * settings.re_ask_bd)


def preauth_lines(view: RuleView) -> Mapping[tuple[str, str], Sequence[Any]]:
    """The procedures of every predetermination: net value, our estimate, whether it was done or claimed meanwhile; `thing`
    is None when the line names no procedure."""
    joined = LINE.join(CLAIM, _of_claim()).outerjoin(WORK, _of_procedure())
    done = func.coalesce(WORK.c.status, "PLANNED").not_in(("PLANNED", "PLANNED_INACTIVE", "IN_PROGRESS"))
    claimed = tuple_(WORK.c.source, one_thing(WORK)).in_(_claimed(view))
    net = case((WORK.c.source_key.is_(None), func.coalesce(LINE.c.billed_cents, 0)), else_=net_cents(WORK))
    query = (
        select(
            CLAIM.c.source, CLAIM.c.source_key, LINE.c.code, LINE.c.tooth, WORK.c.description,
            WORK.c.source_key.label("procedure_key"), net.label("net"), LINE.c.line_number, LINE.c.est_ins_cents,
            one_thing(WORK).label("thing"),
            done.label("is_done"), and_(WORK.c.source_key.is_not(None), claimed).label("is_claimed"),
        )
        .select_from(joined)
        .where(live(LINE, view.practice_id), CLAIM.c.claim_type == "PREAUTH", CLAIM.c.deleted_at.is_(None))
        .order_by(LINE.c.source, LINE.c.source_key)
    )  # fmt: skip
    lines: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        lines[row.source, row.source_key].append(row)
    return lines


def _claimed(view: RuleView) -> Any:
    """Procedures that stand on a real claim: (source, thing)."""
    joined = LINE.join(CLAIM, _of_claim()).join(WORK, _of_procedure())
    return (
        select(WORK.c.source, one_thing(WORK))
        .select_from(joined)
        .where(
            live(LINE, view.practice_id),
            CLAIM.c.deleted_at.is_(None),
            func.coalesce(CLAIM.c.claim_type, "CLAIM") != "PREAUTH",
            func.coalesce(CLAIM.c.status, "SENT").not_in(_NOT_CLAIMED),
        )
    )


def _of_claim() -> Any:
    return and_(
        CLAIM.c.practice_id == LINE.c.practice_id,
        CLAIM.c.source == LINE.c.source,
        CLAIM.c.source_key == LINE.c.claim_key,
    )


def _of_procedure() -> Any:
    return and_(
        WORK.c.practice_id == LINE.c.practice_id,
        WORK.c.source == LINE.c.source,
        WORK.c.source_key == LINE.c.procedure_key,
    )


def _finding(row: Any, waiting: Sequence[Any], asked: date, view: RuleView) -> Finding:
    value = sum(line.net for line in waiting) or row.stake
    work = work_text([Work(line.code, line.description, line.tooth) for line in waiting])
    days = (view.as_of - row.sent).days
    procedures = [f"procedure:{ref(row.source, line.procedure_key)}" for line in waiting if line.procedure_key]
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=value,
        sentence=(
            f"Predetermination for {work} ({person_label(row)}) sent {day_text(row.sent, view.as_of)}, {days} days "
            f"ago, no answer. {dollars(value)} and a yes are waiting."
        ),
        next_step="check the payer's portal, call, re-send the attachments",
        likelihood=0.5,
        due=asked,
        horizon_bd=5,
        since=row.sent,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{row.status} {row.sent}",
        evidence=(f"claim:{ref(row.source, row.source_key)}", *procedures),
    )
