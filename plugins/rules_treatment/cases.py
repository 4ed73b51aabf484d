"""What both kinds share: the counted procedures of the practice, bundled by patient and case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from hub.ids import ref
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.wording import Work, work_text

URGENT = frozenset({"URGENT", "HIGH"})
FAILED_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The procedures of one patient in one case (or in none), in the order of their keys. Money in cents."""

    rows: Sequence[Any]

    @property
    def subject(self) -> str:
        """`case:pms:77`; without a case the patient, without a patient the first procedure."""
        first = self.rows[0]
        if first.case_key is not None:
            return f"case:{ref(first.source, first.case_key)}"
        person = person_ref(first)
        return f"patient:{person}" if person else f"procedure:{ref(first.source, first.source_key)}"

    @property
    def key(self) -> tuple[str, ...]:
        """What is one bundle."""
        return _bundle_key(self.rows[0])

    @property
    def value_cents(self) -> int:
        return sum(row.net_cents for row in self.rows)

    @property
    def is_urgent(self) -> bool:
        return any(row.priority in URGENT for row in self.rows)

    @property
    def words(self) -> str:
        return work_text(Work(row.code, row.description, row.tooth) for row in self.rows)

    @property
    def evidence(self) -> tuple[str, ...]:
        first = self.rows[0]
        case = (f"treatment_case:{ref(first.source, first.case_key)}",) if first.case_key is not None else ()
        return case + tuple(f"procedure:{ref(row.source, row.source_key)}" for row in self.rows)

    @property
    def state(self) -> str:
        """What must change before a dismissed item may come back: the decision or the set of procedures."""
        return "|".join((self.rows[0].case_status, *sorted(row.thing for row in self.rows)))

    @property
    def person(self) -> tuple[str, str]:
        return self.rows[0].person_source, self.rows[0].person_key

    def who(self) -> dict[str, Any]:
        """The finding's fields about the patient and the place."""
        first = self.rows[0]
        return {
            "patient": person_ref(first),
            "patient_name": person_name(first),
            "provider_key": first.provider_key,
            "location_id": first.location_id,
        }

    @property
    def label(self) -> str:
        return person_label(self.rows[0])


def bundles(rows: Iterable[Any]) -> list[Bundle]:
    """One bundle per patient and case; the order of the rows does not matter."""
    ordered = sorted(rows, key=lambda row: (*_bundle_key(row), row.source_key))
    return [Bundle(tuple(group)) for _, group in groupby(ordered, key=_bundle_key)]


def _bundle_key(row: Any) -> tuple[str, ...]:
    nobody = "" if row.person_key is not None else row.source_key
    return (row.source, row.case_key or "", row.person_source or "", row.person_key or "", nobody)


def latest(days: Iterable[date | None]) -> date | None:
    """The newest known day."""
    return max((day for day in days if day is not None), default=None)
