"""The writes that a hub needs: tasks and commlogs. Everything else is refused. A written row is an ordinary row at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.demo.open_dental.api_reads import Ask, Refusal, moment
from hub.demo.open_dental.api_shapes import Json, shaped
from hub.demo.open_dental.api_words import ENUMS
from hub.demo.open_dental.columns import NO_MOMENT, Row, Value
from hub.demo.open_dental.lists import USER_API

OVERRIDE_LENGTH = 256
MISC = 239
Body = Mapping[str, object]
# texts of reference 10 beside the plain names
_MODES = {"In Person": "InPerson", "Email and Text": "EmailAndText", "Phone and Text": "PhoneAndText"}


def write(ask: Ask, method: str, body: Body) -> tuple[int, Json, str]:
    """Status, object and Location of a POST or PUT; raises Refusal."""
    match method, ask.path:
        case "POST", ("tasks",):
            return _created(ask, "tasks", _new_task(ask, body))
        case "PUT", ("tasks", number):
            return 200, _change_task(ask, int(number), body), ""
        case "POST", ("commlogs",):
            return _created(ask, "commlogs", _new_commlog(ask, body))
        case "PUT", ("commlogs", number):
            return 200, _change_commlog(ask, int(number), body), ""
    raise Refusal(404, "Method not found.")


def _allow(ask: Ask, permission: str, since: tuple[int, ...] = ()) -> None:
    if permission not in ask.permissions:
        raise Refusal(401, f"Customer key does not have the {permission} permission.")
    if ask.program < since:
        raise Refusal(400, f"This method requires Open Dental version {'.'.join(map(str, since))} or higher.")


def _created(ask: Ask, name: str, key: int) -> tuple[int, Json, str]:
    return 201, _shown(ask, name, key), f"/api/v1/{name}/{key}"


def _shown(ask: Ask, name: str, key: int) -> Json:
    table = {"tasks": "task", "commlogs": "commlog"}[name]
    return shaped(ask.office, name, table, ask.office.row(table, key), ask.office.now)


def _required(body: Body, *names: str) -> None:
    for name in names:
        if body.get(name) in (None, ""):
            raise Refusal(400, f"{name} is required.")


def _whole(body: Body, name: str) -> int:
    value = body.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(400, f"{name} is invalid.")
    return value


def _exists(ask: Ask, table: str, key: int) -> Row:
    try:
        return ask.office.row(table, key)
    except KeyError:
        raise Refusal(404, f"{table} not found.") from None


def _word(body: Body, table: str, name: str, default: str) -> int:
    """The number of an enumeration's name."""
    text = str(body.get(name, default))
    words = ENUMS[f"{table}.{name}"]
    text = _MODES.get(text, text)
    if text not in words:
        raise Refusal(400, f"{name} is invalid.")
    return words.index(text)


def _when(ask: Ask, body: Body, name: str) -> datetime:
    return moment(str(body[name])) if body.get(name) else ask.office.now


def _new_task(ask: Ask, body: Body) -> int:
    _allow(ask, "AllOthers", (22, 3, 17))
    _required(body, "TaskListNum", "Descript", "UserNum")
    _exists(ask, "tasklist", _whole(body, "TaskListNum"))
    _exists(ask, "userod", _whole(body, "UserNum"))
    kind, key = _word(body, "task", "ObjectType", "None"), _whole(body, "KeyNum")
    if kind and key:
        _exists(ask, ("", "patient", "appointment")[kind], key)
    return ask.office.insert(
        "task", TaskListNum=_whole(body, "TaskListNum"), Descript=str(body["Descript"]), UserNum=_whole(body, "UserNum"), KeyNum=key,
        ObjectType=kind, TaskStatus=0, PriorityDefNum=_whole(body, "PriorityDefNum"), DateTimeEntry=_when(ask, body, "DateTimeEntry"),
        DateTimeOriginal=ask.office.now, DescriptOverride=_override(body),
    )  # fmt: skip


def _override(body: Body) -> str:
    text = str(body.get("DescriptOverride", ""))
    if len(text) > OVERRIDE_LENGTH:
        raise Refusal(400, f"DescriptOverride is limited to {OVERRIDE_LENGTH} characters.")
    return text


def _change_task(ask: Ask, key: int, body: Body) -> Json:
    """What is left out stays; a new text reopens a task that was done."""
    _allow(ask, "AllOthers", (22, 4, 15))
    row = _exists(ask, "task", key)
    changes: Row = {name: str(body[name]) for name in ("Descript", "DescriptOverride") if name in body}
    if changes.get("Descript", row["Descript"]) != row["Descript"] and row["TaskStatus"] == 2:
        changes["TaskStatus"] = 1
    if "TaskStatus" in body:
        _allow(ask, "AllOthers", (24, 2, 10))
        status = changes["TaskStatus"] = _word(body, "task", "TaskStatus", "New")
        changes["DateTimeFinished"] = ask.office.now if status == 2 else NO_MOMENT
    ask.office.change("task", key, **changes)
    return _shown(ask, "tasks", key)


def _new_commlog(ask: Ask, body: Body) -> int:
    _allow(ask, "Comm")
    _required(body, "PatNum", "Note")
    _exists(ask, "patient", _whole(body, "PatNum"))
    columns: dict[str, Value] = {
        "PatNum": _whole(body, "PatNum"), "Note": str(body["Note"]), "CommType": _kind(ask, body), "CommSource": 7, "UserNum": USER_API,
        "Mode_": _word(body, "commlog", "Mode_", "None"), "SentOrReceived": _word(body, "commlog", "SentOrReceived", "Neither"),
        "CommDateTime": _when(ask, body, "CommDateTime"),
    }  # fmt: skip
    if any(column.name == "DateTEntry" for column in ask.office.schema["commlog"].columns):
        columns["DateTEntry"] = ask.office.now
    return ask.office.insert("commlog", **columns)


def _kind(ask: Ask, body: Body) -> int:
    """A definition of category 27, by number or by name."""
    for row in ask.office.rows["definition"]:
        if row["Category"] == 27 and (
            str(body.get("CommType")) == str(row["DefNum"]) or body.get("commType") == row["ItemName"]
        ):
            return int(str(row["DefNum"]))
    if "CommType" in body or "commType" in body:
        raise Refusal(400, "CommType is invalid.")
    return MISC


def _change_commlog(ask: Ask, key: int, body: Body) -> Json:
    _allow(ask, "Comm", (25, 2, 21))
    _required(body, "Note")
    _exists(ask, "commlog", key)
    ask.office.change("commlog", key, Note=str(body["Note"]), Signature="")
    return _shown(ask, "commlogs", key)
