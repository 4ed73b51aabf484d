"""Part-booking shrinks the item, never closes it (outstanding-items §4.1): also when the parts are done in two locations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import Connection, update

from hub.model import TABLES
from hub.reconcile.people import assigned, carry_out
from plugins.rules_treatment.accepted import AcceptedUnbooked
from tests.reconcile.conftest import Office
from tests.rows import Row, case, insert, patient, procedure, row

TUESDAY, WEDNESDAY = date(2026, 3, 10), date(2026, 3, 11)
WORK = TABLES["procedure"]


def crowns() -> list[Row]:
    """Two crowns of $900, accepted on 03-03: #5 is to be made at the north office, #6 at the south."""
    crown = {"fee_cents": 90_000}
    return [
        patient("1"), case("c", "1", status="ACCEPTED", decision_date=date(2026, 3, 3)),
        procedure("5", "1", "c", tooth="5", location_id="north", **crown),
        procedure("6", "1", "c", tooth="6", location_id="south", **crown),
        row("appointment", "old", patient_key="1", status="COMPLETED", start_date=date(2026, 1, 6)),
    ]  # fmt: skip


@pytest.mark.parametrize(("done", "left"), [("5", "south"), ("6", "north")])
def test_a_part_done_leaves_the_same_item(connection: Connection, done: str, left: str) -> None:
    office = Office(connection, [AcceptedUnbooked])
    insert(connection, crowns())

    def on(day: date) -> dict[str, object]:
        for entity in ("patient", "procedure", "appointment", "treatment_case"):
            office.read("pms", entity, datetime.combine(day, time(11), UTC))
        office.reconcile(day, fresh=False)
        return office.item()

    first = on(TUESDAY)
    carry_out(connection, "main", [str(first["id"])], assigned("Ann"), "Ann", datetime(2026, 3, 10, 17, tzinfo=UTC))
    connection.execute(update(WORK).where(WORK.c.source_key == done).values(status="COMPLETED", date_completed=TUESDAY))
    then = on(WEDNESDAY)
    assert (first["value_cents"], then["value_cents"]) == (180_000, 90_000)
    assert (then["id"], then["status"], then["assigned_to"], then["location_id"]) == (first["id"], "OPEN", "Ann", left)
