"""Facts about a claim as dated steps in plain words. Pure: facts in, steps out; `as_of` only decides whether a year is
written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hub.ids import ref
from hub.lookup.claim_facts import ClaimFacts
from hub.lookup.claim_state import ClaimState, Step, in_order
from hub.lookup.sendings import FactRow
from hub.model.remits import ABOVE_ALLOWED, CONTRACT_WRITE_OFF, EARLIER_PAYER, PATIENT_SHARE
from hub.money import dollars
from hub.rulekit.acknowledgements import NOT_THE_PAYER
from hub.rulekit.wording import day_text

_S = ClaimState
_EVENT_STATE: Mapping[str, ClaimState] = {
    "IN_TRANSIT": _S.RECEIVED, "RECEIVED": _S.RECEIVED, "ACCEPTED": _S.ACCEPTED, "REJECTED": _S.REJECTED,
    "PENDED": _S.PENDING, "INFO_REQUESTED": _S.ACTION_NEEDED, "NOT_FOUND": _S.ACTION_NEEDED, "FINALIZED": _S.FINAL,
}  # fmt: skip
_EVENT_WORDS = {
    "IN_TRANSIT": "passed it on", "RECEIVED": "received it", "ACCEPTED": "accepted", "REJECTED": "rejected it",
    "PENDED": "holds it", "INFO_REQUESTED": "asked for information", "NOT_FOUND": "found no such claim",
    "FINALIZED": "finished it", "ERROR": "could not answer", "UNKNOWN": "sent a code that is not known",
}  # fmt: skip
_CAPITATION = "|CO-24|"
_SHARES = CONTRACT_WRITE_OFF | {EARLIER_PAYER}  # with words of their own
_SPEAKER = {"PAYER": "payer", "CLEARINGHOUSE": "clearinghouse", "PRACTICE": "practice"}
_CLAIM_STATE = {
    "ACCEPTED": _S.ACCEPTED, "REJECTED": _S.REJECTED, "PENDED": _S.PENDING, "INFO_REQUESTED": _S.ACTION_NEEDED,
}  # fmt: skip
_DONE = {"ADJUDICATED": _S.ANSWERED, "CLOSED": _S.CLOSED}
# The order of one day: receipts before acceptances before rejections, a reversal before its correction.
_MADE, _SENT, _STATUS, _RECEIPT, _ACCEPTANCE, _REJECTION, _REVERSAL, _ANSWER, _POSTED, _MARKED = range(10)
_EVENT_RANK = {_S.RECEIVED: _RECEIPT, _S.REJECTED: _REJECTION, _S.ACTION_NEEDED: _REJECTION}


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
    """Always with cents, as on a remittance: `$1,212.00`."""
    text = dollars(cents or 0)
    return text if "." in text else f"{text}.00"


def _own_steps(facts: ClaimFacts, as_of: date) -> Iterator[Step]:
    """What the practice system itself says: made, sent, sent again, received."""
    claim = facts.claim
    if claim is None:
        return
    evidence = f"claim:{ref(claim['source'], claim['source_key'])}"
    what = "predetermination" if claim["claim_type"] == "PREAUTH" else "claim"
    if claim["created_date"]:
        billed = f" for {_money(claim['billed_cents'])}" if claim["billed_cents"] is not None else ""
        yield Step(claim["created_date"], None, f"{what} made{_on(claim['created_date'], as_of)}{billed}", evidence, _MADE, tells=False)
    days = sorted({day for day in (claim["first_sent_date"], claim["last_sent_date"]) if day})
    for number, day in enumerate(days):
        again = " again" if number else ""
        yield Step(day, _S.SENT, f"sent{again}{_on(day, as_of)}", evidence, _SENT, tells=not facts.sent)
    yield from _status_step(facts, claim, evidence, days[-1] if days else None, as_of)


def _status_step(
    facts: ClaimFacts, claim: FactRow, evidence: str, sent: date | None, as_of: date
) -> Iterator[Step]:
    """What the practice system makes of the claim. Its status carries no day: that it is done or void holds to the end, any
    other word stands where the claim was last sent."""
    status, told = claim["status"] or "", claim["received_date"]
    if status == "VOID":
        yield Step(None, _S.VOID, "void in the practice system", evidence, _MARKED, placed=date.max)
    elif status in _DONE or told is not None:
        state = _DONE.get(status, _S.ANSWERED)
        text = f"marked as answered in the practice system{_on(told, as_of)}"
        end = sent if facts.answers else date.max  # which answer is meant, and what came after it, the answers tell
        yield Step(told, state, text, evidence, _MARKED, tells=not facts.answers, placed=end)
    elif status in _CLAIM_STATE:
        text = f"status {status} in the practice system"
        yield Step(None, _CLAIM_STATE[status], text, evidence, _STATUS, tells=False, placed=sent)


def _sent_steps(facts: ClaimFacts, as_of: date) -> Iterator[Step]:
    for number, row in enumerate(sorted(facts.sent, key=lambda sent: (sent["sent_on"] or date.min, sent["source_key"]))):
        again = {7: " as a replacement", 8: " as a void"}.get(row["frequency"] or 1, " again" if number else "")
        text = f"sent{again}{_on(row['sent_on'], as_of)} (837, {_money(row['billed_cents'])})"
        sure = ("sent_claim", row["source_key"]) not in facts.unsure
        yield Step(row["sent_on"], _S.SENT, text, f"sent_claim:{ref(row['source'], row['source_key'])}", _SENT, sure=sure)


def _event_step(row: FactRow, facts: ClaimFacts, as_of: date) -> Step:
    outcome, about, state = row["outcome"] or "UNKNOWN", _about(row), event_state(row)
    who = _SPEAKER.get(row["speaker"] or "", "receiver")
    said = (row["category"], None if outcome == "ACCEPTED" else row["status_code"])
    codes = " ".join(part for part in said if part)
    kind = row["kind"] or "event"
    reason = f": {' '.join(row['text'].split())}" if row["text"] and outcome != "ACCEPTED" else ""
    text = f"{about}{who} {_EVENT_WORDS[outcome]}{_on(row['happened_on'], as_of)} ({kind} {codes}".rstrip() + f"){reason}"
    return Step(
        row["happened_on"], state, text, f"claim_event:{ref(row['source'], row['source_key'])}",
        _ACCEPTANCE if state is None else _EVENT_RANK.get(state, _ACCEPTANCE),
        sure=("claim_event", row["source_key"]) not in facts.unsure,
        tells=outcome not in ("RECEIVED", "IN_TRANSIT") and not _is_of_line(row),
    )  # fmt: skip


def event_state(row: FactRow) -> ClaimState | None:
    """What an event makes of the claim: nothing when it speaks of a line, or of a batch that the claim was sent again after.
    What a clearinghouse accepts is not yet with the payer (reference §27)."""
    if _is_of_line(row) or row.get("is_outdated"):
        return None
    state = _EVENT_STATE.get(row["outcome"] or "UNKNOWN")
    return _S.RECEIVED if state is _S.ACCEPTED and row["speaker"] in NOT_THE_PAYER else state


def _is_of_line(row: FactRow) -> bool:
    return bool(row["line_number"]) or "|line level|" in (row["flags"] or "")


def _about(row: FactRow) -> str:
    if row.get("of_batch"):
        return "all claims of the provider: " if "|provider level|" in (row["flags"] or "") else "the whole batch: "
    if _is_of_line(row):
        return f"line {row['line_number']}: " if row["line_number"] else "one line: "
    return ""


def _answer_step(row: FactRow, facts: ClaimFacts, as_of: date) -> Step:
    state = answer_state(row)
    check = f", check {row['trace']}" if row["trace"] and row["paid_cents"] else ""
    text = f"{_answer_words(row, state)}{_on(row['day'], as_of)}{check}{_shares(row, state)}"
    if row["remit_state"] == "QUARANTINED":
        text += " (the remittance does not add up)"
    elif row["balanced"] is False:
        text += " (its own figures do not add up)"
    if row["is_test"]:
        text += " (a test file, it counts for nothing)"
    usable = row["remit_state"] != "QUARANTINED" and row["balanced"] is not False and not row["is_test"]
    return Step(
        row["day"], state if usable else None, text, f"remit_claim:{ref(row['source'], row['source_key'])}",
        _REVERSAL if state is _S.REVERSED else _ANSWER, sure=("remit_claim", row["source_key"]) not in facts.unsure,
    )  # fmt: skip


def answer_state(row: Mapping[str, Any]) -> ClaimState:
    """What one CLP makes of a claim, judged from the money and not from CLP02 alone (reference §12, §14).

    A zero is no denial when the patient's share, the earlier payer's part (OA-23) and the contract's write-off (or what lies
    above the allowed amount) make up the charge, nor under capitation (CO-24); as `plugins/rules_claims/denial.py` judges lines.
    """
    if row["is_estimate"] or row["status_code"] == "25":
        return _S.ESTIMATE
    if row["is_reversal"] or row["status_code"] == "22":
        return _S.REVERSED
    if row["status_code"] == "23":
        return _S.FORWARDED
    paid, charge, contract = (row[name] or 0 for name in ("paid_cents", "charge_cents", "contract_cents"))
    share, earlier = row["patient_share_cents"] or 0, row["prior_payer_cents"] or 0
    if paid > 0:
        return _S.PAID if paid >= charge - contract - earlier else _S.PARTLY_PAID
    explained = share + earlier > 0 and (share + earlier + contract >= charge or _is_all_explained(row["reasons"]))
    if not explained and charge > 0 and _CAPITATION not in (row["reasons"] or ""):
        return _S.DENIED
    return _S.PATIENT_OWES if share > 0 else _S.NOTHING_LEFT


def _is_all_explained(reasons: str | None) -> bool:
    """Is every adjustment a share of somebody's or a matter of the price?"""
    said = set((reasons or "").strip("|").split("|"))
    return said <= PATIENT_SHARE | CONTRACT_WRITE_OFF | ABOVE_ALLOWED | {EARLIER_PAYER}


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
    if state is _S.NOTHING_LEFT:
        return f"nothing left to pay of {charge}"
    if state is _S.PATIENT_OWES:
        return f"paid nothing of {charge}"
    return f"paid {_money(row['paid_cents'])} of {charge}"


def _shares(row: FactRow, state: ClaimState) -> str:
    """Where the rest went: contractual, the patient's, the earlier payer's, or by another reason; and why it was refused."""
    if state in (_S.REVERSED, _S.FORWARDED):
        return ""
    parts = [
        (row["contract_cents"], "contractual"), (row["pr_cents"], "patient"), (row["prior_payer_cents"], "earlier payer"),
    ]  # fmt: skip
    told = [f"{_money(cents)} {name}" for cents, name in parts if cents]
    reasons = [reason for reason in (row["reasons"] or "").strip("|").split("|") if reason]
    others = [reason for reason in reasons if reason not in _SHARES and not reason.startswith("PR-")]
    rest = (row["charge_cents"] or 0) - (row["paid_cents"] or 0) - sum(cents or 0 for cents, _name in parts)
    if state is _S.DENIED and reasons:
        told.append(f"reason {' '.join(reasons)}")
    elif state is not _S.ESTIMATE and rest and others:
        told.append(f"{_money(rest)} {' '.join(others)}")
    return "".join(f", {text}" for text in told)


def _posted_step(row: FactRow, as_of: date) -> Step:
    word = "payment" if row["kind"] == "INS_PAYMENT" else "write-off"
    number = f", {row['external_ref']}" if row["external_ref"] else ""
    text = f"{word} of {_money(-(row['amount_cents'] or 0))} posted{_on(row['entry_date'], as_of)}{number}"
    return Step(row["entry_date"], None, text, f"ledger_entry:{ref(row['source'], row['source_key'])}", _POSTED)
