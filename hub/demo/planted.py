"""The truth about the made-up practice: what was planted, and what only looks like it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlantedItem:
    """One outstanding thing that a hub must list, once, under `code`.

    `subject_hint` is a key that must occur in the item's subject, patient or evidence: patient id, case id, claim number,
    trace number, lender reference or source name; any of `also` will do as well. `value_cents` is the simulation's own
    arithmetic; None where the catalogue leaves the value to estimates.
    """

    code: str
    subject_hint: str
    value_cents: int | None
    note: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trap:
    """Something that looks like `code` and is not: nothing with `hint` may be listed under it."""

    code: str
    hint: str
    note: str


@dataclass(slots=True)
class Planted:
    items: list[PlantedItem] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)

    def item(self, code: str, hint: str, value: int | None, note: str, also: tuple[str, ...] = ()) -> None:
        self.items.append(PlantedItem(code, hint, value, note, also))

    def trap(self, code: str, hint: str, note: str) -> None:
        self.traps.append(Trap(code, hint, note))

    def of(self, code: str) -> list[PlantedItem]:
        return [item for item in self.items if item.code == code]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
