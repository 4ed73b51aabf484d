"""`hub doctor`: what is wrong with this installation, each finding with its remedy. Reads only."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text

from hub import __version__
from hub.app import App, open_app, open_plugins
from hub.cli.common import DONE, NOT_STARTED, PROBLEMS, say
from hub.cli.rights import others, remedy
from hub.cli.setup import probe_source, settings_problems
from hub.config import Config, find_config, load_config
from hub.errors import HubError
from hub.model import TABLES
from hub.schedule.triggers import parse_schedule
from hub.sync.runs import last_runs

_SYNCED = ("onedrive", "dropbox", "google drive", "icloud")
_FREE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One check; `fix` is empty when it is fine."""

    what: str
    detail: str
    fix: str = ""


def run_doctor(config_path: Path | None) -> int:
    """All checks in order; the later ones need the earlier ones."""
    say(f"practice-hub {__version__}, Python {sys.version.split()[0]}, {sys.platform}")
    try:
        config = load_config(find_config(config_path))
        bad = _tell(_config_checks(config))
        app = open_app(config.path)
    except HubError as error:
        _tell(iter([Finding("start", str(error), "see the message")]))
        return NOT_STARTED
    try:
        bad += _tell(_settings_checks(app))
        bad += _tell(_store_checks(app))
        bad += _tell(_source_checks(app))
        bad += _tell(_run_checks(app))
    finally:
        app.close()
    say("nothing to mend" if not bad else f"{bad} to mend")
    return PROBLEMS if bad else DONE


def _tell(findings: Iterator[Finding]) -> int:
    bad = 0
    for found in findings:
        bad += bool(found.fix)
        say(
            f"{'MEND' if found.fix else 'ok  '} {found.what}: {found.detail}"
            + (f" -> {found.fix}" if found.fix else "")
        )
    return bad


def _config_checks(config: Config) -> Iterator[Finding]:
    yield Finding("configuration", str(config.path))
    yield from (check(config.data_dir) for check in _FOLDER_CHECKS)
    yield _private(config.base_dir / ".env", ".env rights")
    for state in open_plugins(config).states:
        broken = state.status in ("broken", "incompatible")
        yield Finding(f"plugin {state.name}", state.status, state.reason if broken else "")
    schedules = [source.schedule for source in config.source] + [delivery.schedule for delivery in config.delivery]
    for schedule in filter(None, schedules):
        yield Finding("schedule", schedule, "; ".join(parse_schedule(schedule).warnings()))


def _source_checks(app: App) -> Iterator[Finding]:
    for source in app.config.source:
        for ok, line in probe_source(app, source) if source.enabled else ():
            said, _, fix = line.partition("; ")
            what, _, detail = said.removeprefix("not ").removeprefix("ok: ").partition(": ")
            yield Finding(f"source {source.name}: {what}", detail or "fine", "" if ok else fix or "see the message")


def _settings_checks(app: App) -> Iterator[Finding]:
    wrong, warnings = settings_problems(app)
    for line in wrong:
        yield Finding("settings", line, "correct hub.toml")
    for line in warnings:
        yield Finding("settings", line)
    if not wrong:
        yield Finding("settings", "every kind, role and threshold that is named exists")


def _exists(folder: Path) -> Finding:
    return Finding("data folder", str(folder), "" if folder.is_dir() else 'run "hub init"')


def _private(path: Path, what: str = "data folder rights") -> Finding:
    if not path.exists():
        return Finding(what, "not there")
    said = others(path)
    return Finding(what, said or "nobody else can read it", remedy(path) if said else "")


def _local(folder: Path) -> Finding:
    synced = next((name for name in _SYNCED if name in str(folder).lower()), "")
    remote = str(folder).startswith(("\\\\", "//"))
    fix = "move data_dir to a local disk: network and synchronised folders damage databases" if synced or remote else ""
    return Finding("data folder place", synced or ("network share" if remote else "local path"), fix)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
    return Finding(
        "free disk", f"{free / 1e9:.1f} GB", "free some space: less than 1 GB is left" if free < _FREE else ""
    )


_FOLDER_CHECKS: tuple[Callable[[Path], Finding], ...] = (_exists, _private, _local, _space)


def _store_checks(app: App) -> Iterator[Finding]:
    with app.store.read() as connection:
        if app.store.is_sqlite:
            version = connection.execute(text("select sqlite_version()")).scalar()
            result = connection.execute(text("pragma quick_check(1)")).scalar()
            yield Finding("SQLite", f"{version}, {'encrypted' if app.config.store.encrypt else 'not encrypted'}")
            yield Finding(
                "database", str(result), "" if result == "ok" else "restore the newest backup; keep this file aside"
            )
        else:
            yield Finding("database", f"{app.store.label} answers")


def _run_checks(app: App) -> Iterator[Finding]:
    quarantine = TABLES["quarantine"]
    with app.store.read() as connection:
        waiting = connection.execute(
            select(func.count()).select_from(quarantine).where(quarantine.c.status == "open")
        ).scalar_one()
        runs = last_runs(connection, limit=200)
    yield Finding("set aside", f"{waiting} records", 'see "hub quarantine list"' if waiting else "")
    seen: set[tuple[object, object]] = set()
    for run in runs:
        job = (run["kind"], run["name"])
        if job in seen:
            continue
        seen.add(job)
        started = run["started_at"]
        when = started.strftime("%Y-%m-%d %H:%M UTC") if isinstance(started, datetime) else "?"
        failed = run["status"] in ("failed", "stalled", "interrupted")
        yield Finding(
            f"last {run['kind']} {run['name']}",
            f"{run['status']} {when}",
            str(run["message"] or "run it again") if failed else "",
        )
