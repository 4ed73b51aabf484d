"""The delivery: look up what stands, plan, do it step by step, each noted before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.open_dental.api.client import Client
from connectors.open_dental.api.office import bases_of
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.throttle import Timer, line_of
from connectors.open_dental.back.cards import Card, cards_of
from connectors.open_dental.back.office import Commlogs, Tasks
from connectors.open_dental.back.plan import Do, Step, plan, unseen
from connectors.open_dental.back.settings import BackSettings
from hub.contract import Act, Delivery, DeliveryContext, ItemRow, ListSummary, Receipt

_SAID: dict[Do, str] = {
    "create": "written", "update": "brought up to date", "reopen": "opened again", "complete": "completed",
    "note": "noted as done or removed by staff",
}  # fmt: skip


class OpenDentalBack(Delivery):
    """Items as tasks or commlogs inside Open Dental; opt-in per kind."""

    id: ClassVar[str] = "open_dental"
    label: ClassVar[str] = "Tasks or commlogs in Open Dental"
    settings: ClassVar[type[BaseModel]] = BackSettings
    keeps_acts: ClassVar[bool] = True

    def deliver(self, items: Sequence[ItemRow], summary: ListSummary, ctx: DeliveryContext) -> Receipt:
        own = ctx.settings
        assert isinstance(own, BackSettings)
        client = _client(own, ctx.state_dir)
        try:
            return _bring(client, own, [item for item in items if item.code in own.kinds], ctx)
        finally:
            client.close()


def _client(own: BackSettings, state_dir: Path | None) -> Client:
    key = f"{own.developer_key.get_secret_value()}/{own.customer_key.get_secret_value()}"
    way = ApiSettings(
        developer_key=own.developer_key, customer_key=own.customer_key, service_url=own.service_url,
        remote_url=own.remote_url, tier=own.tier,
    )  # fmt: skip
    return Client(bases_of(way), key, line_of(own.customer_key.get_secret_value(), state_dir), Timer())


def _bring(client: Client, own: BackSettings, items: Sequence[ItemRow], ctx: DeliveryContext) -> Receipt:
    """Do what the plan says; a failure in the middle leaves the rest to the next run, which finds what was done."""
    cards = [card for card in cards_of(items, own.source, own.per == "patient") if _fits(card, own)]
    there = Tasks(client, own) if own.write == "task" else Commlogs(client, own)
    steps = _bounded(_plan(cards, there, ctx.acts.known()), own.most)
    if ctx.dry_run:
        lines = tuple(f"would be {_SAID[step.do]}: {step.card.title if step.card else step.key}" for step in steps)
        return Receipt(f"{len(lines)} changes would be made; nothing was written", plan=lines)
    for step in steps:
        _take(step, there, ctx)
    return Receipt(_told(steps, len(cards)))


def _plan(cards: Sequence[Card], there: Tasks | Commlogs, acts: Mapping[str, Act]) -> list[Step]:
    """Before anything is written a second time, or left open, its number is asked for: a listing may not show it."""
    standing, removed = there.standing(cards), []
    for key, number in unseen(cards, standing, acts, there.can_complete).items():
        found = there.find(number, key)
        if found is None:
            removed.append(key)
        else:
            standing.append(found)
    return plan(cards, standing, acts, there.can_complete, removed)


def _fits(card: Card, own: BackSettings) -> bool:
    return own.write == "task" or card.patient_number is not None


def _bounded(steps: list[Step], most: int) -> list[Step]:
    """All steps but at most so many new texts: a first run must not flood an office."""
    new = [step for step in steps if step.do == "create"]
    late = {step.key for step in new[most:]}
    return [step for step in steps if step.do != "create" or step.key not in late]


def _take(step: Step, there: Tasks | Commlogs, ctx: DeliveryContext) -> None:
    memo = step.memo
    if step.do != "note":
        ctx.acts.begin(step.key, memo)
    if step.do == "create" and step.card is not None:
        memo = {**memo, "number": there.create(step.card)}
    elif step.number is not None and step.card is not None:
        (there.reopen if step.do == "reopen" else there.update)(step.number, step.card)
    elif step.do == "complete" and step.number is not None:
        there.complete(step.number)
    ctx.acts.done(step.key, memo)


def _told(steps: Sequence[Step], cards: int) -> str:
    counts = Counter(step.do for step in steps)
    parts = [f"{counts[do]} {said}" for do, said in _SAID.items() if counts[do]]
    return f"{cards} on the list: " + (", ".join(parts) or "nothing to change")
