"""`hub doctor`: what is wrong with this installation, each finding with its remedy. Reads only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from hub import __version__
from hub.app import App, open_app, open_plugins, out_of_reach
from hub.cli.absent import named_in_vain
from hub.cli.common import DONE, NOT_STARTED, PROBLEMS, say
from hub.cli.doctor_runs import last_of_each
from hub.cli.left_over import refuse_left_over
from hub.cli.mounts import far_place
from hub.cli.rights import others, remedy
from hub.cli.setup import probe_source, settings_problems
from hub.config import Config, find_config, load_config
from hub.config.account import account_of, this_account, unreadable
from hub.errors import HubError
from hub.jobs import prepare_delivery
from hub.model import TABLES
from hub.output.list_files import FileSettings
from hub.schedule.health import HEALTH_NAME, is_alive, read_health
from hub.schedule.triggers import parse_schedule
from hub.store import DATABASE_FILE
from hub.store.keys import KEY_FILE

_SYNCED = ("onedrive", "dropbox", "google drive", "icloud")
_FREE = 1 << 30
_RESTORE = "move the whole data folder away, then restore the newest backup; never put hub.db beside an old hub.db-wal"


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
        refuse_left_over(config.path)
        app = open_app(config.path)
    except HubError as error:
        _tell(iter([Finding("start", str(error), "see the message")]))
        return NOT_STARTED
    try:
        bad += _tell(_settings_checks(app))
        bad += _tell(_delivery_checks(app))
        bad += _tell(_store_checks(app))
        bad += _tell(_source_checks(app))
        bad += _tell(_run_checks(app))
        bad += _tell(_service_check(app))
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
        yield Finding(f"plugin {state.name}", "; ".join([state.status, *state.notes]), state.reason if broken else "")
    for what, mend in named_in_vain(config):
        yield Finding("named in [hub]", what, mend)
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
    why, mend = out_of_reach(folder)
    return Finding("data folder", why or str(folder), mend or ("" if os.path.isdir(folder) else 'run "hub init"'))


def _private(path: Path, what: str = "data folder rights") -> Finding:
    if not os.path.exists(path):
        return Finding(what, "not there, or out of reach")
    said = others(path)
    return Finding(what, said or "nobody else can read it", remedy(path) if said else "")


def _owned(folder: Path) -> Finding:
    """One run as root leaves files that the service's account cannot write."""
    if os.name != "posix" or not os.path.isdir(folder):
        return Finding("data folder owner", "not looked at")
    try:
        owner = _owner(folder)
        files = [path for path in (*folder.iterdir(), *folder.glob("lists/**/*")) if path.name != "lost+found"]
        strange = sorted({path.name for path in files if path.lstat().st_uid != owner})
    except OSError as error:
        return Finding("data folder owner", "cannot be told", unreadable(folder, error))
    if not strange:
        return Finding("data folder owner", account_of(owner))
    fix = f"chown -R {account_of(owner)} {folder}, and run the hub as that account only"
    return Finding("data folder owner", f"files of another account: {', '.join(strange[:5])}", fix)


def _owner(folder: Path) -> int:
    """The account of the database or its key: the folder itself may be a mounted volume, which is root's, with a lost+found."""
    first = next((path for path in (folder / DATABASE_FILE, folder / KEY_FILE) if path.exists()), folder)
    return first.stat().st_uid


def _local(folder: Path) -> Finding:
    place = next((name for name in _SYNCED if name in str(folder).lower()), "") or far_place(folder)
    fix = "move data_dir to a local disk: network and synchronised folders damage databases" if place else ""
    return Finding("data folder place", place or "local path", fix)


def _space(folder: Path) -> Finding:
    """Of the disk that the folder is on, or would be made on."""
    try:
        free = shutil.disk_usage(next(place for place in (folder, *folder.parents) if os.path.isdir(place))).free
    except (OSError, StopIteration) as error:
        return Finding("free disk", f"cannot be told ({type(error).__name__})", f"is {folder.anchor} there?")
    return Finding(
        "free disk", f"{free / 1e9:.1f} GB", "free some space: less than 1 GB is left" if free < _FREE else ""
    )


_FOLDER_CHECKS: tuple[Callable[[Path], Finding], ...] = (_exists, _private, _owned, _local, _space)


def _store_checks(app: App) -> Iterator[Finding]:
    with app.store.read() as connection:
        if app.store.is_sqlite:
            version = connection.execute(text("select sqlite_version()")).scalar()
            result = connection.execute(text("pragma quick_check(1)")).scalar()
            yield Finding("SQLite", f"{version}, {'encrypted' if app.config.store.encrypt else 'not encrypted'}")
            yield Finding(
                "database", str(result), "" if result == "ok" else _RESTORE
            )
        else:
            yield Finding("database", f"{app.store.label} answers")


def _run_checks(app: App) -> Iterator[Finding]:
    quarantine = TABLES["quarantine"]
    with app.store.read() as connection:
        waiting = connection.execute(
            select(func.count()).select_from(quarantine).where(quarantine.c.status == "open")
        ).scalar_one()
    yield Finding("set aside", f"{waiting} records", 'see "hub quarantine list"' if waiting else "")
    yield from (Finding(*told) for told in last_of_each(app))


def _delivery_checks(app: App) -> Iterator[Finding]:
    """Can the folders be written that deliveries name? What else is wrong with one is told among the settings."""
    for delivery in app.config.delivery:
        try:
            own = prepare_delivery(app, delivery)[1]
        except HubError:
            continue
        if not isinstance(own, FileSettings) or not own.folder:
            continue
        yield _writable(f"delivery {delivery.name}: folder", Path(own.folder))


def _writable(what: str, folder: Path) -> Finding:
    why, fix = out_of_reach(folder)
    if not why and not os.path.isdir(folder):
        fix = "create it, correct `folder`, or is the share offline?"
    elif not why and not os.access(folder, os.W_OK | os.X_OK):
        fix = f"give the account {this_account()} the right to write there"
    return Finding(what, why or str(folder), fix)


def _service_check(app: App) -> Iterator[Finding]:
    """A service that died without a word leaves a heartbeat that says "running" and grows old."""
    path = app.config.data_dir / HEALTH_NAME
    report = read_health(path)
    if report is None:
        damaged = 'its file cannot be read; start "hub serve" again' if os.path.exists(path) else ""
        yield Finding("service", 'has not run here; schedules are kept by "hub serve" only', damaged)
    elif is_alive(report, app.clock.now()):
        yield Finding("service", f"runs as process {report.get('pid', '?')}")
    elif report.get("state") == "stopped":
        yield Finding("service", f"was stopped {_minute(report)}")
    else:
        yield Finding("service", f"last heard of {_minute(report)}, and it did not say that it stops", "start it again, and see its log")


def _minute(report: Mapping[str, object]) -> str:
    return str(report.get("written_at", "?"))[:16].replace("T", " ") + " UTC"
