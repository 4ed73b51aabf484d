"""Items as texts for Open Dental. Each carries a mark that tells it from everything people write. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from hub.contract import ItemRow
from hub.ids import short_id, split_ref
from hub.money import dollars

# Stands at the end of the text; eight letters and digits are the item's number, or that of a patient's card.
_MARK = re.compile(r"\[hub ([A-Z2-7]{8})\]")


@dataclass(frozen=True, slots=True)
class Card:
    """What should stand in Open Dental: one item, or all of one patient's.

    `key` is the mark; `text` what a person reads, mark included; `state` a digest of what must change before something
    that staff completed is opened again: kinds and dollars, not the wording, which ages day by day.
    """

    key: str
    text: str
    state: str
    patient_number: int | None
    title: str


def cards_of(items: Sequence[ItemRow], source: str, per_patient: bool) -> list[Card]:
    """Cards in the order of the list. Items of no patient stand alone in either form."""
    groups: dict[str, list[ItemRow]] = {}
    for item in items:
        key = short_id("card", item.practice, item.patient) if per_patient and item.patient else item.id
        groups.setdefault(key, []).append(item)
    return [_card(key, group, source) for key, group in groups.items()]


def mark(key: str) -> str:
    return f"[hub {key}]"


def marks_in(text: str) -> list[str]:
    """The keys of the marks in a text; none in what people wrote."""
    return _MARK.findall(text)


def text_digest(text: str) -> str:
    """Tells whether a text is still what we wrote. Blanks do not count: Open Dental may turn line ends into blanks."""
    return blake2b(" ".join(text.split()).encode(), digest_size=8).hexdigest()


def _card(key: str, items: Sequence[ItemRow], source: str) -> Card:
    lines = [line for item in items for line in _lines(item)]
    state = "|".join(sorted(f"{item.code} {item.subject} {item.value_cents}" for item in items))
    codes = ", ".join(sorted({item.code for item in items}))
    return Card(
        key, "\n".join([*lines, mark(key)]), text_digest(state), _patient_number(items, source), f"{codes} ({key})"
    )


def _lines(item: ItemRow) -> Iterable[str]:
    due = f" Due {item.due:%b} {item.due.day}." if item.due else ""
    yield f"{item.sentence}{due}"
    yield f"Next: {item.next_step} ({item.code}, {dollars(item.value_cents)})"


def _patient_number(items: Sequence[ItemRow], source: str) -> int | None:
    """PatNum of the card's patient when it is one of that Open Dental source."""
    for item in items:
        of_source, key = split_ref(item.patient or "")
        if of_source == source and key.lstrip("-").isdecimal():
            return int(key)
    return None
