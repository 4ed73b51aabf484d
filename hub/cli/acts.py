"""`hub item assign|snooze|dismiss|reopen`: what people do to items, on one or several at once, all or none."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import select

from hub.app import App
from hub.cli.common import DONE, opened, say
from hub.cli.work import day_of
from hub.clock import local_date
from hub.config import PracticeSettings
from hub.errors import SettingsError
from hub.model import TABLES
from hub.reconcile.people import Act, assigned, carry_out, dismissed, reopened, snoozed
from hub.reconcile.rows import item_row

_ITEM, _KIND = TABLES["work_item"], TABLES["kind_state"]
_LONGEST_TEXT = 500


def run_assign(config: Path | None, ids: Sequence[str], to: str, by: str | None) -> int:
    return _act(config, ids, by, lambda _today: assigned(_text(to) or ""))


def run_snooze(config: Path | None, ids: Sequence[str], until: str, because: str, note: str | None, by: str | None) -> int:
    wanted = day_of(until or "nothing")
    assert wanted is not None
    return _act(config, ids, by, lambda today: snoozed(wanted, today, because, _text(note)))


def run_dismiss(config: Path | None, ids: Sequence[str], reason: str, note: str | None, by: str | None) -> int:
    return _act(config, ids, by, lambda _today: dismissed(reason, _text(note)))


def run_reopen(config: Path | None, ids: Sequence[str], note: str | None, by: str | None) -> int:
    return _act(config, ids, by, lambda _today: reopened(_text(note)))


def _act(config: Path | None, ids: Sequence[str], by: str | None, act_on: Callable[[date], Act]) -> int:
    """`act_on` gets the practice's today, because a snooze counts from it."""
    with opened(config) as app:
        wanted = _by_practice(app, list(dict.fromkeys(each.strip().upper() for each in ids)))
        now = app.clock.now()
        with app.store.write() as connection:
            rows = [
                row
                for practice, numbers in wanted
                for row in carry_out(
                    connection, practice.id, numbers, act_on(local_date(now, practice.timezone)), _text(by) or getpass.getuser(), now
                )
            ]
        _tell(app, rows)
    return DONE


def _by_practice(app: App, ids: Sequence[str]) -> list[tuple[PracticeSettings, list[str]]]:
    """The items' numbers under their practices. Raises SettingsError HUB-S12 for a number that none has."""
    ours = [practice.id for practice in app.config.practice]
    query = select(_ITEM.c.practice_id, _ITEM.c.id).where(_ITEM.c.id.in_(ids), _ITEM.c.practice_id.in_(ours))
    with app.store.read() as connection:
        found = connection.execute(query).all()
    owners = {row.id: row.practice_id for row in found}
    for each in ids:
        if each not in owners:
            raise SettingsError("HUB-S12", f'there is no item "{each}"; see "hub items --tray all"')
    named = [practice for practice in app.config.practice if practice.id in owners.values()]
    return [(practice, [each for each in ids if owners[each] == practice.id]) for practice in named]


def _tell(app: App, rows: Sequence[dict[str, object]]) -> None:
    """One line each, and word to the plugins, after the commit."""
    with app.store.read() as connection:
        kinds = {(row.practice_id, row.code): row for row in connection.execute(select(_KIND))}
    for row in rows:
        kind = kinds.get((str(row["practice_id"]), str(row["code"])))
        item = item_row(row, kind.title if kind else str(row["code"]), kind.audience if kind else "contact")
        app.plugins.call("hub_item_changed", practice_id=item.practice, item=item, action=row["action"])
        until = f" until {row['snoozed_until']}" if row["snoozed_until"] else ""
        to = f", assigned to {item.assigned_to}" if item.assigned_to else ""
        say(f"{item.id} {item.code}: {item.status}{until}{to}")


def _text(given: str | None) -> str | None:
    """One line of a person's words, of a bearable length."""
    return " ".join(given.split())[:_LONGEST_TEXT] or None if given else None
