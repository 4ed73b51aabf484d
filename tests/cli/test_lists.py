"""`hub items` where several practices share one hub, with filters, and what its last lines say and advise."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import openpyxl
import pytest
from faults.practice_runs import Practice, configure, today

from hub.cli.lists import ItemQuery
from hub.model import TABLES

SOUTH = '\n[[practice]]\nid = "south"\nname = "Southside Dental"\ntimezone = "America/Chicago"\n'


@pytest.fixture
def two(practice: Practice) -> Practice:
    """The made-up practice, and one that has no source yet."""
    configure(practice, SOUTH)
    return practice


def test_each_practice_is_told_with_its_own_number_of_items(two: Practice) -> None:
    listed = json.loads(two.hub("items", "--json").out)
    said = two.hub("items")
    assert f"Lakeside Dental: {len(listed)} shown" in said.out
    assert "Southside Dental: 0 shown" in said.out


def test_a_workbook_of_several_practices_is_about_each_of_them(two: Practice) -> None:
    path = two.folder / "list.xlsx"
    assert two.hub("items", "--xlsx", str(path)).code == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Outstanding", "About 1 main", "About 2 south"]
    assert two.hub("items", "--practice", "main", "--xlsx", str(path)).code == 0
    assert openpyxl.load_workbook(path).sheetnames == ["Outstanding", "About this list"]


def test_every_filter_is_named_on_sheet_two() -> None:
    query = ItemQuery(("CLAIM-AGING",), ("IC",), ("OPEN",), "Lopez", "main", "all")
    assert query.named() == {
        "kind": "CLAIM-AGING", "owner": "IC", "status": "OPEN", "patient": "Lopez", "practice": "main", "tray": "all",
    }  # fmt: skip
    assert ItemQuery((), (), (), None, None, "today").named() == {"tray": "today"}


def _lay_aside(practice: Practice, number: str) -> None:
    """Into the backlog, where a first reconcile puts what is old."""
    item = TABLES["work_item"]
    with practice.store() as store, store.write() as connection:
        connection.execute(item.update().where(item.c.id == number).values(tray="backlog"))


def test_what_the_last_lines_advise_works(practice: Practice) -> None:
    number, other = (item["id"] for item in json.loads(practice.hub("items", "--json").out)[:2])
    _lay_aside(practice, other)
    practice.hub("item", "snooze", number, "--until", (today() + timedelta(days=3)).isoformat())
    said = practice.hub("items").out
    assert re.search(
        r"kept out of this list: snoozed: 1 item, \$[\d,.]+ \(hub items --status snoozed --tray all\)", said
    )
    advised = re.findall(r"\(hub (items --[^)]+)\)", said)
    assert advised == ["items --tray backlog", "items --status snoozed --tray all"]
    for words in advised:
        done = practice.hub(*words.split(), "--json")
        assert done.code == 0 and json.loads(done.out), words
    (snoozed,) = json.loads(practice.hub("items", "--status", "snoozed", "--tray", "all", "--json").out)
    assert snoozed["id"] == number


def test_a_tray_that_is_listed_is_not_called_kept_out(practice: Practice) -> None:
    _lay_aside(practice, json.loads(practice.hub("items", "--json").out)[0]["id"])
    assert "kept out of this list: backlog: 1 item, " in practice.hub("items").out
    for asked in ("backlog", "all"):
        assert "kept out of this list" not in practice.hub("items", "--tray", asked).out


def test_a_sources_day_is_that_of_what_was_read_longest_ago(read_office: Practice) -> None:
    said = read_office.hub("items").out
    assert "newest report" not in said
    assert re.search(r"^  pms: green, complete as of \w{3} \d\d \d{4} \d\d:\d\d$", said, re.M)
    assert "  lender-north: unknown; has never been read completely\n" in said


def test_lists_of_one_folder_do_not_write_over_each_other(two: Practice) -> None:
    """The second practice under the name of the first, and a second list beside that of the treatment coordinator."""
    share = two.folder / "share"
    share.mkdir()
    two.config.write_text(
        two.config.read_text(encoding="utf-8").replace("Southside Dental", "Lakeside Dental"), encoding="utf-8"
    )
    for name, owner in (("tc", "TC"), ("ic", "IC")):
        configure(two, f'\n[[delivery]]\nname = "{name}"\ndelivery = "csv"\nowners = ["{owner}"]\n')
        configure(two, f"[delivery.settings]\nfolder = {json.dumps(str(share))}\n")
    told = 'HUB-S04 delivery ic: [[delivery]] "tc" writes another list to the same files'
    checked = two.hub("check")
    assert checked.code == 1 and told in checked.err and "delivery tc" not in checked.err
    said = two.hub("deliver")
    assert said.code == 1 and told in said.err and said.out.count("tc: ") == 2
    assert sorted(path.name for path in share.glob("*latest*")) == [
        "Lakeside Dental (main) outstanding latest.csv", "Lakeside Dental (south) outstanding latest.csv",
    ]  # fmt: skip
