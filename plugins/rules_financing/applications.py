"""FIN-APP-OPEN: an application for financing on which somebody should act.

Counts: PENDING or ERROR for 2 working days; APPROVED, unused, expiring within 14 days; DECLINED for 2 working days with
no other arrangement noted (another application, a payment plan, a contact since). Does not count: a soft
pre-approval, an approval that was used, the older of two applications at one lender, a linked patient without
unbooked treatment (credit is offered for treatment, never pushed).
Money: the smaller of the lender's amount and the family's patient share of unbooked treatment, in cents. Days: due two
working days after it was sent (or declined); an approval a week before it ends, rolled back to an open day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from hub.contract import Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.contacts import Contacts, likelihood, logged_contacts
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import day_text, full_name, short_name
from plugins.rules_financing.applicants import (
    Family,
    family_of,
    family_shares,
    read_applications,
    sold,
    was_used,
    with_plan,
)

_FAILED_WINDOW = timedelta(days=90)


class ApplicationSettings(RuleSettings):
    """`[items.FIN-APP-OPEN]`"""

    pending_bd: int = Field(2, ge=0, description="working days an application may be pending")
    declined_bd: int = Field(2, ge=0, description="working days to note another arrangement after a refusal")
    declined_days: int = Field(60, ge=1, description="older refusals are left out")
    expiry_days: int = Field(14, ge=0, description="an unused approval is listed so many days before it ends")
    act_before_days: int = Field(7, ge=0, description="an approval is due so many days before it ends")
    approval_valid_days: int | None = Field(
        None, ge=1, description="how long an approval lasts when the lender states no end; empty: not listed"
    )


class ApplicationOpen(Rule):
    """One item per application."""

    code = "FIN-APP-OPEN"
    title = "Financing to act on"
    owner = "TC"
    audience = "contact"
    needs = ("fin_application",)
    needs_columns = ("fin_application.status",)
    reads = ("fin_txn", "payment_plan")
    settings: ClassVar[type[BaseModel]] = ApplicationSettings
    clears_when = "the approval is used or ends, or another arrangement is noted"

    def findings(self, view: RuleView) -> Iterator[Finding]:
        rows = read_applications(view)
        if not rows:
            return
        used, shares = sold(view), family_shares(view)
        arranged = _arranged(rows, with_plan(view))
        contacts = logged_contacts(view, view.as_of - timedelta(days=_settings(view).declined_days) - _FAILED_WINDOW)
        for row in _newest(rows):
            if not _is_open(view, row, arranged, contacts) or was_used(row, used):
                continue
            if (cents := _value(row, shares)) is not None:
                yield _finding(view, row, cents, contacts)


def _settings(view: RuleView) -> ApplicationSettings:
    assert isinstance(view.settings, ApplicationSettings)
    return view.settings


def _started(row: Any) -> date | None:
    day: date | None = row.submitted_date or row.decision_date
    return day


def _ends(view: RuleView, row: Any) -> date | None:
    """When the approval ends: as the lender says, else as the office set it for its lenders."""
    days, decided = _settings(view).approval_valid_days, row.decision_date or row.submitted_date
    if row.expires_date is not None or days is None or decided is None:
        ends: date | None = row.expires_date
        return ends
    end: date = decided + timedelta(days=days)
    return end


def _newest(rows: Sequence[Any]) -> list[Any]:
    """The newest application per person (or applicant's name) and lender; the older ones were repeated."""
    newest: dict[tuple[object, ...], Any] = {}
    for row in sorted(rows, key=lambda row: (_started(row) or date.min, row.source_key)):
        newest[_applicant(row), row.lender] = row
    return sorted(newest.values(), key=lambda row: (row.source, row.source_key))


def _applicant(row: Any) -> tuple[str, ...]:
    if row.person_key is not None:
        return ("person", row.person_source, row.person_key)
    names = ((row.applicant_first or "").casefold(), (row.applicant_last or "").casefold())
    return ("name", *names) if all(names) else ("key", row.source, row.source_key)


def _arranged(rows: Sequence[Any], plans: set[Family]) -> set[tuple[str, ...]]:
    """Applicants and families with a living application or a payment plan in the house."""
    alive = [row for row in rows if row.status in ("APPROVED", "PENDING")]
    families = {family for row in alive if (family := family_of(row)) is not None}
    return {("family", *family) for family in families | plans} | {_applicant(row) for row in alive}


def _is_open(view: RuleView, row: Any, arranged: set[tuple[str, ...]], contacts: Contacts) -> bool:
    settings, since = _settings(view), view.workdays.since
    if row.status in ("PENDING", "ERROR"):
        started = _started(row)
        return started is None or since(started, view.as_of) >= settings.pending_bd
    if row.status == "APPROVED":
        ends = _ends(view, row)
        last = view.as_of + timedelta(days=settings.expiry_days)
        return not row.soft and ends is not None and view.as_of <= ends <= last
    decided = row.decision_date or row.submitted_date
    if row.status != "DECLINED" or row.soft or decided is None or since(decided, view.as_of) < settings.declined_bd:
        return False
    recent = (view.as_of - decided).days <= settings.declined_days
    return recent and not _is_arranged(row, decided, arranged, contacts)


def _is_arranged(row: Any, decided: date, arranged: set[tuple[str, ...]], contacts: Contacts) -> bool:
    """Another application that is alive, a payment plan, or a contact on the day of the refusal or later."""
    family = family_of(row)
    if _applicant(row) in arranged or (family is not None and ("family", *family) in arranged):
        return True
    return any(contact.on >= decided for contact in contacts.get((row.person_source, row.person_key), ()))


def _value(row: Any, shares: Mapping[Family, int] | None) -> int | None:
    """What is at stake in cents; None: there is no treatment to pay for, so nothing to offer."""
    known = row.available_cents if row.available_cents is not None else row.approved_cents
    lender = known if row.status == "APPROVED" and known is not None else row.requested_cents
    family = family_of(row)
    if family is None or shares is None:
        return int(lender or 0)
    share = shares.get(family, 0)
    if share == 0:
        return int(lender or 0) if row.status in ("PENDING", "ERROR") else None
    return min(share, int(lender)) if lender is not None else share


def _due(view: RuleView, row: Any) -> date | None:
    if row.status == "APPROVED":
        ends = _ends(view, row)
        return None if ends is None else view.workdays.roll_back(ends - timedelta(days=_settings(view).act_before_days))
    start = row.decision_date or row.submitted_date if row.status == "DECLINED" else _started(row)
    days = _settings(view).declined_bd if row.status == "DECLINED" else _settings(view).pending_bd
    return None if start is None else view.workdays.plus(start, days)


def _finding(view: RuleView, row: Any, cents: int, contacts: Contacts) -> Finding:
    made = contacts.get((row.person_source, row.person_key), ()) if row.person_key is not None else ()
    return Finding(
        subject=f"fin_application:{ref(row.source, row.source_key)}",
        value_cents=cents,
        sentence=_sentence(view, row),
        next_step=_NEXT[row.status],
        likelihood=likelihood(0.60, made, view.as_of),
        due=_due(view, row),
        horizon_bd=10,
        since=_started(row),
        patient=person_ref(row),
        patient_name=person_name(row) or full_name(row.applicant_first, row.applicant_last),
        location_id=row.location_id,
        state=f"{row.status}|{_ends(view, row)}",
        evidence=(f"fin_application:{ref(row.source, row.source_key)}",),
    )


_NEXT = {
    "APPROVED": "book the treatment it was meant for, or let it end; do not push credit",
    "PENDING": "ask the lender, help the patient finish",
    "ERROR": "help the patient finish, or phone the lender",
    "DECLINED": "offer another way: second lender, in-house plan, treatment in steps",
}


def _sentence(view: RuleView, row: Any) -> str:
    who, lender = _who(row), row.lender or "the lender"
    if row.status == "APPROVED":
        ends, amount = _ends(view, row), row.approved_cents or row.available_cents
        worth = f" for {dollars(amount)}" if amount else ""
        on = _on(view, row.decision_date or row.submitted_date)
        assert ends is not None  # an approval without an end is not listed
        return f"{who}: approved{worth} with {lender}{on}, not used; approval ends {day_text(ends, view.as_of)}."
    if row.status == "DECLINED":
        declined = _on(view, row.decision_date or row.submitted_date)
        return f"{who}: declined by {lender}{declined}; no other arrangement is noted."
    stuck = "stopped with an error" if row.status == "ERROR" else "is still pending"
    return f"{who}: the application at {lender}{_on(view, _started(row), ' of')} {stuck}."


def _on(view: RuleView, day: date | None, word: str = " on") -> str:
    return f"{word} {day_text(day, view.as_of)}" if day is not None else ""


def _who(row: Any) -> str:
    if row.person_key is None and (row.applicant_last or row.applicant_first):
        return short_name(row.applicant_first, row.applicant_last)
    return person_label(row)
