"""Reading what stands in Open Dental and writing into it: tasks of one list, or commlogs of the patients concerned.

Only four calls write: POST and PUT of /tasks and /commlogs. None is repeated after an uncertain outcome: the next run
looks for the mark first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.open_dental.api.client import Client
from connectors.open_dental.api.faults import NotOffered, NotThere
from connectors.open_dental.api.paging import Record, pages
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
        rows = _listed(self.client, "tasks", asked, "TaskNum")
        return [self._seen(row, key) for row in rows for key in marks_in(str(row.get("Descript", "")))[-1:]]

    def find(self, number: int, key: str) -> Standing | None:
        """The task that we noted under this number, wherever staff moved it; None when it is gone."""
        row = _single(self.client, f"tasks/{number}")
        return self._seen(row, key) if row is not None else None

    def _seen(self, row: Record, key: str) -> Standing:
        return Standing(_number(row, "TaskNum"), key, str(row.get("Descript", "")), row.get("TaskStatus") == "Done")

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
            self._seen(row, key)
            for patient in patients
            for row in _listed(self.client, "commlogs", {"PatNum": str(patient)}, "CommlogNum")
            for key in marks_in(str(row.get("Note", "")))[-1:]
        ]

    def find(self, number: int, key: str) -> Standing | None:
        """The commlog that we noted under this number, in whose chart it may be now; None when it is gone."""
        row = _single(self.client, f"commlogs/{number}")
        return self._seen(row, key) if row is not None else None

    def _seen(self, row: Record, key: str) -> Standing:
        return Standing(_number(row, "CommlogNum"), key, str(row.get("Note", "")), False)

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


def _listed(client: Client, path: str, asked: Mapping[str, str], key: str) -> list[Record]:
    """Every row of a listing, each once and as it was read last. The page is what the address of the moment allows: when
    the service falls away in the middle, headquarters hand out a hundred, and a page of a hundred ends no list."""
    found: dict[str, Record] = {}

    def ask(offset: int, limit: int) -> list[Record]:
        told = client.get(path, {**asked, "Limit": str(limit), "Offset": str(offset)})
        if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
            raise SourceChanged(
                "HUB-U20", f"Open Dental answers {path} with something else than a list; nothing was written"
            )
        return told

    for page in pages(ask, key, client.base.page):
        found |= {str(row.get(key)): row for row in page.records}
    return list(found.values())


def _single(client: Client, path: str) -> Record | None:
    """One row by its number; None when there is none, or when the office is too old to be asked."""
    try:
        told = client.get(path)
    except (NotThere, NotOffered):
        return None
    if not isinstance(told, dict):
        raise SourceChanged("HUB-U20", f"Open Dental answers {path.partition('/')[0]} with no row; nothing was written")
    return told


def _number(row: object, name: str) -> int:
    value = row.get(name) if isinstance(row, Mapping) else None
    if not isinstance(value, int):
        raise SourceChanged(
            "HUB-U20", f"Open Dental answers without {name}; look at its version, nothing more was written"
        )
    return value
