"""One call covers all: items become call cards (all reasons of one patient) and payer cards (all claims of one payer).

Pure. People are brought together by their key only, never by a printed name: two patients may share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.contract import ItemRow
from hub.ids import split_ref
from hub.output import totals, words
from hub.output.safe_text import one_line
from hub.output.totals import Total

_ASKS_THE_PAYER = frozenset({"IC", "BL"})
# Their next step is a call to the patient ("for the new card"), although an insurance coordinator makes it.
_CALLS_THE_PATIENT = frozenset({"ELIG-FAILED"})
_KNOWN_STATUS = frozenset({"OPEN", ""})


@dataclass(frozen=True, slots=True)
class Reason:
    """One item as a line of a card; every text is ready to be shown (and still has to be escaped).

    `added`: its dollars may be summed. `counted_in`: the number of the item that brings the same dollars into the sums.
    """

    id: str
    code: str
    title: str
    about: str
    sentence: str
    next_step: str
    cents: int
    added: bool
    counted_in: str
    due: str
    late: bool
    band: str
    owner: str
    role: str
    assigned_to: str
    status: str
    tags: tuple[str, ...]
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One call. `sort` is that of the most urgent reason; `kind` is patient, payer or office."""

    kind: str
    name: str
    reasons: tuple[Reason, ...]
    total: Total
    band: str
    subtitle: str


def cards(items: Iterable[ItemRow], today: date) -> list[Card]:
    """All cards, most urgent first; equal urgency: more dollars first, then by name and item number.

    `today` is the list's day: a frozen item's own day stays behind. The cards' totals add up to that of the list.
    """
    listed = list(items)
    already = totals.counted_in(listed)
    groups: dict[tuple[str, ...], list[ItemRow]] = {}
    for row in listed:
        groups.setdefault(_whose(row), []).append(row)
    ranked = sorted(groups.items(), key=lambda group: _rank(group[0], group[1], already))
    return [_card(key[0], rows, today, already) for key, rows in ranked]


def by_band(listed: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """The cards under the band of their most urgent reason; bands without cards are left out."""
    found = [(name, [card for card in listed if card.band == name]) for name in words.BANDS]
    return [(name, inside) for name, inside in found if inside]


def _whose(row: ItemRow) -> tuple[str, ...]:
    if row.payer_name and row.owner in _ASKS_THE_PAYER and row.code not in _CALLS_THE_PATIENT:
        return ("payer", row.practice, " ".join(row.payer_name.casefold().split()))
    if row.patient:
        return ("patient", row.practice, row.patient)
    return ("patient" if row.patient_name else "office", row.practice, "item", row.id)


def _rank(
    key: tuple[str, ...], rows: list[ItemRow], already: Mapping[totals.Item, str]
) -> tuple[int, int, int, tuple[str, ...]]:
    band, priority, _, _ = min(map(_urgency, rows))
    return (band, priority, -totals.total(rows, already).cents, key)


def _urgency(row: ItemRow) -> tuple[int, int, int, str]:
    return (words.BANDS.index(words.band(row)), -row.priority, -row.value_cents, row.id)


def _card(kind: str, rows: list[ItemRow], today: date, already: Mapping[totals.Item, str]) -> Card:
    ordered = sorted(rows, key=_urgency)
    return Card(
        kind=kind,
        name=_name(kind, ordered),
        reasons=tuple(_reason(kind, row, today, already.get((row.practice, row.id), "")) for row in ordered),
        total=totals.total(ordered, already),
        band=words.band(ordered[0]),
        subtitle=_subtitle(kind, ordered),
    )


def _name(kind: str, rows: list[ItemRow]) -> str:
    if kind == "payer":
        return one_line(rows[0].payer_name or "")
    named = next((row.patient_name for row in rows if row.patient_name), None)
    if named:
        return one_line(named)
    return f"Patient {split_ref(rows[0].patient)[1]}" if rows[0].patient else "Office"


def _subtitle(kind: str, rows: list[ItemRow]) -> str:
    """`6 claims` when that is what they are, else `3 reasons`; empty for a single thing."""
    if kind == "payer" and all(row.subject.startswith("claim:") for row in rows):
        return words.count(len({row.subject for row in rows}), "claim")
    if len(rows) == 1:
        return ""
    return words.count(len(rows), "reason" if kind == "patient" else "item")


def _reason(kind: str, row: ItemRow, today: date, counted_in: str) -> Reason:
    return Reason(
        id=row.id,
        code=row.code,
        title=one_line(row.title),
        about=_about(kind, row),
        sentence=one_line(words.sentence(row, today)),
        next_step=one_line(row.next_step),
        cents=row.value_cents,
        added=row.code not in totals.SHOWN_NOT_ADDED,
        counted_in=counted_in,
        due=words.due(row.due, today),
        late=_is_late(row.due, today),
        band=words.band(row),
        owner=row.owner,
        role=words.role(row.owner),
        assigned_to=one_line(row.assigned_to or ""),
        status="" if row.status in _KNOWN_STATUS else row.status.replace("_", " ").lower(),
        tags=tuple(one_line(tag) for tag in (row.tags or "").replace("|", ",").split(",") if tag.strip()),
        is_stale=row.is_stale,
    )


def _about(kind: str, row: ItemRow) -> str:
    """What the caller needs besides the sentence: on a payer card whose claim, elsewhere which payer."""
    if kind == "payer":
        entity, _, rest = row.subject.partition(":")
        number = f"claim {split_ref(rest)[1]}" if entity == "claim" else ""
        return " · ".join(part for part in (one_line(row.patient_name or ""), number) if part)
    return one_line(row.payer_name or "")


def _is_late(due: date | None, today: date) -> bool:
    return due is not None and due < today
