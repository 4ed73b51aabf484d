"""ERA-TAKEBACK: a payer took money back, and the practice's ledger does not show it. A matching deposit hides exactly this."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text
from plugins.rules_remittance.taken import Taken, not_mirrored, taken_back
from plugins.rules_remittance.taken_rows import claims_of, read_facts


class TakebackSettings(RuleSettings):
    """`[items.ERA-TAKEBACK]`"""

    due_bd: int = Field(
        3, ge=0, description="working days after the remittance arrived until it has to be posted or disputed"
    )


class EraTakeback(Rule):
    """A check was lowered by a PLB amount (above 0 lowers, below 0 raises), or an earlier payment was reversed (CLP02 22),
    and no entry of the ledger raises the balance by it: on the same claim, or under the same check.

    One line per remittance and claim (or reference): all amounts of one reference are netted, so a refund of ours that is
    acknowledged (72 with its WO) and a takeback that is only announced (a negative WO beside the reversal) are none; a
    reversal and its correction, in the same or a later remittance, count by their difference. A balance that is only
    carried forward (FB) is not lost: nothing is said until it is applied. Interest owed to us (L6) is income.
    """

    code: ClassVar[str] = "ERA-TAKEBACK"
    title: ClassVar[str] = "Payer took money back, not in the ledger"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("remit", "remit_claim", "ledger_entry")
    needs_columns: ClassVar[tuple[str, ...]] = (
        "ledger_entry.claim_number|ledger_entry.claim_key|ledger_entry.external_ref",
        "remit_adj.amount_cents|remit_claim.is_reversal|remit_claim.status_code",
    )
    reads: ClassVar[tuple[str, ...]] = ("ledger_entry",)
    settings: ClassVar[type[BaseModel]] = TakebackSettings
    clears_when: ClassVar[str] = (
        "the ledger shows it on the claim or under the check, or the payer's next entries net it to 0"
    )
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, TakebackSettings)
        facts = read_facts(view)
        open_still = not_mirrored(taken_back(facts), facts)
        claims = claims_of(view, {taken.claim for taken in open_still if taken.claim is not None})
        for taken in open_still:
            row = claims.get(taken.claim) if taken.claim is not None else None
            if row is None or not row.is_test:
                yield _finding(taken, row, settings, view)


def _finding(taken: Taken, row: Any, settings: TakebackSettings, view: RuleView) -> Finding:
    remit = taken.remit
    remit_ref = ref(remit.source, remit.key)
    claim = (f"claim:{ref(row.source, row.source_key)}",) if row is not None else ()
    return Finding(
        subject=f"remit:{remit_ref}",
        discriminator=ref(row.source, row.source_key)
        if row is not None
        else taken.reference or "/".join(taken.reasons),
        value_cents=taken.cents,
        sentence=_sentence(taken, row, view),
        next_step="find the claim, post the reversal; dispute it if wrong; tell the patient before billing",
        likelihood=0.6,
        risk=0.5,
        due=view.workdays.plus(taken.since, settings.due_bd),
        horizon_bd=5,
        since=taken.since,
        patient=person_ref(row) if row is not None else None,
        patient_name=person_name(row) if row is not None else None,
        payer_name=remit.payer_name,
        location_id=remit.location_id,
        state=f"{taken.cents} {' '.join(taken.reasons)}",
        evidence=(f"remit:{remit_ref}", *claim, *taken.evidence),
    )


def _sentence(taken: Taken, row: Any, view: RuleView) -> str:
    payer, check = taken.remit.payer_name or "A payer", f" {taken.remit.trace}" if taken.remit.trace else ""
    did = f"kept {dollars(taken.cents)} from" if taken.reasons else f"took back {dollars(taken.cents)} in"
    if row is not None:
        what = f" for {_claim_text(row.service_from, view)} of {person_label(row)}"
    else:
        what = f" ({', '.join(taken.reasons)}{f', reference {taken.reference}' if taken.reference else ''})"
    return f"{payer} {did} check{check}{what}; our ledger does not show it."


def _claim_text(served: date | None, view: RuleView) -> str:
    if served is None:
        return "a claim"
    if served.year != view.as_of.year:
        return f"a {served.year} claim"
    return f"the claim of {day_text(served, view.as_of)}"
