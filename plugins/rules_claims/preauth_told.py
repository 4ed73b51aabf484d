"""PREAUTH-ANSWERED and PREAUTH-DENIED: the payer answered a predetermination, and the patient waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.contacts import likelihood
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import Work, work_text
from plugins.rules_claims.denial import about
from plugins.rules_claims.preauth_answers import Answered, LineAnswer, answered_preauths

_MISSING = ("16", "226", "227", "252")  # CARC: information or an attachment is missing


class PreauthAnsweredSettings(RuleSettings):
    """`[items.PREAUTH-ANSWERED]`"""

    grace_bd: int = Field(1, ge=0, description="working days after the answer before it is listed")
    due_bd: int = Field(2, ge=0, description="working days after the answer until the patient should know")


class PreauthDeniedSettings(RuleSettings):
    """`[items.PREAUTH-DENIED]`"""

    due_bd: int = Field(2, ge=0, description="working days after the answer to appeal, revise the plan or call")


class PreauthAnswered(Rule):
    """The payer said what it will pay for planned work, and the patient was not contacted since, or the work is not booked.
    Lines that were refused are PREAUTH-DENIED; while that is open it speaks for the whole answer.

    An answer that came on paper counts from the day the practice system received it. Where no source logs contacts, only
    the missing visit counts. Work that was done, claimed, declined or taken out of the plan waits for nothing.
    """

    code: ClassVar[str] = "PREAUTH-ANSWERED"
    title: ClassVar[str] = "Predetermination answered, patient not booked"
    owner: ClassVar[str] = "TC"
    audience: ClassVar[Audience] = "contact"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_line", "procedure", "appointment")
    needs_columns: ClassVar[tuple[str, ...]] = (
        "claim.claim_type", "procedure.appointment_key|appointment.procedure_tokens", "claim_line.procedure_key",
    )  # fmt: skip
    settings: ClassVar[type[BaseModel]] = PreauthAnsweredSettings
    clears_when: ClassVar[str] = "the patient was contacted and the work is booked, done or declined"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, PreauthAnsweredSettings)
        for answered in answered_preauths(view):
            waited = view.workdays.since(answered.on, view.as_of) >= settings.grace_bd
            if waited and not _is_refused(answered) and _approved_lines(answered) and _waits(answered):
                yield _answered_finding(answered, settings, view)


class PreauthDenied(Rule):
    """A line of a predetermination was refused, or would be paid as a cheaper one, for less than we expected; and since then
    nobody appealed or sent it again, the work is still planned as it was, and the patient was not contacted.
    """

    code: ClassVar[str] = "PREAUTH-DENIED"
    title: ClassVar[str] = "Predetermination denied"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_line", "procedure", "remit_claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.claim_type",)
    settings: ClassVar[type[BaseModel]] = PreauthDeniedSettings
    clears_when: ClassVar[str] = "it is appealed or sent again, the plan is revised, or the patient was contacted"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, PreauthDeniedSettings)
        for answered in answered_preauths(view):
            if _is_refused(answered):
                yield _denied_finding(answered, settings, view)


def _is_refused(answered: Answered) -> bool:
    return bool(answered.refused) and not answered.told


def _approved_lines(answered: Answered) -> Sequence[Any]:
    """Our planned lines that were not refused; all of them where the payer's lines cannot be told apart."""
    refused = {id(each.own) for each in answered.said if each.denied}
    if answered.said and all(each.denied for each in answered.said):
        return []
    return [line for line in answered.open_lines if id(line) not in refused]


def _waits(answered: Answered) -> bool:
    """Not told, or not booked; and nobody said no."""
    if any(contact.outcome == "DECLINED" for contact in answered.contacts or ()):
        return False
    lines = _approved_lines(answered)
    not_told = answered.contacts is not None and not answered.told
    return not_told or any(line in lines for line in answered.unbooked)


def _answered_finding(answered: Answered, settings: PreauthAnsweredSettings, view: RuleView) -> Finding:
    lines, row = _approved_lines(answered), answered.row
    work = work_text([Work(line.code, line.description, line.tooth) for line in lines])
    payer = row.payer_name or "the payer"
    estimate = sum(each.estimate for each in answered.said) if answered.said else None
    said = (
        f"Approved: {payer} will pay {dollars(estimate)} for {work}"
        if estimate is not None
        else f"{payer} answered for {work}"
    )
    booked = not any(line in lines for line in answered.unbooked)
    state = (
        "The patient has not been told." if answered.contacts is not None and not answered.told else "Not booked yet."
    )
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=sum(line.net for line in lines),
        sentence=f"{said} ({person_label(row)}). {state}",
        next_step="call with the exact patient share" if booked else "call with the exact patient share; book",
        likelihood=likelihood(0.65, answered.contacts or (), view.as_of),
        due=view.workdays.plus(answered.on, settings.due_bd),
        horizon_bd=3,
        since=answered.on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{answered.on} {'booked' if booked else 'unbooked'}",
        evidence=_evidence(answered, lines),
    )


def _denied_finding(answered: Answered, settings: PreauthDeniedSettings, view: RuleView) -> Finding:
    row, refused = answered.row, answered.refused
    own = [each.own for each in refused if each.own is not None]
    lost = sum(each.lost for each in refused)
    missing = any(a.reason in _MISSING for each in refused for a in each.line.adjustments)
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=lost,
        sentence=_denied_sentence(answered, refused, lost),
        next_step=(
            "send what is missing (X-ray, chart) and ask again; this is no appeal"
            if missing
            else "explain the options, appeal if there is evidence, offer financing"
        ),
        likelihood=0.35,
        risk=0.5,
        due=view.workdays.plus(answered.on, settings.due_bd),
        horizon_bd=5,
        since=answered.on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{answered.on} {lost}",
        evidence=_evidence(answered, own),
    )


def _denied_sentence(answered: Answered, refused: Sequence[LineAnswer], lost: int) -> str:
    who = person_label(answered.row)
    works = [
        Work(each.own.code, each.own.description, each.own.tooth) if each.own else Work(each.line.code)
        for each in refused
    ]
    denied = [each for each in refused if each.denied]
    instead = [f"{each.alternate}, {dollars(each.estimate)}" for each in refused if each.alternate and each.estimate]
    if denied:
        text = (
            f"Denied: {work_text(works)} ({who}), '{about([each.line for each in denied])}'. {dollars(lost)} expected."
        )
    else:
        text = f"Not as planned: {work_text(works)} ({who}), {dollars(lost)} less than expected."
    return f"{text} Alternate benefit: {'; '.join(instead)}." if instead else text


def _evidence(answered: Answered, lines: Sequence[Any]) -> tuple[str, ...]:
    row = answered.row
    return (
        f"claim:{ref(row.source, row.source_key)}",
        *(f"remit_claim:{ref(source, key)}" for source, key in answered.remit_claims),
        *(f"procedure:{ref(row.source, line.procedure_key)}" for line in lines if line.procedure_key),
    )
