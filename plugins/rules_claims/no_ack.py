"""CLAIM-NO-ACK: sent electronically, and the payer never said that it has the claim. It may be lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import counted, day_text, on_day
from plugins.rules_claims.doubtful import answered_in_doubt
from plugins.rules_claims.no_ack_rows import Habit, unacknowledged_rows


class NoAckSettings(RuleSettings):
    """`[items.CLAIM-NO-ACK]`; days are working days of this office unless they say otherwise."""

    wait_bd: int = Field(2, ge=1, description="working days after the last sending before a missing receipt is listed")
    received_bd: int = Field(3, ge=0, description="a bare receipt (A1) moves the due day by so many working days")
    learn_claims: int = Field(
        10, ge=1, description="a payer that acknowledged none of at least so many claims never does, and is left out"
    )
    learn_days: int = Field(90, ge=1, description="calendar days of sendings from which a payer's habit is learned")
    silent_payers: tuple[str, ...] = Field((), description="payers known never to acknowledge, by name or payer key")
    paper_words: tuple[str, ...] = Field(
        ("printed", "mailed", "dropped to paper"),
        description="in the clearinghouse's words for a claim that it sends on by mail: no payer will acknowledge that one",
    )
    unstated_is_electronic: bool = Field(
        True,
        description="a claim of which no source says how it went, and no copy of a sent file shows it, went electronically",
    )


class ClaimNoAck(Rule):
    """Sent electronically two working days ago or more, and no payer took it on (277CA A2 or further). Received (A1) is
    not accepted; it moves the due day. An acceptance of an earlier sending does not count.

    Some payers never acknowledge. That is learned: a payer of which none of `learn_claims` claims sent in the last
    `learn_days` days was ever accepted is left out, here and not in CLAIM-AGING. Where no payer ever accepted anything
    (the clearinghouse passes on no payer acknowledgements) nothing is listed, nor is a claim sent before the oldest
    acknowledgement that was read. Paper claims and those that the clearinghouse mails are left out.
    """

    code: ClassVar[str] = "CLAIM-NO-ACK"
    title: ClassVar[str] = "Claim without the payer's receipt"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("claim", "claim_event")
    needs_columns: ClassVar[tuple[str, ...]] = (
        "claim.last_sent_date|claim.first_sent_date", "claim_event.outcome", "claim.claim_number",
    )
    reads: ClassVar[tuple[str, ...]] = ("claim_event",)
    settings: ClassVar[type[BaseModel]] = NoAckSettings
    clears_when: ClassVar[str] = "the payer accepts or answers it, it is rejected, sent again or void"
    backlog_days: ClassVar[int] = 548

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, NoAckSettings)
        rows = unacknowledged(view, settings)
        for row in rows:
            yield _finding(row, rows, settings, view)


def unacknowledged(view: RuleView, settings: NoAckSettings) -> Sequence[Any]:
    """The claims that this kind lists: CLAIM-AGING leaves them to it."""
    habit = Habit(settings.learn_claims, settings.learn_days, settings.wait_bd, settings.paper_words)
    rows = unacknowledged_rows(view, habit)
    silent = {name.strip().lower() for name in settings.silent_payers}
    # Figures that do not add up are no answer to go by, but whoever sent them has the claim.
    doubtful = answered_in_doubt(view) if rows else {}
    rows = [row for row in rows if (row.source, row.source_key) not in doubtful]
    old = [row for row in rows if view.workdays.since(row.sent, view.as_of) >= settings.wait_bd]
    return [row for row in old if _is_lost(row, silent, settings)]


def _is_lost(row: Any, silent: set[str], settings: NoAckSettings) -> bool:
    if {(row.payer_name or "").strip().lower(), (row.payer_key or "").lower()} & silent:
        return False
    return (
        row.is_paper is False or bool(row.is_in_a_sent_file) or (settings.unstated_is_electronic and not row.is_paper)
    )


def _finding(row: Any, rows: Sequence[Any], settings: NoAckSettings, view: RuleView) -> Finding:
    again = row.first_sent_date is not None and row.first_sent_date < row.sent
    return Finding(
        subject=f"claim:{ref(row.source, row.chain)}",
        discriminator=f"order {row.ordinal}" if (row.ordinal or 1) > 1 else "",
        value_cents=row.stake,
        sentence=_sentence(row, rows, view),
        next_step="call the payer: it was sent again already" if again else "look at the clearinghouse, re-send once",
        likelihood=0.8,
        due=due_on(row.sent, row.received_on, settings, view),
        horizon_bd=3,
        since=row.sent,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{row.sent} {row.received_on}",
        evidence=(f"claim:{ref(row.source, row.source_key)}",),
    )


def due_on(sent: date, received: date | None, settings: NoAckSettings, view: RuleView) -> date:
    """Two working days after the sending, three more when somebody on the way said that it came."""
    return view.workdays.plus(sent, settings.wait_bd + (settings.received_bd if received is not None else 0))


def _sentence(row: Any, rows: Sequence[Any], view: RuleView) -> str:
    together = Counter(other.sent for other in rows)[row.sent]
    payer = row.payer_name or "the payer"
    text = f"{person_label(row)}'s claim ({dollars(row.stake)}) sent {on_day(row.sent, view.as_of)} has no receipt from {payer}."
    if row.received_on is not None:
        text += f" It was received on {day_text(row.received_on, view.as_of)}, not accepted."
    if together > 1 and row.sent_that_day:
        text += f" {row.sent_that_day} claims were sent that day: {counted(together)} have no receipt."
    return text
