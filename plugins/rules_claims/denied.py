"""CLAIM-DENIED: answered, and expected money did not come. Nobody sees such a claim again unless it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
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
from plugins.rules_claims.denial import Line, about, is_denied
from plugins.rules_claims.doubtful import answered_with_zero
from plugins.rules_claims.settled import Booked, closed_with_reason, last_sent, paid_otherwise, sent_again, written_off
from plugins.rules_claims.standing import Decided, Key, own_line, standing


class ClaimDenied(Rule):
    """The newest answer of the payer to a line (or to the whole claim) leaves it at $0, and neither the patient's share,
    another payer, the contract nor a used-up maximum explains it; or the claim was received at $0 and no remittance says
    why, or only one whose own figures do not add up. Each line stands by its own newest answer: payers answer a claim in parts and add to it later.

    A reversal never opens this by itself, and a duplicate refusal does not outweigh the answer before it. It rests
    while the claim was sent again, replaced or appealed since, the loss was written off (beyond the contract's write-off)
    or paid without a remittance, or a reason was noted. That a list of open claims shows it no more ends nothing.
    """

    code: ClassVar[str] = "CLAIM-DENIED"
    title: ClassVar[str] = "Claim or line denied"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "remit_claim|claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("remit_claim.paid_cents|claim.paid_cents",)
    clears_when: ClassVar[str] = (
        "it is appealed or sent again, the payer answers anew, or the loss is paid, written off or noted as closed"
    )
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
        refused = list(_denied_by_remit(view, settings))
        yield from refused
        yield from self._received(view, settings, {finding.evidence[0] for finding in refused})

    def _received(self, view: RuleView, settings: ClaimDenied.Settings, refused: Set[str]) -> Iterator[Finding]:
        """Answered at $0, and no remittance whose figures add up says why. `refused`: claims that are named already."""
        zeros, named = answered_with_zero(view), set()
        asked = {(row.source, row.source_key) for row in asked_rows(view)} if zeros else set()
        for row, answer, lost in zeros:
            key = (row.source, row.source_key)
            old = view.workdays.since(answer.day or view.as_of, view.as_of) >= settings.grace_bd
            is_named = key in asked or f"claim:{ref(*key)}" in refused
            if old and lost >= settings.min_expected_cents and not is_named:
                named.add(key)
                yield _doubtful_finding(row, answer, lost, settings, view)
        for row in denied_rows.received_at_zero(view, settings.min_expected_cents):
            old = view.workdays.since(row.received_date, view.as_of) >= settings.grace_bd
            if old and (row.source, row.source_key) not in named:
                yield _zero_finding(row, settings, view)


@dataclass(frozen=True, slots=True)
class _Refusals:
    """Everything that decides, read once."""

    decisions: Mapping[Key, Sequence[Any]]
    lines: Mapping[Key, Sequence[Line]]
    ours: Mapping[Key, Sequence[Any]]
    used_up: Mapping[Key, date]
    entries: Mapping[Key, Sequence[Booked]]

    def of(self, row: Any, again: Mapping[Key, date]) -> tuple[list[Decided], list[Decided]]:
        """What stands of a claim, and what of it was refused and not sent again since."""
        key = (row.source, row.source_key)
        services = standing(
            self.decisions.get(key, ()),
            self.lines,
            self.ours.get(key, ()),
            ordinal=row.ordinal,
            billed=row.billed_cents,
        )
        sent, known = last_sent(row, again), self.used_up.get((row.source, row.patient_key or ""))
        judged = [part for same in services for part in same]
        something_paid = any(part.line.paid > 0 for part in judged)
        refused = []
        for part in (part for same in services if not any(one.line.paid > 0 for one in same) for part in same):
            answered = part.answer.day
            full = known is not None and (answered is None or known <= answered)
            since_sent = answered is None or sent is None or answered >= sent
            if since_sent and is_denied(part.line, maximum_known=full, something_paid=something_paid):
                refused.append(part)
        return judged, refused

    def settled(self, row: Any, lost: int, since: date) -> bool:
        """Given up in the ledger, or paid by something that is no remittance."""
        key = (row.source, row.source_key)
        entries = self.entries.get(key, ())
        answered = sum(answer.paid_cents or 0 for answer in self.decisions.get(key, ()))
        return written_off(
            entries, lost, since=since, expected=row.exp_cents, billed=row.billed_cents
        ) or paid_otherwise(entries, lost, since=since, answered=answered)


def _read(view: RuleView, decisions: Mapping[Key, Sequence[Any]]) -> _Refusals:
    adjustments = denied_rows.adjustments_of(view)
    lines = dict(denied_rows.remit_lines(view, adjustments))
    for answers in decisions.values():
        for answer in answers:
            lines.setdefault((answer.source, answer.source_key), [denied_rows.whole_claim(answer, adjustments)])
    return _Refusals(
        decisions, lines, denied_rows.our_lines(view), denied_rows.used_up(view), denied_rows.ledger_entries(view)
    )


def _denied_by_remit(view: RuleView, settings: ClaimDenied.Settings) -> Iterator[Finding]:
    decisions = denied_rows.decisions(view)
    if not decisions:
        return
    facts, rows = _read(view, decisions), denied_rows.doubted(view)
    again = sent_again(view, [row for row in rows if row.deleted_at is not None])
    # A refusal that is a question is CLAIM-INFO-REQUESTED's.
    asked = {(row.source, row.source_key) for row in asked_rows(view)}
    for row in rows:
        key = (row.source, row.source_key)
        if key in asked or closed_with_reason(row):
            continue
        judged, refused = facts.of(row, again)
        denied = [part for part in refused if _days(part, view) >= settings.grace_bd]
        if not denied:
            continue
        ours = facts.ours.get(key, ())
        lost = lost_cents(row, [part.line for part in judged], [part.line for part in denied], ours)
        since = min(part.answer.day or view.as_of for part in denied)
        if lost >= settings.min_expected_cents and not facts.settled(row, lost, since):
            yield _remit_finding(row, denied, since, lost, ours, settings, view)


def _days(part: Decided, view: RuleView) -> int:
    return view.workdays.since(part.answer.day or view.as_of, view.as_of)


def lost_cents(claim: Any, judged: Sequence[Line], denied: Sequence[Line], ours: Sequence[Any]) -> int:
    """What was expected for the denied lines. All that was billed: the claim's expected amount. Single lines: our own
    estimate per line, else the claim's expected amount in proportion to the charges; nothing expected known: the charges."""
    charged = sum(line.charge for line in denied)
    total = max(sum(line.charge for line in judged), claim.billed_cents or 0)
    if len(denied) == len(judged) and charged >= total:
        return charged if claim.exp_cents is None else int(claim.exp_cents)
    estimates = [_estimate(line, ours) for line in denied]
    if all(estimate is not None for estimate in estimates):
        return sum(estimate or 0 for estimate in estimates)
    return charged if claim.exp_cents is None else claim.exp_cents * charged // max(1, total)


def _estimate(line: Line, ours: Sequence[Any]) -> int | None:
    own = own_line(line, ours)
    return own.est_ins_cents if own is not None else None


def _works(denied: Sequence[Line], ours: Sequence[Any]) -> str:
    """The work in words; a refused whole claim without lines is named by what we billed."""
    own = [(line, own_line(line, ours)) for line in denied]
    if any(line.code for line in denied):
        return work_text([Work(line.code, mine and mine.description, mine and mine.tooth) for line, mine in own])
    return work_text([Work(mine.code, mine.description, mine.tooth) for mine in ours])


def _remit_finding(
    row: Any,
    denied: Sequence[Decided],
    day: date,
    lost: int,
    ours: Sequence[Any],
    settings: ClaimDenied.Settings,
    view: RuleView,
) -> Finding:
    """`day`: the oldest refusal's; its time to appeal runs out first."""
    lines = [part.line for part in denied]
    claims = [f"remit_claim:{ref(part.answer.source, part.answer.source_key)}" for part in denied]
    parts = [f"remit_line:{ref(part.answer.source, part.line.key)}" for part in denied if part.line.key]
    what = f"Paid $0: {_works(lines, ours)} ({person_label(row)}), '{about(lines)}'."
    evidence = (f"claim:{ref(row.source, row.source_key)}", *dict.fromkeys(claims), *parts)
    state = ", ".join(sorted({f"{part.answer.day} {part.answer.remit_key}" for part in denied}))
    return _finding(row, day, what, lost, state, evidence, settings, view)


def _doubtful_finding(row: Any, answer: Any, lost: int, settings: ClaimDenied.Settings, view: RuleView) -> Finding:
    payer = row.payer_name or "payer unknown"
    what = f"Answered at $0 by figures that do not add up: {person_label(row)}, {payer}."
    evidence = (f"claim:{ref(row.source, row.source_key)}", f"remit_claim:{ref(answer.source, answer.source_key)}")
    state = f"{answer.day} {answer.remit_key}"
    return _finding(row, answer.day or view.as_of, what, lost, state, evidence, settings, view)


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
