"""Items as tasks inside Open Dental, against the made-up office's API: never twice, whatever is cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.open_dental.api import office as api_office
from connectors.open_dental.back.cards import cards_of, marks_in
from connectors.open_dental.back.delivery import OpenDentalBack
from connectors.open_dental.back.settings import BackSettings
from hub.clock import FixedClock
from hub.contract import DeliveryContext, ItemRow, ListSummary, Receipt
from hub.demo.open_dental import OpenDental
from hub.demo.open_dental.api_server import ApiServer
from hub.errors import AuthError, Unavailable
from hub.output.acts import StoredActs
from hub.store import Store

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 3, 10)
ALL = frozenset({"ReadAll", "AllOthers", "Comm"})


def item(number: str, patient: int | None, code: str = "CLAIM-DENIED", **values: object) -> ItemRow:
    given = {
        "id": number, "code": code, "title": "Denied claim", "practice": "main", "subject": f"claim:od:{number}",
        "patient": f"od:{patient}" if patient else None, "patient_name": None, "owner": "IC", "assigned_to": None,
        "status": "OPEN", "tray": "today", "value_cents": 48_800, "since": DAY, "due": date(2026, 3, 12), "priority": 74,
        "band": "week", "sentence": "Delta denied the crown.", "next_step": "appeal with the X-ray", "payer_name": "Delta",
        "tags": None, "is_stale": False, "evidence": (), "as_of": DAY,
    }  # fmt: skip
    return ItemRow(**{**given, **values})


SUMMARY = ListSummary("main", "Lakeside", "America/Chicago", DAY, datetime(2026, 3, 10, 12, tzinfo=UTC), {}, (), {}, (), ())


class Desk:
    """The delivery with its notes, and the tasks as the office has them."""

    def __init__(self, office: OpenDental, api: ApiServer, store: Store, folder: Path) -> None:
        self.office, self.api, self.store, self.folder = office, api, store, folder
        self.patients = [int(str(row["PatNum"])) for row in office.rows["patient"] if row["PatStatus"] == 0][:6]

    def settings(self, **values: object) -> BackSettings:
        given = {
            "source": "od", "kinds": ["CLAIM-DENIED", "APPT-BROKEN"], "task_list": self.task_list, "user": self.user,
            "developer_key": self.api.keys[0], "customer_key": self.api.keys[1], "service_url": self.api.url, "remote_url": "",
        }  # fmt: skip
        return BackSettings.model_validate({**given, **values})

    @property
    def task_list(self) -> int:
        return int(str(self.office.rows["tasklist"][0]["TaskListNum"]))

    @property
    def user(self) -> int:
        return int(str(self.office.rows["userod"][0]["UserNum"]))

    def deliver(self, items: Sequence[ItemRow], dry_run: bool = False, **settings: object) -> Receipt:
        clock = FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        acts = StoredActs(self.store, "main", "tasks", clock)
        ctx = DeliveryContext("tasks", self.settings(**settings), Path(), clock, "k", acts, dry_run)
        return OpenDentalBack().deliver(items, SUMMARY, ctx)

    def tasks(self) -> dict[str, list[dict[str, object]]]:
        """Our tasks by mark, as rows of the office."""
        found: dict[str, list[dict[str, object]]] = {}
        for row in self.office.rows["task"]:
            for key in marks_in(str(row["Descript"])):
                found.setdefault(key, []).append(row)
        return found

    def status(self, key: str) -> int:
        (row,) = self.tasks()[key]
        return int(str(row["TaskStatus"]))


@pytest.fixture
def desk(plain_store: Store, office: OpenDental, tmp_path: Path) -> Iterator[Desk]:
    with ApiServer(office, permissions=ALL, mode="service") as api:
        yield Desk(office, api, plain_store, tmp_path)


def writes(desk: Desk) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in desk.api.requests if seen.method != "GET"]


A, B = "AAAAAAAA", "BBBBBBBB"


def test_each_item_is_one_task_with_its_patient_mark_and_due_day(desk: Desk) -> None:
    one, two = desk.patients[:2]
    before = len(desk.office.rows["task"])
    receipt = desk.deliver([item(A, one), item(B, two, "APPT-BROKEN")])
    assert receipt.message == "2 on the list: 2 written"
    assert len(desk.office.rows["task"]) == before + 2
    (row,) = desk.tasks()[A]
    assert row["Descript"] == "Delta denied the crown. Due Mar 12.\nNext: appeal with the X-ray (CLAIM-DENIED, $488)\n[hub AAAAAAAA]"
    assert (row["KeyNum"], row["ObjectType"], row["TaskListNum"], row["UserNum"]) == (one, 1, desk.task_list, desk.user)
    done = writes(desk)
    assert desk.deliver([item(A, one), item(B, two, "APPT-BROKEN")]).message == "2 on the list: nothing to change"
    assert writes(desk) == done


def test_a_kind_that_is_not_named_is_never_written(desk: Desk) -> None:
    assert desk.deliver([item(A, desk.patients[0], "RECALL-OVERDUE")]).message == "0 on the list: nothing to change"
    assert writes(desk) == []


def test_a_changed_text_is_brought_up_to_date_and_a_cleared_item_completed_then_reopened(desk: Desk) -> None:
    first = item(A, desk.patients[0])
    desk.deliver([first])
    assert desk.deliver([replace(first, sentence="Delta denied the crown twice.")]).message.endswith("1 brought up to date")
    assert "twice" in str(desk.tasks()[A][0]["Descript"])
    assert desk.deliver([]).message == "0 on the list: 1 completed"
    assert desk.status(A) == 2
    assert desk.deliver([]).message == "0 on the list: nothing to change"
    assert desk.deliver([first]).message.endswith("1 opened again")
    assert desk.status(A) == 0 and len(desk.tasks()[A]) == 1


def test_what_staff_did_is_read_back_and_respected(desk: Desk) -> None:
    first = item(A, desk.patients[0])
    desk.deliver([first])
    (row,) = desk.tasks()[A]
    desk.office.change("task", int(str(row["TaskNum"])), TaskStatus=2)
    assert desk.deliver([first]).message.endswith("1 noted as done or removed by staff")
    assert desk.deliver([replace(first, sentence="Other words, same thing.")]).message.endswith("nothing to change")
    assert desk.status(A) == 2
    assert desk.deliver([replace(first, value_cents=90_000)]).message.endswith("1 opened again")
    assert desk.status(A) == 0


def test_words_of_staff_stay_and_a_removed_task_is_not_written_again(desk: Desk) -> None:
    first, second = item(A, desk.patients[0]), item(B, desk.patients[1])
    desk.deliver([first, second])
    (row,), (other,) = desk.tasks()[A], desk.tasks()[B]
    desk.office.change("task", int(str(row["TaskNum"])), Descript=f"Called Bob, wait. {row['Descript']}")
    desk.office.remove("task", int(str(other["TaskNum"])))
    done = writes(desk)
    desk.deliver([replace(first, sentence="New words."), second])
    assert writes(desk) == done and str(desk.tasks()[A][0]["Descript"]).startswith("Called Bob, wait.")
    desk.deliver([first, replace(second, value_cents=1)])
    assert len(desk.tasks()[B]) == 1


def test_a_task_of_people_without_our_note_is_never_touched(desk: Desk) -> None:
    desk.office.insert("task", TaskListNum=desk.task_list, Descript="Ask about [hub ZZZZZZZZ]", UserNum=desk.user)
    desk.deliver([])
    assert writes(desk) == []


def test_a_call_card_holds_everything_about_one_patient(desk: Desk) -> None:
    one = desk.patients[0]
    items = [item(A, one), item(B, one, "APPT-BROKEN", sentence="Missed Friday."), item("CCCCCCCC", None)]
    assert desk.deliver(items, per="patient").message == "2 on the list: 2 written"
    texts = [str(row["Descript"]) for rows in desk.tasks().values() for row in rows]
    assert sum("Missed Friday." in text and "Delta denied" in text for text in texts) == 1
    assert [card.key for card in cards_of(items, "od", True)] == [card.key for card in cards_of(items, "od", True)]


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(desk: Desk) -> None:
    receipt = desk.deliver([item(A, desk.patients[0])], dry_run=True)
    assert receipt.plan == ("would be written: CLAIM-DENIED (AAAAAAAA)",) and writes(desk) == []
    assert desk.deliver([item(A, desk.patients[0])]).message.endswith("1 written")


def test_an_outage_loses_nothing_and_doubles_nothing(desk: Desk) -> None:
    items = [item(A, desk.patients[0]), item(B, desk.patients[1])]
    desk.api.faults.econnector_down = True
    with pytest.raises(Unavailable):
        desk.deliver(items)
    desk.api.faults.econnector_down = False
    desk.deliver(items)
    assert sorted(len(rows) for rows in desk.tasks().values()) == [1, 1]


def test_an_answer_that_is_lost_after_the_write_gives_no_second_task(desk: Desk) -> None:
    desk.api.faults.every_lost_answer = 1
    with pytest.raises(Unavailable, match="HUB-U21"):
        desk.deliver([item(A, desk.patients[0])])
    assert len(desk.tasks()[A]) == 1, "the write was done"
    desk.api.faults.every_lost_answer = 0
    desk.deliver([item(A, desk.patients[0])])
    assert len(desk.tasks()[A]) == 1


def crowd(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.office.insert("task", TaskListNum=desk.task_list, Descript=f"call {number}", UserNum=desk.user,
                           DateTimeOriginal=desk.office.now)  # fmt: skip


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("tier", ["paid", "enterprise"])
def test_a_list_of_more_than_a_hundred_gives_no_second_task_when_the_service_is_down(
    plain_store: Store, office: OpenDental, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tier: str, cut: bool
) -> None:
    """The service allows pages of 1000; headquarters, which step in, hand out 100, whatever is asked for (reference 2.5).
    `cut`: a kill left an act begun. Enterprise: the settings promise pages that the key does not have."""
    monkeypatch.setattr(api_office, "INTERVAL", {"paid": 0.0, "enterprise": 0.0})
    with ApiServer(office, permissions=ALL, mode="remote") as api:
        desk = Desk(office, api, plain_store, tmp_path)
        way = {"service_url": "http://127.0.0.1:9/api/v1/", "remote_url": api.url, "tier": tier}
        crowd(desk, 130)
        items = [item(2 * f"{number:04}".translate(str.maketrans("0123456789", "ABCDEFGHIJ")), desk.patients[0])
                 for number in range(12)]  # fmt: skip
        desk.deliver(items, **way)
        crowd(desk, 130)
        order = sorted(int(str(row["TaskNum"])) for row in office.rows["task"] if row["TaskListNum"] == desk.task_list)
        late = [key for key, (row,) in desk.tasks().items() if order.index(int(str(row["TaskNum"]))) >= 100]
        assert len(desk.tasks()) == 12 and late, "some of ours are behind the first hundred"
        if cut:
            acts = StoredActs(plain_store, "main", "tasks", FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC)))
            for key in late:
                acts.begin(key, {**acts.known()[key].memo, "number": None})
        desk.deliver(items, **way)
        assert {len(rows) for rows in desk.tasks().values()} == {1}
        desk.deliver([], **way)
        assert {desk.status(key) for key in desk.tasks()} == {2}, "and all are completed once their items are gone"


def test_a_task_that_staff_moved_to_another_list_is_found_by_its_number(desk: Desk) -> None:
    first = item(A, desk.patients[0])
    desk.deliver([first])
    (row,) = desk.tasks()[A]
    desk.office.change("task", int(str(row["TaskNum"])), TaskListNum=int(str(desk.office.rows["tasklist"][1]["TaskListNum"])))
    assert desk.deliver([replace(first, value_cents=90_000)]).message.endswith("1 brought up to date")
    assert len(desk.tasks()[A]) == 1 and "$900" in str(desk.tasks()[A][0]["Descript"])
    assert desk.deliver([]).message == "0 on the list: 1 completed" and desk.status(A) == 2


def test_a_removed_task_whose_item_is_gone_is_asked_for_once(desk: Desk) -> None:
    desk.deliver([item(A, desk.patients[0])])
    desk.office.remove("task", int(str(desk.tasks()[A][0]["TaskNum"])))
    desk.deliver([])
    asked = len([seen for seen in desk.api.requests if "/tasks/" in seen.path])
    assert asked == 1 and desk.deliver([]).message == "0 on the list: nothing to change"
    assert len([seen for seen in desk.api.requests if "/tasks/" in seen.path]) == asked
    assert desk.deliver([item(A, desk.patients[0])]).message.endswith("1 written"), "the item came back"


def test_without_the_permission_it_says_so(desk: Desk) -> None:
    desk.api.permissions = frozenset({"ReadAll"})
    with pytest.raises(AuthError):
        desk.deliver([item(A, desk.patients[0])])
    assert desk.tasks() == {}


def test_commlogs_are_written_once_and_never_completed(desk: Desk) -> None:
    first = item(A, desk.patients[0])
    before = len(desk.office.rows["commlog"])
    desk.deliver([first, item(B, None)], write="commlog")
    desk.deliver([first], write="commlog")
    desk.deliver([], write="commlog")
    assert len(desk.office.rows["commlog"]) == before + 1


def test_at_most_so_many_new_ones_in_one_run(desk: Desk) -> None:
    items = [item(key * 8, desk.patients[0]) for key in "ABC"]
    assert desk.deliver(items, most=2).message == "3 on the list: 2 written"
    assert desk.deliver(items, most=2).message == "3 on the list: 1 written"


@pytest.mark.parametrize("point", ["sending_noted", "sent"])
@pytest.mark.parametrize("act", ["create", "complete", "reopen"])
def test_a_kill_between_send_and_note_leaves_exactly_one_task(desk: Desk, point: str, act: str) -> None:
    first = item(A, desk.patients[0])
    if act != "create":
        desk.deliver([first])
    if act == "reopen":
        desk.deliver([])
    items = [] if act == "complete" else [first]
    killed = _in_a_process(desk, items, point)
    assert killed.returncode == -9, killed.stderr
    desk.deliver(items)
    assert desk.status(A) == (2 if act == "complete" else 0)
    done = writes(desk)
    assert desk.deliver(items).message.endswith("nothing to change") and writes(desk) == done


def _in_a_process(desk: Desk, items: Sequence[ItemRow], point: str) -> subprocess.CompletedProcess[str]:
    """The same delivery in a process of its own that is killed at the point."""
    code = (
        "import json, sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from tests.open_dental.test_back import SUMMARY, item\n"
        "from connectors.open_dental.back.delivery import OpenDentalBack\n"
        "from connectors.open_dental.back.settings import BackSettings\n"
        "from hub.clock import FixedClock; from hub.contract import DeliveryContext; from hub.output.acts import StoredActs\n"
        "from hub.store import open_store\n"
        "told = json.loads(sys.argv[1]); clock = FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))\n"
        "store = open_store(Path(told['folder']), encrypt=False)\n"
        "ctx = DeliveryContext('tasks', BackSettings.model_validate(told['settings']), Path(), clock, 'k', StoredActs(store, 'main', 'tasks', clock))\n"
        "OpenDentalBack().deliver([item(*each) for each in told['items']], SUMMARY, ctx)\n"
    )
    settings = desk.settings()
    plain = settings.model_dump() | {
        "developer_key": settings.developer_key.get_secret_value(), "customer_key": settings.customer_key.get_secret_value(),
    }  # fmt: skip
    told = {"folder": str(desk.folder), "settings": plain, "items": [[each.id, desk.patients[0]] for each in items]}
    return subprocess.run(
        [sys.executable, "-c", code, json.dumps(told)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={"HUB_KILL_AT": point, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_the_settings_say_what_they_lack() -> None:
    keys = {"developer_key": "d", "customer_key": "c"}
    for lacking, word in (({"source": "od", "kinds": ["X"]}, "task_list"), ({"source": "od", "kinds": [], "write": "commlog"}, "kinds")):
        with pytest.raises(ValueError, match=word):
            BackSettings.model_validate({**keys, **lacking})


