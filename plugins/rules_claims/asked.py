"""CLAIM-INFO-REQUESTED: the payer waits for something from us, and decides nothing until it comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text
from plugins.rules_claims.asked_rows import ASKING, asked_rows

_ABOUT = {
    "16": "missing information", "226": "information that it asked us for", "227": "information that it asked the patient for",
    "252": "an attachment",
}  # fmt: skip
_LONGEST_NAMED = 40
_ASKED_THE_PATIENT = ("P4",)  # 277 category: waits for the patient


class InfoRequestedSettings(RuleSettings):
    """`[items.CLAIM-INFO-REQUESTED]`"""

    answer_bd: int = Field(3, ge=0, description="working days to answer a payer's question")
    deadline_days: int = Field(
        30,
        ge=1,
        description="calendar days until the payer closes the question; the date on its letter reaches no source",
    )


class ClaimInfoRequested(Rule):
    """The newest word of the payer is a question: a status answer P3, P4 or R*, a remittance with reason 16, 226, 227 or
    252, or the practice system's own note; and the claim was not sent since, nor has the payer moved on.

    Documents sent by letter or portal reach no source: the item then closes with the payer's next answer, or by hand.
    """

    code: ClassVar[str] = "CLAIM-INFO-REQUESTED"
    title: ClassVar[str] = "Payer asks for information"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_event|remit_claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("claim_event.outcome|remit_claim.reasons",)
    settings: ClassVar[type[BaseModel]] = InfoRequestedSettings
    clears_when: ClassVar[str] = "the claim is sent again, the payer moves on or answers, or the claim is void"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, InfoRequestedSettings)
        for row in asked_rows(view):
            yield _finding(row, settings, view)


def _finding(row: Any, settings: InfoRequestedSettings, view: RuleView) -> Finding:
    deadline = _deadline(row.asked_on, settings, view)
    due = view.workdays.plus(row.asked_on or view.as_of, settings.answer_bd if row.asked_on else 0)
    evidence = [f"claim:{ref(row.source, row.source_key)}"]
    by_event = row.event_decision == "INFO_REQUESTED"
    if by_event:
        evidence.append(f"claim_event:{ref(row.event_source, row.event_source_key)}")
    if row.answer_key is not None:
        evidence.append(f"remit_claim:{ref(row.answer_source, row.answer_key)}")
    patient = by_event and row.event_category in _ASKED_THE_PATIENT
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=row.stake,
        sentence=_sentence(row, by_event, deadline, view),
        next_step="ask the patient for the payer's letter, answer it"
        if patient
        else "send the attachment, note its control number",
        likelihood=0.8,
        due=min(due, deadline) if deadline else due,
        horizon_bd=5,
        since=row.asked_on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"asked {row.asked_on} {row.event_source_key if by_event else row.answer_key or row.status}",
        evidence=tuple(evidence),
    )


def _deadline(asked: date | None, settings: InfoRequestedSettings, view: RuleView) -> date | None:
    """The payer's day, a hard one: it rolls back to an open day. None when nobody noted when it asked."""
    return view.workdays.roll_back(asked + timedelta(days=settings.deadline_days)) if asked is not None else None


def _sentence(row: Any, by_event: bool, deadline: date | None, view: RuleView) -> str:
    payer, who = row.payer_name or "The payer", f"{person_label(row)} ({dollars(row.stake)})"
    said = " ".join((row.event_text or "").split()).rstrip(".") if by_event else ""
    what = said if said and len(said) <= _LONGEST_NAMED else _what(row, by_event)
    text = f"{payer} wants {what} for {who}{f' by {day_text(deadline, view.as_of)}' if deadline else ''}."
    if said and what != said:
        text += f" It says: {said}."
    if by_event and row.event_category in _ASKED_THE_PATIENT:
        text += " It asked the patient."
    return text


def _what(row: Any, by_event: bool) -> str:
    if by_event:
        codes = " ".join(part for part in (row.event_category, row.event_status_code) if part)
        return f"information{f' ({codes})' if codes else ''}"
    found = [code for code in ASKING if f"-{code}|" in (row.answer_reasons or "")]
    return _ABOUT[found[0]] if found else "information"
