"""`hub items`, `explain`, `runs`, `quarantine list`, `connectors`, `plugins`: reading, never writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from hub.app import PLUGIN_STATE, App, open_plugins
from hub.cli.absent import named_in_vain
from hub.cli.common import DONE, complain, opened, say, table
from hub.clock import local_date
from hub.config import Config, PracticeSettings, find_config, load_config
from hub.contract import ItemRow, ListSummary
from hub.errors import SettingsError, Unavailable
from hub.model import TABLES
from hub.money import dollars
from hub.output import about, words
from hub.output.csv_list import write_csv
from hub.output.excel import write_joint_workbook
from hub.output.safe_file import write_file
from hub.plugin_host import Candidate, Plugins, PluginState, admit, candidates, load_plugins, remembered, stated_range
from hub.plugin_host.named import absent_kinds, not_looked_at, roles
from hub.reconcile.listing import Explanation, explain, list_items, summary
from hub.sync.quarantine import listing
from hub.sync.runs import last_runs

_ITEM = TABLES["work_item"]
OPEN = ("OPEN", "IN_PROGRESS")
STATUSES = frozenset({*OPEN, "SNOOZED", "RESOLVED", "DISMISSED", "EXPIRED"})
_MANY_KINDS = 10
TRAYS = frozenset({"today", "backlog", "waiting", "in_person", "all"})


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """The filters of `hub items`."""

    kinds: tuple[str, ...]
    owners: tuple[str, ...]
    statuses: tuple[str, ...]
    patient: str | None
    practice: str | None
    tray: str

    def named(self) -> dict[str, str]:
        """What was asked for, for the second sheet."""
        texts = {
            "kind": ", ".join(self.kinds),
            "owner": ", ".join(self.owners),
            "status": ", ".join(self.statuses),
            "patient": self.patient or "",
            "practice": self.practice or "",
            "tray": self.tray,
        }
        return {key: text for key, text in texts.items() if text}


def run_items(config: Path | None, query: ItemQuery, as_json: bool, csv: Path | None, xlsx: Path | None) -> int:
    query = replace(query, statuses=tuple(status.upper() for status in query.statuses))
    _refuse_unknown(query)
    with opened(config) as app:
        found = [_of_practice(app, query, practice.id) for practice in _practices(app.config, query)]
        items = [item for part, _told in found for item in part]
        if csv is not None:
            _write(csv, lambda target: write_csv(target, items), items)
        if xlsx is not None:
            _write(xlsx, lambda target: write_joint_workbook(target, found), items)
        if as_json:
            say(json.dumps([item_json(item) for item in items], indent=1, ensure_ascii=False))
        elif csv is None and xlsx is None:
            print_items(items, [told for _part, told in found])
    return DONE


def _refuse_unknown(query: ItemQuery) -> None:
    for what, given, known in (("status", query.statuses, STATUSES), ("tray", (query.tray,), TRAYS)):
        strange = set(given) - known
        if strange:
            raise SettingsError(
                "HUB-S11", f'there is no {what} "{strange.pop()}" (there are: {", ".join(sorted(known))})'
            )


def _practices(config: Config, query: ItemQuery) -> list[PracticeSettings]:
    found = [practice for practice in config.practice if query.practice in (None, practice.id)]
    if not found:
        raise SettingsError("HUB-S08", f'there is no practice "{query.practice}" in {config.path.name}')
    return found


def _of_practice(app: App, query: ItemQuery, practice_id: str) -> tuple[list[ItemRow], ListSummary]:
    practice = app.config.practice_by_id(practice_id)
    kinds = _as_spelt("kind", query.kinds, {*app.plugins.rules, *absent_kinds(app.plugins)})
    owners = _as_spelt("role", query.owners, roles(app.plugins))
    tray = None if query.tray == "all" else query.tray
    with app.store.read() as connection:
        items = list_items(
            connection,
            practice,
            kinds=kinds,
            owners=owners,
            statuses=query.statuses or OPEN,
            patient=query.patient,
            tray=tray,
        )
        told = summary(
            connection,
            practice,
            app.sources_of(practice_id),
            list(app.plugins.rules.values()),
            query.named(),
            app.clock,
            "hub items",
        )
    return items, replace(told, unknown=[*told.unknown, *not_looked_at(app.plugins, kinds)])


def _as_spelt(what: str, names: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The names as the items spell them, whatever the letter case. Raises SettingsError HUB-S11."""
    spelling = {each.upper(): each for each in known}
    for name in names:
        if name.upper() not in spelling:
            raise SettingsError("HUB-S11", f'there is no {what} "{name}" (there are: {", ".join(sorted(known))})')
    return tuple(spelling[name.upper()] for name in names)


def item_json(item: ItemRow) -> dict[str, object]:
    """The fixed surface of `hub items --json` (design §9)."""
    return {
        "id": item.id, "code": item.code, "practice": item.practice, "subject": item.subject, "patient": item.patient,
        "owner": item.owner, "status": item.status, "value_cents": item.value_cents,
        "due": item.due.isoformat() if item.due else None, "priority": item.priority, "band": item.band,
        "sentence": item.sentence, "next_step": item.next_step, "evidence": list(item.evidence), "as_of": item.as_of.isoformat(),
    }  # fmt: skip


def print_items(items: Sequence[ItemRow], told: Sequence[ListSummary]) -> None:
    rows = [
        (item.id, item.priority, item.due.strftime("%b %d") if item.due else "", item.owner, dollars(item.value_cents), item.code,
         words.sentence(item) + (" (data is old)" if item.is_stale else ""))
        for item in items
    ]  # fmt: skip
    if rows:
        table(("item", "P", "due", "who", "value", "kind", "what"), rows, right=(1, 4), wrap=6)
    else:
        say("no item in this list")
    for summary_ in told:
        print_footer(summary_, sum(item.practice == summary_.practice_id for item in items))


def print_footer(told: ListSummary, shown: int) -> None:
    """As-of, freshness, what is kept out, what cannot be known. `shown`: items of this practice."""
    say(f"\n{told.practice_name}: {shown} shown, as of {told.as_of:%a %b %d %Y}")
    for source in told.sources:
        read = source.as_of.astimezone(ZoneInfo(told.timezone)) if source.as_of else None
        complete = f", complete as of {read:%b %d %Y %H:%M}" if read else ""
        say(f"  {source.source}: {source.light}{complete}" + (f"; {source.detail}" if source.detail else ""))
    for tray, (count, cents) in about.kept_out(told).items():
        how = "--status snoozed --tray all" if tray == "snoozed" else f"--tray {tray}"
        say(f"  kept out of this list: {tray}: {words.count(count, 'item')}, {dollars(cents)} (hub items {how})")
    by_reason: dict[str, list[str]] = {}
    for code, title, reason in told.unknown:
        by_reason.setdefault(reason, []).append(f"{code} ({title})")
    for reason, kinds in by_reason.items():  # before the first reconcile it is one reason for all of them
        for what in kinds if len(kinds) < _MANY_KINDS else [f"{len(kinds)} kinds"]:
            say(f"  not answered: {what}: {reason}")


def _write(path: Path, write: Callable[[Path], None], items: Sequence[ItemRow]) -> None:
    """The same sheet that the delivery makes, under the name that was asked for."""
    try:
        write_file(path.resolve(), write)
    except OSError as error:
        raise Unavailable(
            "HUB-O02", f"{path} cannot be written ({type(error).__name__}); close it or choose another place"
        ) from None
    complain(f"{path}: {words.count(len(items), 'item')}")


def run_explain(config: Path | None, item_id: str) -> int:
    with opened(config) as app:
        for practice in app.config.practice:
            with app.store.read() as connection:
                if not _has_item(connection, practice.id, item_id):
                    continue
                today = local_date(app.clock.now(), practice.timezone)
                _print_explanation(explain(connection, practice.id, item_id, today), practice.timezone, today)
                return DONE
    raise SettingsError("HUB-S12", f'there is no item "{item_id}"; see "hub items --tray all"')


def _has_item(connection: Connection, practice_id: str, item_id: str) -> bool:
    where = (_ITEM.c.practice_id == practice_id) & (_ITEM.c.id == item_id.strip().upper())
    return connection.execute(select(_ITEM.c.id).where(where)).first() is not None


def _print_explanation(found: Explanation, zone: str, today: date) -> None:
    item = found.item
    say(f"{item.id}  {item.code} (rule version {found.rule_version})  {item.status}, owner {item.owner}"
        + (f", assigned to {item.assigned_to}" if item.assigned_to else ""))  # fmt: skip
    say(words.sentence(item, today))
    say(f"next:    {item.next_step}")
    say(f"score:   P {item.priority} ({item.band.replace('_', ' ')}): {found.score}")
    say(f"rule:    {found.rule}")
    say(f"clears:  {found.clears_when}")
    say("rests on:")
    for line in found.evidence:
        seen = line.observed_at.astimezone(ZoneInfo(zone)).strftime("%b %d %Y %H:%M") if line.observed_at else "?"
        say(f"  {line.entity} {line.source}:{line.key}: {line.fact}")
        say(f"    from {line.origin or 'no kept file'}, seen {seen}")
    say("history:")
    for step in found.history:
        value = f", {dollars(step.value_cents)}" if step.value_cents is not None else ""
        reason = f": {step.reason}" if step.reason else ""
        at = step.at.astimezone(ZoneInfo(zone)).strftime("%b %d %Y %H:%M")
        say(f"  {at}  {step.action} by {step.actor}{value}{reason}")


def run_runs(config: Path | None, limit: int) -> int:
    with opened(config) as app, app.store.read() as connection:
        rows = last_runs(connection, limit=limit)
    head = (
        "run",
        "when (UTC)",
        "practice",
        "job",
        "status",
        "read",
        "new",
        "changed",
        "same",
        "filtered",
        "set aside",
        "deleted",
        "message",
    )
    table(head, [_run_row(row) for row in rows], right=(5, 6, 7, 8, 9, 10, 11), wrap=12)
    return DONE


def _run_row(row: dict[str, object]) -> tuple[object, ...]:
    started = row["started_at"]
    when = started.strftime("%Y-%m-%d %H:%M:%S") if isinstance(started, datetime) else ""
    numbers = [row[name] for name in ("read", "new", "changed", "same", "filtered", "quarantined", "deleted")]
    return (
        row["id"],
        when,
        row["practice_id"],
        f"{row['kind']} {row['name']}",
        row["status"],
        *numbers,
        row["message"] or "",
    )


def run_quarantine(config: Path | None, everything: bool) -> int:
    with opened(config) as app, app.store.read() as connection:
        statuses = ("open", "fixed", "replayed", "discarded") if everything else ("open",)
        rows = listing(connection, [practice.id for practice in app.config.practice], statuses)
    head = ("entry", "source", "stream", "line", "reason", "status", "tries", "what")
    cells = [(row["id"], row["source"], row["stream"], row["locator"] or "", row["reason"], row["status"], row["attempts"],
              f"{row['code']} {row['message']}") for row in rows]  # fmt: skip
    table(head, cells, right=(0, 3, 6), wrap=7)
    say(f"{len(rows)} entries" + ("" if rows else ": nothing is set aside"))
    return DONE


def run_connectors(config: Path | None) -> int:
    plugins = _plugins(config)
    for name in sorted(plugins.connectors):
        connector = plugins.connectors[name]
        say(f"{name}: {connector.label} (version {connector.version})")
        for stream in connector.streams:
            used = [each for each in (stream.mapping, *stream.also) if each]
            mapping = f", mapping {' + '.join(used)}" if used else ""
            say(f"  reads {stream.name} -> {', '.join(stream.entities)}{mapping}; vanished records: {stream.deletes}")
        for field_name, field in connector.settings.model_fields.items():
            need = "needed" if field.is_required() else f"default {field.default!r}"
            say(f"  setting {field_name} ({need}): {field.description or ''}")
        for limit in connector.known_limits:
            say(f"  limit: {limit}")
    return DONE


def _plugins(config: Path | None) -> Plugins:
    try:
        return open_plugins(load_config(find_config(config)))
    except SettingsError:
        if config is not None:
            raise
        return load_plugins()


def run_plugins(config: Path | None) -> int:
    """From the list of installed plugins and the outcome of the last load; no plugin is imported."""
    settings = _settings(config)
    site = settings.base_dir / settings.hub.plugins_dir if settings and settings.hub.plugins_dir else None
    last = remembered(settings.data_dir / PLUGIN_STATE) if settings else {}
    off = settings.hub.disabled_plugins if settings else ()
    rows = []
    for found in candidates(site):
        status, told = _plugin_state(found, off, last.get(found.name))
        rows.append((found.name, status, found.origin, stated_range(found) or "none stated", told))
    table(("plugin", "state", "from", "contract", "brings, or why not"), rows, wrap=4)
    for what, mend in named_in_vain(settings) if settings else ():
        complain(f"{what}; {mend}")
    return DONE


def _plugin_state(found: Candidate, off: Sequence[str], last: PluginState | None) -> tuple[str, str]:
    """State and what it brings, or why not. What is refused now is told at once; the rest is what the last load met."""
    now = admit(found, off)
    if now.status != "active":
        return now.status, now.reason
    if last is None or last.status not in ("active", "broken"):
        return "not loaded yet", ""
    return last.status, "; ".join(filter(None, [", ".join(last.brings) or last.reason, *last.notes]))


def _settings(config: Path | None) -> Config | None:
    try:
        return load_config(find_config(config))
    except SettingsError:
        if config is not None:
            raise
        return None
