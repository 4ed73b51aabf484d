"""A commlog that the hub itself wrote is no contact, in any way in: else an item would sleep though nobody called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from connectors.open_dental.back.cards import mark
from hub.demo.open_dental import OpenDental
from hub.store import Store
from tests.open_dental.office.mariadb import Loaded
from tests.open_dental.three_ways import by_api, by_export, by_sql

pytestmark = pytest.mark.mariadb
TEXT = "Crown on #14 is not booked. Due Mar 12.\nNext: call the patient (TX-UNSCHEDULED, $900.00)\n"


@pytest.mark.parametrize("way", ["sql", "api", "export"])
def test_a_commlog_of_the_hub_is_no_contact(
    way: str, plain_store: Store, tmp_path: Path, office: OpenDental, in_mariadb: Callable[[OpenDental], Loaded]
) -> None:
    patient, at = office.keys("patient")[0], datetime(2026, 3, 9, 10, 0)
    own, lines = (office.insert("commlog", PatNum=patient, CommDateTime=at, Note=f"{text}{mark('ABCD2345')}") for text in (TEXT, ""))
    called, blank, about = (
        office.insert("commlog", PatNum=patient, CommDateTime=at, Mode_=3, SentOrReceived=1, Note=note)
        for note in ("called, left a message", "", "the hub says to call [again]")
    )
    chart = office.insert("commlog", PatNum=patient, CommDateTime=at, Note="likes jazz")
    loaded = in_mariadb(office)
    if way == "api":
        with by_api(plain_store, tmp_path, office) as hub:
            hub.sync("contacts")
            facts = hub.facts("comm_event")
    else:
        read = by_sql(plain_store, tmp_path, loaded) if way == "sql" else by_export(plain_store, tmp_path, loaded)
        read.sync()
        facts = read.facts("comm_event")
    assert {str(key) for key in (called, blank, about, chart)} <= facts.keys()
    assert {str(own), str(lines)} & facts.keys() == set()
    assert (facts[str(called)]["direction"], facts[str(called)]["channel"]) == ("OUT", "PHONE")
    # neither sent nor received, by no means: a note in the chart; both stay open, so that a rule can tell
    assert (facts[str(chart)]["direction"], facts[str(chart)]["channel"]) == (None, None)
