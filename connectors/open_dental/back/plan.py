"""What to do, from three things: the cards that should stand, what stands in Open Dental, what we noted. Pure.

Who completed a task is told from our note: we complete one only when its card is gone, and note that. A task that staff
completed stays completed until the card itself changes; one that staff rewrote keeps their words; one that staff deleted
is not written again while its card is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.open_dental.back.cards import Card, text_digest
from hub.contract import Act

Do = Literal["create", "update", "reopen", "complete", "note"]
OPEN, BY_HUB, BY_STAFF = "open", "completed by the hub", "completed by staff"


@dataclass(frozen=True, slots=True)
class Standing:
    """A task or commlog with a mark of ours as Open Dental shows it now."""

    number: int
    key: str
    text: str
    is_done: bool


def unseen(
    cards: Sequence[Card], standing: Sequence[Standing], acts: Mapping[str, Act], can_complete: bool
) -> dict[str, int]:
    """Numbers to ask for one by one, by key: noted as written, in no listing (staff moved it to a list of their own, a
    listing that lost a row), and about to be written again or to be left open for ever."""
    seen, wanted = {each.key for each in standing}, {card.key: card for card in cards}
    found: dict[str, int] = {}
    for key, act in acts.items():
        number = act.memo.get("number")
        if key in seen or not isinstance(number, int):
            continue
        if key in wanted:
            again = any(step.do == "create" for step in _missing(wanted[key], act, {}))
        else:
            again = can_complete and (act.begun or act.memo.get("is") == OPEN)
        if again:
            found[key] = number
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One act. `card` is None when something is completed because its card is gone; `memo` is noted with it.

    "note" writes nothing into Open Dental: something happened there (staff completed or deleted it) that we remember.
    """

    do: Do
    key: str
    memo: Mapping[str, object]
    card: Card | None = None
    number: int | None = None


def plan(
    cards: Sequence[Card], standing: Sequence[Standing], acts: Mapping[str, Act], can_complete: bool,
    removed: Collection[str] = (),
) -> list[Step]:  # fmt: skip
    """The steps in the order of the cards, then what is gone. The same situation twice gives no steps the second time.

    `removed` are keys whose number was asked for and is no more.
    """
    there: dict[str, Standing] = {}
    for each in sorted(standing, key=lambda one: one.number):
        there.setdefault(each.key, each)
    steps = [step for card in cards for step in _for_card(card, there.get(card.key), acts.get(card.key), can_complete)]
    wanted = {card.key for card in cards}
    gone = (each for key, each in there.items() if key not in wanted)
    steps += [step for each in gone for step in _for_gone(each, acts.get(each.key), can_complete)]
    return steps + [Step("note", key, {**acts[key].memo, "is": BY_HUB}) for key in removed if key not in wanted]


def _for_card(card: Card, there: Standing | None, act: Act | None, can_complete: bool) -> Iterator[Step]:
    memo: dict[str, object] = {"state": card.state, "text": text_digest(card.text), "is": OPEN}
    noted = act.memo if act is not None else {}
    if there is None:
        yield from _missing(card, act, memo)
        return
    memo["number"] = there.number
    cut_off = act is not None and act.begun and noted.get("is") == OPEN
    if there.is_done and can_complete and (cut_off or noted.get("is") == BY_HUB):
        yield Step("reopen", card.key, memo, card, there.number)
    elif there.is_done and can_complete:
        yield from _done_by_staff(card, there, noted, memo)
    elif text_digest(there.text) == memo["text"]:
        if act is None or act.begun or dict(noted) != memo:  # a kill came before it was noted
            yield Step("note", card.key, memo)
    elif cut_off or noted.get("text") in (None, text_digest(there.text)):
        yield Step("update", card.key, memo, card, there.number)


def _missing(card: Card, act: Act | None, memo: Mapping[str, object]) -> Iterator[Step]:
    """Never written, or removed over there: then it is written again only when the card is another one."""
    removed = act is not None and not act.begun and act.memo.get("state") == card.state
    if not removed or (act is not None and act.memo.get("is") == BY_HUB):
        yield Step("create", card.key, memo, card)


def _done_by_staff(
    card: Card, there: Standing, noted: Mapping[str, object], memo: Mapping[str, object]
) -> Iterator[Step]:
    """Noted the first time; opened again when the card itself changed since then."""
    if noted.get("is") != BY_STAFF:
        done = {"state": card.state, "text": text_digest(there.text), "is": BY_STAFF, "number": there.number}
        yield Step("note", card.key, done)
    elif noted.get("state") != card.state:
        yield Step("reopen", card.key, memo, card, there.number)


def _for_gone(there: Standing, act: Act | None, can_complete: bool) -> Iterator[Step]:
    """The card is gone: complete what is still open. A mark that we have no note of is not ours to touch."""
    if act is None or (act.memo.get("is") == BY_HUB and not act.begun):
        return
    memo = {**act.memo, "is": BY_HUB, "number": there.number}
    if there.is_done or not can_complete:
        yield Step("note", there.key, memo)
    else:
        yield Step("complete", there.key, memo, number=there.number)
