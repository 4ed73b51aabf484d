"""CLAIM-SECONDARY-DUE: the first plan is done, a second one is in force, and nobody billed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel, Field, ValidationError

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import working_days
from plugins.rules_claims.asked_rows import asked_rows
from plugins.rules_claims.denied import ClaimDenied
from plugins.rules_claims.secondary_rows import unbilled_seconds


class SecondaryDueSettings(RuleSettings):
    """`[items.CLAIM-SECONDARY-DUE]`"""

    grace_bd: int = Field(2, ge=0, description="working days after the first plan's answer")
    other_kinds: dict[str, dict[str, object]] = Field(
        default_factory=dict, description="filled in by the hub from [items]; not to be set by hand"
    )


class ClaimSecondaryDue(Rule):
    """The first plan's answer is final and leaves a share to the patient, a second coverage was in force on the day of
    service, and no claim to it stands, whatever its state. Not when the payer passed the claim on itself (CLP02 19, 20, 21).

    A share of $0 needs no second claim here; a refused or questioned first claim is worked first. Discount and medical
    plans are no second plan. What the second plan will pay is the practice system's estimate where it made one; a clause
    that makes it pay nothing beside the first (non-duplication) is stated by no source.
    """

    code: ClassVar[str] = "CLAIM-SECONDARY-DUE"
    title: ClassVar[str] = "Second plan not billed"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "coverage", "remit_claim|claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("coverage.ordinal", "claim.ordinal")
    reads: ClassVar[tuple[str, ...]] = ("claim",)
    settings: ClassVar[type[BaseModel]] = SecondaryDueSettings
    clears_when: ClassVar[str] = "the second plan is billed, the payer passed the claim on, or the coverage had ended"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, SecondaryDueSettings)
        rows = [
            row
            for row in unbilled_seconds(view)
            if row.final_on is not None and view.workdays.since(row.final_on, view.as_of) >= settings.grace_bd
        ]
        elsewhere = _worked_first(view, settings) if rows else set()
        for row in rows:
            if f"claim:{ref(row.source, row.source_key)}" not in elsewhere:
                yield _finding(row, settings, view)


def _worked_first(view: RuleView, settings: SecondaryDueSettings) -> set[str]:
    """References of the claims that are refused or questioned, from the day of the answer on."""
    try:
        denied = ClaimDenied.Settings.model_validate(settings.other_kinds.get(ClaimDenied.code, {}))
    except ValidationError:  # that kind fails and says so itself
        denied = ClaimDenied.Settings.model_validate({})
    at_once = replace(view, settings=denied.model_copy(update={"grace_bd": 0}))
    refused = {finding.evidence[0] for finding in ClaimDenied().findings(at_once)}
    return refused | {f"claim:{ref(row.source, row.source_key)}" for row in asked_rows(view)}


def _finding(row: Any, settings: SecondaryDueSettings, view: RuleView) -> Finding:
    value = int(row.share) if row.second_expected is None else min(int(row.share), int(row.second_expected))
    ago = working_days(view.workdays.since(row.final_on, view.as_of))
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.second_ordinal}",
        value_cents=max(0, value),
        sentence=(
            f"Primary {'paid' if (row.paid or 0) > 0 else 'answered'} {ago}; {row.second_payer or 'the second plan'} as "
            f"secondary was never billed for {person_label(row)} ({dollars(max(0, value))})."
        ),
        next_step="send to the second plan with the primary's EOB",
        likelihood=0.9,
        due=view.workdays.plus(row.final_on, settings.grace_bd),
        horizon_bd=3,
        since=row.final_on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.second_payer,
        location_id=row.location_id,
        state=f"{row.final_on} {row.second_key}",
        evidence=(f"claim:{ref(row.source, row.source_key)}", f"coverage:{ref(row.source, row.second_key)}"),
    )
