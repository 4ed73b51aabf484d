"""ERA-LEDGER-MISMATCH: the answer is posted, and the ledger holds other amounts than the payer's electronic EOB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from plugins.rules_remittance.mismatch_rows import posted_answers, states_writeoffs, unlike_rows
from plugins.rules_remittance.taken import Lowering
from plugins.rules_remittance.taken_rows import lowerings


class MismatchSettings(RuleSettings):
    """`[items.ERA-LEDGER-MISMATCH]`; cents."""

    due_bd: int = Field(2, ge=0, description="working days after the posting until it has to be right")
    share_cents: int = Field(100, ge=1, description="a patient share that differs by less is left out")
    writeoff_cents_per_line: int = Field(1, ge=0, description="rounding of a write-off, per line of the claim")


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount on both sides, in cents: `what` it is, the EOB's and the ledger's."""

    what: str
    eob: int
    books: int

    @classmethod
    def of(cls, what: str, eob: Any, books: Any) -> Difference:
        """From sums of the database: PostgreSQL adds whole numbers up to a Decimal."""
        return cls(what, int(eob), int(books))

    @property
    def cents(self) -> int:
        return abs(self.eob - self.books)


class EraLedgerMismatch(Rule):
    """Per claim, over all its remittances (reversals included): the insurance payments posted are not what was paid, the
    write-off posted is not the contract's (CO-45 and its kind), or the patient's share differs by a dollar or more.

    Only claims whose answers are posted; what is not posted yet is ERA-UNPOSTED. A write-off entered when the claim was
    made counts; a secondary claim's write-off is the primary's matter, and capitation takes off what it likes. While a
    second plan has not answered the patient's share is not final; for orthodontics, paid in instalments, only payments
    are compared, and so where an answer does not add up in itself: its payment alone is proved, by the check. What the check as a whole was lowered or raised by (PLB) may stand on the claim. Where no source states write-offs of claims, they are not compared.
    """

    code: ClassVar[str] = "ERA-LEDGER-MISMATCH"
    title: ClassVar[str] = "EOB and ledger differ"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("remit", "remit_claim", "claim", "ledger_entry|claim")
    needs_columns: ClassVar[tuple[str, ...]] = (
        "ledger_entry.claim_number|ledger_entry.claim_key|claim.paid_cents|claim.writeoff_cents",
    )
    settings: ClassVar[type[BaseModel]] = MismatchSettings
    clears_when: ClassVar[str] = "the ledger shows the amounts of the EOB, or the payer answers anew"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, MismatchSettings)
        with_writeoffs = states_writeoffs(view)
        found = [
            (row, differences)
            for row in unlike_rows(view)
            if (differences := compared(row, with_writeoffs=with_writeoffs, settings=settings))
        ]
        posted = posted_answers(view, [(row.source, row.source_key) for row, _ in found])
        check_amounts = lowerings(view) if posted else []
        for row, differences in found:
            answers = posted.get((row.source, row.source_key))
            left = _without_check_amounts(row, differences, answers, check_amounts) if answers else []
            if answers and left:
                yield _finding(row, left, answers, settings, view)


def compared(row: Any, *, with_writeoffs: bool, settings: MismatchSettings) -> list[Difference]:
    """The amounts of a claim that differ, payment first."""
    found = []
    posted = row.posted_cents if row.posted_cents is not None else row.paid_cents
    if posted is not None and posted != row.eob_paid:
        found.append(Difference.of("paid", row.eob_paid, posted))
    if not row.adds_up:
        return found
    own_contract = (row.ordinal or 1) == 1 and not row.prior_payer and not row.is_capitated and not row.is_capitation
    if with_writeoffs and own_contract and not row.is_ortho:
        off = _writeoff(row)
        if abs(off.eob - off.books) > settings.writeoff_cents_per_line * max(1, row.line_count or 1):
            found.append(off)
    if row.share_cents is not None and row.eob_share is not None and not row.is_ortho and not row.second_is_open:
        share = Difference.of("patient share", row.eob_share, row.share_cents)
        if share.cents >= settings.share_cents:
            found.append(share)
    return found


def _without_check_amounts(
    row: Any, differences: list[Difference], answers: Sequence[Any], check_amounts: Sequence[Lowering]
) -> list[Difference]:
    """Less a payment that differs by what the check as a whole was lowered or raised by (PLB): a takeback or interest has
    to be entered somewhere, on the claim that it means or on one of the check."""
    checks = {(answer.source, answer.remit_key) for answer in answers}
    meant = sum(each.cents for each in check_amounts if each.claim == (row.source, row.source_key))
    of_check = [each.cents for each in check_amounts if each.remit in checks]
    whole = [sum(each.cents for each in check_amounts if each.remit == check) for check in checks]
    entered = {meant, *of_check, *whole}
    return [each for each in differences if each.what != "paid" or each.eob - each.books not in entered]


def _writeoff(row: Any) -> Difference:
    """What the ledger holds on the claim, on its procedures, with other adjustments, or the claim's own figure: the one
    that comes nearest, because offices post write-offs in each of these ways."""
    eob = row.eob_contract or 0
    plain = row.writeoff_posted or 0
    ways = [plain, plain + (row.adjusted_posted or 0), plain + (row.work_writeoff or 0)]
    if row.writeoff_cents is not None:
        ways.append(row.writeoff_cents)
    return Difference.of("write-off", eob, min(ways, key=lambda cents: abs(cents - eob)))


def _finding(
    row: Any, differences: list[Difference], answers: Sequence[Any], settings: MismatchSettings, view: RuleView
) -> Finding:
    posted: date = row.posted_on or row.received_date or row.answered_on or view.as_of
    value = sum(each.cents for each in differences)
    return Finding(
        subject=f"claim:{ref(row.source, row.source_key)}",
        value_cents=value,
        sentence=_sentence(row, differences),
        next_step="correct the posting",
        likelihood=0.9,
        risk=0.5,
        due=view.workdays.plus(posted, settings.due_bd),
        horizon_bd=5,
        since=posted,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=" ".join(f"{each.what} {each.eob} {each.books}" for each in differences),
        evidence=(
            f"claim:{ref(row.source, row.source_key)}",
            *(f"remit_claim:{ref(a.source, a.source_key)}" for a in answers),
        ),
    )


def _sentence(row: Any, differences: list[Difference]) -> str:
    """ "EOB says $212 paid, $96 write-off. Ledger has $212 and $69 (M. Lopez, Delta Dental).\""""
    posted = row.posted_cents if row.posted_cents is not None else row.paid_cents
    shown = list(differences)
    if shown[0].what != "paid" and posted is not None:
        shown.insert(0, Difference.of("paid", row.eob_paid, posted))
    says = ", ".join(f"{dollars(each.eob)} {each.what}" for each in shown)
    has = " and ".join(dollars(each.books) for each in shown)
    return f"EOB says {says}. Ledger has {has} ({person_label(row)}, {row.payer_name or 'payer unknown'})."
