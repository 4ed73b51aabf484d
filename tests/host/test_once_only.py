"""What leaves the house leaves it once: the same list is not sent again, a refused one is, a doubtful one never."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin, configure

FAX = """
HUB_CONTRACT = ">=1.0,<2"
from pathlib import Path
from pydantic import BaseModel
from hub.contract import Delivery, Receipt
from hub.errors import Unavailable
from hub.hookspecs import hookimpl
class Own(BaseModel):
    pass
class Fax(Delivery):
    id, label, settings, leaves_house = "fax", "fax of the tests", Own, True
    def deliver(self, items, summary, ctx):
        here = Path(__file__).parent
        if (here / "line-is-down").exists():
            raise Unavailable("HUB-X99", "the line is down; it is tried again")
        if (here / "breaks").exists():
            raise ConnectionResetError("in the middle of the sending")
        with (here / "sent.txt").open("a") as sent:
            sent.write(f"{ctx.key} {len(items)}\\n")
        return Receipt(f"{len(items)} items sent")
@hookimpl
def hub_deliveries():
    return [Fax]
"""


@pytest.fixture
def office(practice: Practice) -> Practice:
    add_site_plugin(practice, "fax.py", FAX)
    configure(practice, '\n[[delivery]]\nname = "fax"\ndelivery = "fax"\n')
    return practice


def _sent(office: Practice) -> list[str]:
    path: Path = office.folder / "site" / "sent.txt"
    return path.read_text().splitlines() if path.exists() else []


def _statuses(office: Practice) -> list[str]:
    return [row["status"] for row in office.rows("outbound")]


def test_the_same_list_on_the_same_day_is_sent_once(office: Practice) -> None:
    first = office.hub("deliver", "fax")
    assert first.code == 0 and first.out.startswith("fax: ") and "items sent" in first.out
    second = office.hub("deliver", "fax")
    assert second.code == 0 and "this list was already sent" in second.out
    assert len(_sent(office)) == 1 and _statuses(office) == ["sent"]


def test_a_list_that_changed_is_another_act(office: Practice) -> None:
    office.hub("deliver", "fax")
    path = office.source() / "unscheduled_list.csv"
    assert len(_sent(office)) == 1
    item = next(row for row in office.rows("work_item") if row["status"] == "OPEN" and row["tray"] == "today")
    with office.store() as store, store.write() as connection:
        from hub.model import TABLES

        table = TABLES["work_item"]
        connection.execute(table.update().where(table.c.id == item["id"]).values(value_cents=item["value_cents"] + 100))
    assert path.exists() and office.hub("deliver", "fax").code == 0
    keys = {line.split()[0] for line in _sent(office)}
    assert len(keys) == len(_sent(office)) == 2 and _statuses(office) == ["sent", "sent"]


def test_a_refused_list_is_sent_when_the_line_is_back(office: Practice) -> None:
    down = office.folder / "site" / "line-is-down"
    down.touch()
    said = office.hub("deliver", "fax")
    assert said.code == 1 and said.err.startswith("HUB-X99 the line is down") and _statuses(office) == ["failed"]
    down.unlink()
    assert office.hub("deliver", "fax").code == 0
    assert len(_sent(office)) == 1 and _statuses(office) == ["sent"]


def test_a_sending_that_broke_in_an_unknown_way_is_not_repeated(office: Practice) -> None:
    breaks = office.folder / "site" / "breaks"
    breaks.touch()
    said = office.hub("deliver", "fax")
    assert said.code == 1 and "HUB-P04 delivery fax failed unexpectedly (ConnectionResetError)" in said.err
    breaks.unlink()
    for _ in range(2):
        again = office.hub("deliver", "fax")
        assert again.code == 1 and again.err.startswith("HUB-O01 fax: an earlier attempt was cut off and may have been sent")
    assert _sent(office) == [] and _statuses(office) == ["unknown"]
    office.hub("run")
    assert _sent(office) == [], "nor by the next run of the same list"
