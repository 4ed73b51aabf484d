"""CLAIM-DENIED: answered, and expected money did not come. Nobody sees such a claim again unless it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.wording import Work, day_text, work_text
from plugins.rules_claims import denied_rows
from plugins.rules_claims.asked_rows import asked_rows
from plugins.rules_claims.denial import Line, about, denied_lines


class ClaimDenied(Rule):
    """The newest answer of the payer leaves a line (or the whole claim) at $0, and neither the patient's share, another
    payer, the contract nor a used-up maximum explains it; or the claim was received at $0 and no remittance says why.

    A reversal never opens this by itself, and a duplicate refusal does not outweigh the answer before it. It rests
    while the claim was sent again, replaced or appealed since, or the loss was written off in the ledger.
    """

    code: ClassVar[str] = "CLAIM-DENIED"
    title: ClassVar[str] = "Claim or line denied"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "remit_claim|claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("remit_claim.paid_cents|claim.paid_cents",)
    clears_when: ClassVar[str] = "it is appealed or sent again, the payer answers anew, or the loss is written off"
    backlog_days: ClassVar[int] = 548

    class Settings(BaseModel):
        """Money in cents."""

        min_expected_cents: int = Field(1000, ge=0, description="smaller losses are left out")
        grace_bd: int = Field(3, ge=0, description="working days after the answer in which nothing is said")
        appeal_days: int = Field(180, ge=1, description="calendar days to appeal where the plan does not say")

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        yield from _denied_by_remit(view, settings)
        for row in denied_rows.received_at_zero(view, settings.min_expected_cents):
            if view.workdays.since(row.received_date, view.as_of) >= settings.grace_bd:
                yield _zero_finding(row, settings, view)


def _denied_by_remit(view: RuleView, settings: ClaimDenied.Settings) -> Iterator[Finding]:
    decisions = denied_rows.decisions(view)
    if not decisions:
        return
    adjustments, ours = denied_rows.adjustments_of(view), denied_rows.our_lines(view)
    lines = denied_rows.remit_lines(view, adjustments)
    used_up, written_off = denied_rows.used_up(view), denied_rows.write_offs(view)
    asked = {(row.source, row.source_key) for row in asked_rows(view)}  # a refusal that is a question: CLAIM-INFO-REQUESTED
    for row in denied_rows.doubted(view):
        key = (row.source, row.source_key)
        if key in asked:
            continue
        answers = denied_rows.newest_decision(decisions[key], row.ordinal)
        if not answers or (answers[0].day and row.last_sent_date and row.last_sent_date > answers[0].day):
            continue
        day = answers[0].day or view.as_of
        known = used_up.get((row.source, row.patient_key or ""))
        judged = [
            line
            for each in answers
            for line in lines.get((each.source, each.source_key)) or (denied_rows.whole_claim(each, adjustments),)
        ]
        denied = denied_lines(judged, maximum_known=known is not None and known <= day)
        lost = lost_cents(row.exp_cents, judged, denied, ours.get(key, ()))
        waited = view.workdays.since(day, view.as_of) >= settings.grace_bd
        given_up = sum(cents for on, cents in written_off.get(key, ()) if on >= day)
        if denied and waited and lost >= settings.min_expected_cents and given_up < lost:
            yield _remit_finding(row, answers, denied, lost, ours.get(key, ()), settings, view)


def lost_cents(expected: int | None, judged: Sequence[Line], denied: Sequence[Line], ours: Sequence[Any]) -> int:
    """What was expected for the denied lines. The whole claim: its expected amount. Single lines: our own estimate per
    line, else the claim's expected amount in proportion to the charges; nothing expected known: the charges."""
    charged = sum(line.charge for line in denied)
    if len(denied) == len(judged):
        return charged if expected is None else expected
    estimates = [_estimate(line, ours) for line in denied]
    if all(estimate is not None for estimate in estimates):
        return sum(estimate or 0 for estimate in estimates)
    total = sum(line.charge for line in judged)
    return charged if expected is None else expected * charged // max(1, total)


def _estimate(line: Line, ours: Sequence[Any]) -> int | None:
    own = _own_line(line, ours)
    return own.est_ins_cents if own is not None else None


def _own_line(line: Line, ours: Sequence[Any]) -> Any:
    """Our line behind a remittance line: by the echoed line number, else by code when only one has it."""
    by_number = [own for own in ours if line.line_number and own.line_number == line.line_number]
    same = by_number or [own for own in ours if line.code and own.code == line.code]
    return same[0] if len(same) == 1 else None


def _works(denied: Sequence[Line], ours: Sequence[Any]) -> str:
    """The work in words; a refused whole claim without lines is named by what we billed."""
    own = [(line, _own_line(line, ours)) for line in denied]
    if any(line.code for line in denied):
        return work_text([Work(line.code, mine and mine.description, mine and mine.tooth) for line, mine in own])
    return work_text([Work(mine.code, mine.description, mine.tooth) for mine in ours])


def _remit_finding(
    row: Any,
    answers: Sequence[Any],
    denied: Sequence[Line],
    lost: int,
    ours: Sequence[Any],
    settings: ClaimDenied.Settings,
    view: RuleView,
) -> Finding:
    day, source = answers[0].day, answers[0].source
    claims = [f"remit_claim:{ref(answer.source, answer.source_key)}" for answer in answers]
    lines = [f"remit_line:{ref(source, line.key)}" for line in denied if line.key]
    what = f"Paid $0: {_works(denied, ours)} ({person_label(row)}), '{about(denied)}'."
    evidence = (f"claim:{ref(row.source, row.source_key)}", *claims, *lines)
    state = f"{day} {answers[0].remit_key}"
    return _finding(row, day or view.as_of, what, lost, state, evidence, settings, view)


def _zero_finding(row: Any, settings: ClaimDenied.Settings, view: RuleView) -> Finding:
    what = f"Received at $0 without a remittance: {person_label(row)}, {row.payer_name or 'payer unknown'}."
    evidence = (f"claim:{ref(row.source, row.source_key)}",)
    state = f"received {row.received_date}"
    return _finding(row, row.received_date, what, row.exp_cents, state, evidence, settings, view)


def _finding(
    row: Any,
    answered: date,
    what: str,
    lost: int,
    state: str,
    evidence: tuple[str, ...],
    settings: ClaimDenied.Settings,
    view: RuleView,
) -> Finding:
    # The deadline is the plan's, a hard one: it rolls back to an open day, never forward.
    deadline = view.workdays.roll_back(answered + timedelta(days=row.appeal_days or settings.appeal_days))
    open_still = deadline >= view.as_of
    appeal = f"Appeal by {day_text(deadline, view.as_of)}." if open_still else "The time to appeal has passed."
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=lost,
        sentence=f"{what} {dollars(lost)} expected. {appeal}",
        next_step="read the reason, correct or appeal, tell the patient",
        likelihood=0.4,
        risk=0.5,
        due=view.workdays.plus(answered, 3),
        horizon_bd=5,
        since=answered,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=state,
        evidence=evidence,
    )
