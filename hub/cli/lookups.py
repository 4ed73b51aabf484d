"""`hub claim NUMBER` and `hub remit TRACE`: one claim, one payment, from all sources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from hub.app import App
from hub.cli.common import DONE, opened, say, table
from hub.clock import local_date
from hub.config import PracticeSettings
from hub.errors import SettingsError
from hub.lookup import ClaimFacts, RemitView, find_claims, find_remits, headline, state_of, steps_of
from hub.lookup.claim_steps import answer_state
from hub.lookup.sendings import FactRow
from hub.lookup.source_text import source_text
from hub.money import dollars
from hub.rulekit.wording import short_name

_SOURCE_OF = ("sent_claim", "claim_event", "remit_claim")


def run_claim(config: Path | None, number: str, as_json: bool, with_source: bool) -> int:
    """Print the whole life of a claim. SettingsError HUB-S51 when nobody knows the number."""
    with opened(config) as app:
        told: list[dict[str, object]] = []
        for practice in app.config.practice:
            with app.store.read() as connection:
                for facts in find_claims(connection, practice.id, number):
                    told.append(_claim_json(facts, practice, app))
                    if not as_json:
                        _print_claim(connection, facts, practice, app, with_source)
        if not told:
            raise SettingsError(
                "HUB-S51", "no source knows this claim number; try the payer's number, or the number as the practice system shows it"
            )
        if as_json:
            say(json.dumps(told, indent=1, ensure_ascii=False))
    return DONE


def run_remit(config: Path | None, trace: str, as_json: bool) -> int:
    """Print one payment with its claims. SettingsError HUB-S52 when no remittance carries the number."""
    with opened(config) as app:
        views: list[tuple[PracticeSettings, RemitView]] = []
        for practice in app.config.practice:
            with app.store.read() as connection:
                views += [(practice, view) for view in find_remits(connection, practice.id, trace)]
        if not views:
            raise SettingsError(
                "HUB-S52", "no remittance carries this check or EFT number; look at the number on the payer's notice, or wait for the 835"
            )
        if as_json:
            say(json.dumps([_remit_json(view) for _practice, view in views], indent=1, ensure_ascii=False))
            return DONE
        for _practice, view in views:
            _print_remit(view)
    return DONE


def _today(app: App, practice: PracticeSettings) -> date:
    return local_date(app.clock.now(), practice.timezone)


def _who(row: FactRow) -> str:
    return short_name(row.get("person_first") or row.get("patient_first"), row.get("person_last") or row.get("patient_last"))


def _print_claim(
    connection: Connection, facts: ClaimFacts, practice: PracticeSettings, app: App, with_source: bool
) -> None:
    steps = steps_of(facts, _today(app, practice))
    for line in _claim_head(facts):
        say(line)
    say(f"  stands: {state_of(steps)}")
    say(f"  {headline(steps)}.")
    say()
    rows = [
        (step.on.isoformat() if step.on else "", step.says + ("" if step.sure else " (number only, not tied to this claim)"), step.evidence)
        for step in steps
    ]  # fmt: skip
    table(("day", "what happened", "from"), rows, wrap=1)
    if with_source:
        _print_source(connection, facts)
    say()


def _claim_head(facts: ClaimFacts) -> Iterable[str]:
    claim = facts.claim
    if claim is None:
        yield f"Claim {facts.number}: the practice system does not hold it"
        return
    served = claim["service_from"].isoformat() if claim["service_from"] else "no date of service"
    billed = dollars(claim["billed_cents"]) if claim["billed_cents"] is not None else "no amount"
    yield f"Claim {facts.number} ({claim['source']}): {_who(claim)}, {claim['payer_name'] or 'no payer named'}, {served}, {billed}"
    for line in facts.lines:
        tooth = f" #{line['tooth']}" if line["tooth"] else ""
        cents = dollars(line["billed_cents"]) if line["billed_cents"] is not None else ""
        yield f"  {line['code'] or 'line'}{tooth} {cents}".rstrip()


def _print_source(connection: Connection, facts: ClaimFacts) -> None:
    for entity, rows in zip(_SOURCE_OF, (facts.sent, facts.events, facts.answers), strict=True):
        for row in rows:
            say(f"\n{entity} {row['source']}:{row['source_key']}")
            for line in source_text(connection, row):
                say(f"  {line}")


def _claim_json(facts: ClaimFacts, practice: PracticeSettings, app: App) -> dict[str, object]:
    steps = steps_of(facts, _today(app, practice))
    claim = facts.claim
    return {
        "number": facts.number, "practice": practice.id, "state": state_of(steps).value, "sentence": headline(steps),
        "claim": f"claim:{claim['source']}:{claim['source_key']}" if claim is not None else None,
        "steps": [
            {"on": step.on.isoformat() if step.on else None, "state": step.state.value if step.state else None, "says": step.says,
             "evidence": step.evidence, "sure": step.sure}
            for step in steps
        ],
    }  # fmt: skip


def _print_remit(view: RemitView) -> None:
    remit = view.remit
    paid_on = remit["payment_date"].isoformat() if remit["payment_date"] else "no payment date"
    say(f"Payment {remit['trace']} ({remit['source']}): {remit['payer_name'] or 'no payer named'}, {dollars(remit['amount_cents'] or 0)}, {remit['method'] or 'no method'}, {paid_on}")
    say("  adds up" if remit["balanced"] else f"  does not add up: {remit['imbalance_text'] or dollars(remit['imbalance_cents'] or 0)}")
    say(_posted(view))
    for payment in view.payments:
        say(f"  insurance payment in the practice system: {dollars(payment['amount_cents'] or 0)}, {payment['status']}")
    for row in view.adjustments:
        cents = row["amount_cents"] or 0
        does = "lowers" if cents > 0 else "raises"
        say(f"  PLB {row['reason']} {row['reference'] or ''}: {does} the check by {dollars(abs(cents))}".replace(" :", ":"))
    say()
    rows = [
        (on.row["claim_number"] or "", _who(on.row), dollars(on.row["charge_cents"] or 0), dollars(on.row["paid_cents"] or 0),
         dollars(on.posted_cents) if on.claim else "", answer_state(on.row).value, "" if on.claim else "not tied to a claim")
        for on in view.claims
    ]  # fmt: skip
    table(("claim", "patient", "charge", "paid", "posted", "result", ""), rows, right=(2, 3, 4), wrap=6)


def _posted(view: RemitView) -> str:
    if view.posted_cents is None or view.open_cents is None:
        return "  posted in the books: not known, other payments carry this number too and a posting does not tell whose it is"
    rest = f", {dollars(view.open_cents)} not posted" if view.open_cents > 0 else ""
    return f"  posted in the books: {dollars(view.posted_cents)}{rest}"


def _remit_json(view: RemitView) -> dict[str, object]:
    remit = view.remit
    return {
        "trace": remit["trace"], "payer": remit["payer_name"], "amount_cents": remit["amount_cents"], "method": remit["method"],
        "payment_date": _text(remit["payment_date"]), "balanced": remit["balanced"], "imbalance_cents": remit["imbalance_cents"],
        "posted_cents": view.posted_cents, "open_cents": view.open_cents,
        "adjustments": [{"reason": row["reason"], "reference": row["reference"], "amount_cents": row["amount_cents"]} for row in view.adjustments],
        "claims": [
            {"number": on.row["claim_number"], "payer_number": on.row["payer_claim_number"], "charge_cents": on.row["charge_cents"],
             "paid_cents": on.row["paid_cents"], "posted_cents": on.posted_cents if on.claim else None, "result": answer_state(on.row).value,
             "claim": f"claim:{on.claim['source']}:{on.claim['source_key']}" if on.claim else None}
            for on in view.claims
        ],
    }  # fmt: skip


def _text(value: date | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
