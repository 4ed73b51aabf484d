"""Reading what stands in Open Dental and writing into it: tasks of one list, or commlogs of the patients concerned.

Only four calls write: POST and PUT of /tasks and /commlogs. None is repeated after an uncertain outcome: the next run
looks for the mark first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from connectors.open_dental.api.client import Client
from connectors.open_dental.back.cards import Card, marks_in
from connectors.open_dental.back.plan import Standing
from connectors.open_dental.back.settings import BackSettings
from hub.errors import SourceChanged

# GET /tasks lists the last 14 days unless told otherwise (reference §3).
_SINCE = "2000-01-01"


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks of the configured list."""

    client: Client
    settings: BackSettings
    can_complete = True

    def standing(self, cards: Iterable[Card]) -> list[Standing]:
        """Every task of the list that carries a mark."""
        asked = {"TaskListNum": str(self.settings.task_list), "DateTimeOriginal": _SINCE}
        rows = _pages(self.client, "tasks", asked)
        return [
            Standing(_number(row, "TaskNum"), key, str(row.get("Descript", "")), row.get("TaskStatus") == "Done")
            for row in rows
            for key in marks_in(str(row.get("Descript", "")))[-1:]
        ]

    def create(self, card: Card) -> int:
        body: dict[str, object] = {
            "TaskListNum": self.settings.task_list, "UserNum": self.settings.user, "Descript": card.text,
        }  # fmt: skip
        if card.patient_number is not None:
            body |= {"KeyNum": card.patient_number, "ObjectType": "Patient"}
        if self.settings.priority:
            body["PriorityDefNum"] = self.settings.priority
        return _number(self.client.write("POST", "tasks", body), "TaskNum")

    def update(self, number: int, card: Card) -> None:
        self.client.write("PUT", f"tasks/{number}", {"Descript": card.text})

    def reopen(self, number: int, card: Card) -> None:
        self.client.write("PUT", f"tasks/{number}", {"Descript": card.text, "TaskStatus": "New"})

    def complete(self, number: int) -> None:
        self.client.write("PUT", f"tasks/{number}", {"TaskStatus": "Done"})


@dataclass(frozen=True, slots=True)
class Commlogs:
    """Commlogs in the charts of the cards' patients; a card of no patient cannot be one. They cannot be completed."""

    client: Client
    settings: BackSettings
    can_complete = False

    def standing(self, cards: Iterable[Card]) -> list[Standing]:
        """The marked commlogs of every patient that has a card now: those of others are history and stay."""
        patients = sorted({card.patient_number for card in cards if card.patient_number is not None})
        return [
            Standing(_number(row, "CommlogNum"), key, str(row.get("Note", "")), False)
            for patient in patients
            for row in _pages(self.client, "commlogs", {"PatNum": str(patient)})
            for key in marks_in(str(row.get("Note", "")))[-1:]
        ]

    def create(self, card: Card) -> int:
        body: dict[str, object] = {"PatNum": card.patient_number, "Note": card.text}
        if self.settings.comm_type:
            body["CommType"] = self.settings.comm_type
        return _number(self.client.write("POST", "commlogs", body), "CommlogNum")

    def update(self, number: int, card: Card) -> None:
        self.client.write("PUT", f"commlogs/{number}", {"Note": card.text})

    reopen = update

    def complete(self, number: int) -> None:
        raise AssertionError("a commlog cannot be completed; the plan knows")


def _pages(client: Client, path: str, asked: Mapping[str, str]) -> Iterator[Mapping[str, object]]:
    """Every row of a listing, each once: rows may shift between pages while people work."""
    seen: set[str] = set()
    size, offset = client.base.page, 0
    while True:
        page = client.get(path, {**asked, "Limit": str(size), "Offset": str(offset)})
        if not isinstance(page, list):
            raise SourceChanged("HUB-U20", f"Open Dental answers {path} with something else than a list; nothing was written")
        for row in page:
            if str(row) not in seen:
                seen.add(str(row))
                yield row
        if len(page) < size:
            return
        offset += size


def _number(row: object, name: str) -> int:
    value = row.get(name) if isinstance(row, Mapping) else None
    if not isinstance(value, int):
        raise SourceChanged("HUB-U20", f"Open Dental answers without {name}; look at its version, nothing more was written")
    return value
