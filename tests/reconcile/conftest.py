"""A database with the shared model, a practice, a small rule, and one call that reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, create_engine, select, text

from hub.clock import FixedClock
from hub.config.schema import PracticeSettings, SourceSettings
from hub.contract import Finding, Rule, RuleView
from hub.model import METADATA, TABLES
from hub.reconcile import ReconcileResult, reconcile

DAY = date(2026, 3, 10)
PRACTICE = PracticeSettings(
    id="main", name="Lakeside Dental", timezone="America/Chicago", closures=(date(2026, 2, 16),)
)
PMS = SourceSettings(name="pms", practice="main", connector="dentrix")
ERA = SourceSettings(name="era", practice="main", connector="clearinghouse")


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as open_connection:
        yield open_connection
    engine.dispose()


class Office:
    """One practice whose clock a test moves by hand."""

    practice, sources = PRACTICE, (PMS, ERA)

    def __init__(self, connection: Connection, rules: Sequence[type[Rule]]) -> None:
        self.connection, self.rules = connection, rules
        self.runs = 0

    def read(self, source: str = "pms", entity: str = "claim", at: datetime | None = None, **values: Any) -> None:
        """The source was read completely at `at`."""
        table = TABLES["stream_state"]
        key = {"practice_id": "main", "source": source, "stream": entity, "entity": entity}
        self.connection.execute(
            table.delete().where(*(table.c[name] == value for name, value in key.items()))
        )
        state = {"rows": 1, "last_complete_at": at, "as_of": at, **values}
        self.connection.execute(table.insert(), [{**key, **state}])

    def reconcile(
        self, day: date, thresholds: Mapping[str, Mapping[str, object]] | None = None, *, fresh: bool = True
    ) -> ReconcileResult:
        """Reconcile in the morning of `day` (12:00 UTC); `fresh`: the pms claims were read an hour before."""
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        if fresh:
            self.read(at=now.replace(hour=11))
        self.runs += 1
        return reconcile(
            self.connection, self.practice, self.sources, self.rules, thresholds or {}, FixedClock(now), None, self.runs
        )

    def items(self) -> list[dict[str, Any]]:
        table = TABLES["work_item"]
        return [dict(row) for row in self.connection.execute(select(table).order_by(table.c.id)).mappings()]

    def item(self) -> dict[str, Any]:
        (only,) = self.items()
        return only

    def actions(self) -> list[str]:
        table = TABLES["item_event"]
        return list(self.connection.execute(select(table.c.action).order_by(table.c.id)).scalars())

    def person(self, **columns: Any) -> None:
        """What a person does to the only item."""
        table = TABLES["work_item"]
        self.connection.execute(table.update().values(**columns))

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, to show that nothing changed."""
        return {
            name: sorted((tuple(row) for row in self.connection.execute(select(table))), key=repr)
            for name, table in TABLES.items()
        }


@dataclass
class Facts:
    """What the small rule finds; a test changes it between days."""

    found: list[Finding] = field(default_factory=list)
    breaks: bool = False


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def office(connection: Connection, facts: Facts) -> Office:
    class Waiting(Rule):
        """Something waits."""

        code: ClassVar[str] = "X-WAITING"
        title: ClassVar[str] = "Something waits"
        owner: ClassVar[str] = "TC"
        audience: ClassVar[Any] = "contact"
        needs: ClassVar[tuple[str, ...]] = ("claim",)
        clears_when: ClassVar[str] = "it is done"

        def findings(self, view: RuleView) -> Iterator[Finding]:
            if facts.breaks:
                view.connection.execute(text("select 1 from no_such_table"))
            yield from facts.found

    return Office(connection, [Waiting])


def waiting(**changes: Any) -> Finding:
    given = {
        "subject": "claim:pms:7", "value_cents": 100_000, "sentence": "It waits.", "next_step": "do it",
        "likelihood": 0.7, "since": DAY, "state": "planned", "evidence": ("claim:pms:7",),
    }  # fmt: skip
    return Finding(**{**given, **changes})
