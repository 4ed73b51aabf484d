"""Facts about a claim as dated steps in plain words. Pure: facts in, steps out; `as_of` only decides whether a year is
written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hub.ids import ref
from hub.lookup.claim_facts import ClaimFacts, FactRow
from hub.lookup.claim_state import ClaimState, Step, in_order
from hub.money import plain
from hub.rulekit.wording import day_text

_S = ClaimState
_EVENT_STATE: Mapping[str, ClaimState] = {
    "IN_TRANSIT": _S.SENT, "RECEIVED": _S.RECEIVED, "ACCEPTED": _S.ACCEPTED, "REJECTED": _S.REJECTED,
    "PENDED": _S.PENDING, "INFO_REQUESTED": _S.ACTION_NEEDED, "NOT_FOUND": _S.ACTION_NEEDED, "FINALIZED": _S.FINAL,
}  # fmt: skip
_EVENT_WORDS = {
    "IN_TRANSIT": "passed it on", "RECEIVED": "received it", "ACCEPTED": "accepted", "REJECTED": "rejected it",
    "PENDED": "holds it", "INFO_REQUESTED": "asked for information", "NOT_FOUND": "found no such claim",
    "FINALIZED": "finished it", "ERROR": "could not answer", "UNKNOWN": "sent a code that is not known",
}  # fmt: skip
_SPEAKER = {"PAYER": "payer", "CLEARINGHOUSE": "clearinghouse", "PRACTICE": "practice"}
_CLAIM_STATE = {
    "SENT": _S.SENT, "ACCEPTED": _S.ACCEPTED, "REJECTED": _S.REJECTED, "PENDED": _S.PENDING,
    "INFO_REQUESTED": _S.ACTION_NEEDED, "VOID": _S.VOID, "CLOSED": _S.CLOSED,
}  # fmt: skip


def steps_of(facts: ClaimFacts, as_of: date) -> list[Step]:
    """Every step of a claim, oldest first."""
    steps = [*_own_steps(facts, as_of), *_sent_steps(facts, as_of)]
    steps += [_event_step(row, facts, as_of) for row in facts.events]
    steps += [_answer_step(row, facts, as_of) for row in facts.answers]
    steps += [_posted_step(row, as_of) for row in facts.entries]
    return in_order(steps)


def _on(day: date | None, as_of: date) -> str:
    return f" on {day_text(day, as_of)}" if day is not None else ""


def _money(cents: int | None) -> str:
    """Always with cents, as on a remittance: `$212.00`."""
    text = plain(cents or 0)
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def _own_steps(facts: ClaimFacts, as_of: date) -> Iterator[Step]:
    """What the practice system itself says: made, sent, sent again, received."""
    claim = facts.claim
    if claim is None:
        return
    evidence = f"claim:{ref(claim['source'], claim['source_key'])}"
    what = "predetermination" if claim["claim_type"] == "PREAUTH" else "claim"
    if claim["created_date"]:
        billed = f" for {_money(claim['billed_cents'])}" if claim["billed_cents"] is not None else ""
        yield Step(claim["created_date"], None, f"{what} made{_on(claim['created_date'], as_of)}{billed}", evidence, 0, tells=False)
    days = dict.fromkeys(day for day in (claim["first_sent_date"], claim["last_sent_date"]) if day)
    for number, day in enumerate(sorted(days)):
        again = " again" if number else ""
        yield Step(day, _S.SENT, f"sent{again}{_on(day, as_of)}", evidence, 1, tells=not facts.sent)
    state = _CLAIM_STATE.get(claim["status"] or "")
    told = claim["received_date"]
    if state in (_S.VOID, _S.CLOSED) or told is not None:
        word = "void" if state is _S.VOID else "marked as answered in the practice system"
        yield Step(told, state, f"{word}{_on(told, as_of)}", evidence, 8, tells=False)
    elif state is not None and state is not _S.SENT:
        yield Step(None, state, f"status {claim['status']} in the practice system", evidence, 2, tells=False)


def _sent_steps(facts: ClaimFacts, as_of: date) -> Iterator[Step]:
    for number, row in enumerate(sorted(facts.sent, key=lambda sent: (sent["sent_on"] or date.min, sent["source_key"]))):
        again = {7: " as a replacement", 8: " as a void"}.get(row["frequency"] or 1, " again" if number else "")
        text = f"sent{again}{_on(row['sent_on'], as_of)} (837, {_money(row['billed_cents'])})"
        yield Step(row["sent_on"], _S.SENT, text, f"sent_claim:{ref(row['source'], row['source_key'])}", 1)


def _event_step(row: FactRow, facts: ClaimFacts, as_of: date) -> Step:
    outcome = row["outcome"] or "UNKNOWN"
    who = _SPEAKER.get(row["speaker"] or "", "receiver")
    said = (row["category"], None if outcome == "ACCEPTED" else row["status_code"])
    codes = " ".join(part for part in said if part)
    kind = row["kind"] or "event"
    about = "" if row["claim_number"] else "the whole batch: "
    reason = f": {' '.join(row['text'].split())}" if row["text"] and outcome != "ACCEPTED" else ""
    text = f"{about}{who} {_EVENT_WORDS[outcome]}{_on(row['happened_on'], as_of)} ({kind} {codes}".rstrip() + f"){reason}"
    return Step(
        row["happened_on"], _EVENT_STATE.get(outcome), text, f"claim_event:{ref(row['source'], row['source_key'])}", 3,
        sure=("claim_event", row["source_key"]) not in facts.unsure, tells=outcome not in ("RECEIVED", "IN_TRANSIT"),
    )  # fmt: skip


def _answer_step(row: FactRow, facts: ClaimFacts, as_of: date) -> Step:
    state = answer_state(row)
    check = f", check {row['trace']}" if row["trace"] and row["paid_cents"] else ""
    text = f"{_answer_words(row, state)}{_on(row['day'], as_of)}{check}{_shares(row, state)}"
    if row["remit_state"] == "QUARANTINED":
        text += " (the remittance does not add up)"
    usable = row["remit_state"] != "QUARANTINED" and not row["is_test"]
    return Step(
        row["day"], state if usable else None, text, f"remit_claim:{ref(row['source'], row['source_key'])}",
        4 if state is _S.REVERSED else 5, sure=("remit_claim", row["source_key"]) not in facts.unsure,
    )  # fmt: skip


def answer_state(row: Mapping[str, Any]) -> ClaimState:
    """What one CLP makes of a claim, judged from the money and not from CLP02 alone (reference §12)."""
    if row["is_estimate"] or row["status_code"] == "25":
        return _S.ESTIMATE
    if row["is_reversal"] or row["status_code"] == "22":
        return _S.REVERSED
    if row["status_code"] == "23":
        return _S.FORWARDED
    paid, charge = row["paid_cents"] or 0, row["charge_cents"] or 0
    if paid > 0:
        return _S.PAID if paid >= charge - (row["contract_cents"] or 0) else _S.PARTLY_PAID
    share = row["patient_share_cents"] or 0
    return _S.PATIENT_OWES if share and share + (row["contract_cents"] or 0) >= charge else _S.DENIED


def _answer_words(row: FactRow, state: ClaimState) -> str:
    charge = _money(row["charge_cents"])
    if state is _S.ESTIMATE:
        return f"expected payment {_money(row['estimate_cents'])} of {charge}"
    if state is _S.REVERSED:
        return f"took back {_money(abs(row['paid_cents'] or 0))}"
    if state is _S.FORWARDED:
        return "passed to another payer"
    if state is _S.DENIED:
        return f"denied {charge}"
    if state is _S.PATIENT_OWES:
        return f"paid nothing of {charge}"
    return f"paid {_money(row['paid_cents'])} of {charge}"


def _shares(row: FactRow, state: ClaimState) -> str:
    """Where the rest went: contractual, the patient's, the earlier payer's; and why it was refused."""
    if state in (_S.REVERSED, _S.FORWARDED):
        return ""
    parts = [
        (row["contract_cents"], "contractual"), (row["pr_cents"], "patient"), (row["prior_payer_cents"], "earlier payer"),
    ]  # fmt: skip
    told = [f"{_money(cents)} {name}" for cents, name in parts if cents]
    reasons = [reason for reason in (row["reasons"] or "").strip("|").split("|") if reason]
    if state is _S.DENIED and reasons:
        told.append(f"reason {' '.join(reasons)}")
    return "".join(f", {text}" for text in told)


def _posted_step(row: FactRow, as_of: date) -> Step:
    word = "payment" if row["kind"] == "INS_PAYMENT" else "write-off"
    number = f", {row['external_ref']}" if row["external_ref"] else ""
    text = f"{word} of {_money(-(row['amount_cents'] or 0))} posted{_on(row['entry_date'], as_of)}{number}"
    return Step(row["entry_date"], None, text, f"ledger_entry:{ref(row['source'], row['source_key'])}", 7)
