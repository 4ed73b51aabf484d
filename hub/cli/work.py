"""`hub sync`, `reconcile`, `run`, `deliver`, `quarantine retry` and `discard`: the jobs, run here and told in plain lines."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hub.app import App
from hub.cli.common import BUSY, DONE, NOT_STARTED, PROBLEMS, complain, opened, say
from hub.config.schema import DeliverySettings, PracticeSettings, SourceSettings
from hub.errors import Busy, SettingsError
from hub.jobs import JobResult, delivery_job, practices_of, reconcile_job, sync_job
from hub.model import ENTITIES
from hub.schedule.jobs import STOPPED
from hub.schedule.signals import stopping_signals
from hub.sync.job import SyncOrder, SyncResult
from hub.sync.quarantine import discard
from hub.sync.snapshot import undo_deletes


def run_sync(
    config: Path | None, names: Sequence[str], full: bool, dry_run: bool, accept_missing: bool, undo: int
) -> int:
    """Pull the named sources (all enabled ones without a name)."""
    with opened(config) as app:
        if undo:
            return _undo(app, undo)
        order = SyncOrder(dry_run=dry_run, full=full, accept_missing=accept_missing)
        return _sync_until_stopped(app, chosen(app, names), order)


def run_retry(config: Path | None, name: str | None) -> int:
    """Read stored bytes of sources with open quarantine entries again."""
    with opened(config) as app:
        return _sync_until_stopped(app, chosen(app, [name] if name else []), SyncOrder(retry_only=True))


def run_discard(config: Path | None, entry: int, reason: str) -> int:
    """Close one entry of the quarantine for good. Raises SettingsError HUB-S54 when no open entry has that number."""
    with opened(config) as app:
        practices = [practice.id for practice in app.config.practice]
        with app.store.write() as connection:
            found = discard(connection, practices, entry, reason, app.clock.now())
    if not found:
        raise SettingsError("HUB-S54", f'there is no open entry {entry}; copy the number from "hub quarantine list"')
    say(f"entry {entry} is discarded: the same record is passed over from now on, a corrected one is read")
    return DONE


def run_reconcile(config: Path | None, as_of: str | None, practice: str | None) -> int:
    with opened(config) as app:
        return reconcile_all(app, day_of(as_of), practice)


def run_deliver(config: Path | None, name: str | None, dry_run: bool, practice: str | None = None) -> int:
    with opened(config) as app:
        return _deliver_until_stopped(app, name, dry_run, practice)


def run_all(config: Path | None) -> int:
    """Sync, reconcile, deliver. A failing source does not stop the rest; the worst outcome is the exit code."""
    with opened(config) as app:
        synced = _sync_until_stopped(app, chosen(app, []), SyncOrder())
        if synced == STOPPED:
            return STOPPED
        worst = [synced, reconcile_all(app, None), _deliver_until_stopped(app, None)]
        return max(code if code != NOT_STARTED else PROBLEMS for code in worst)


def chosen(app: App, names: Sequence[str]) -> list[SourceSettings]:
    if names:
        return [app.source(name) for name in names]
    return [source for source in app.config.source if source.enabled]


def _sync_until_stopped(app: App, sources: Sequence[SourceSettings], order: SyncOrder) -> int:
    """A first Ctrl-C or SIGTERM lets the page or file under way be finished, a second one ends at once."""
    stop = threading.Event()
    with stopping_signals(stop, once=True):
        code = sync_all(app, sources, order, stop)
    return _stopped() if stop.is_set() else code


def _deliver_until_stopped(app: App, name: str | None, dry_run: bool = False, only: str | None = None) -> int:
    """The list under way is handed over: of one that is broken off nobody could say whether it went out (HUB-O01)."""
    stop = threading.Event()
    with stopping_signals(stop, once=True):
        return deliver_all(app, name, dry_run, only, stop)


def _stopped() -> int:
    complain("stopped: what was finished is stored, the next run goes on from there")
    return STOPPED


def sync_all(
    app: App, sources: Sequence[SourceSettings], order: SyncOrder, stop: threading.Event | None = None
) -> int:
    """One after another; a busy one is told and the next one goes on. Ends early once `stop` is set."""
    stop = stop or threading.Event()
    if not sources:
        say("no source is configured; add a [[source]] to hub.toml")
    codes = [DONE]
    for source in sources:
        if stop.is_set():
            break
        try:
            result = sync_job(app, source, order, stop)
        except Busy as error:
            complain(str(error))
            codes.append(BUSY)
            continue
        _tell_sync(result, order.dry_run)
        codes.append(DONE if result.status == "succeeded" else PROBLEMS)
    return max(codes)


def _tell_sync(result: SyncResult, dry_run: bool) -> None:
    c = result.counts
    would = "would be " if dry_run else ""
    say(
        f"{result.source}: {result.status}: {c.read} read = {c.new} {would}new + {c.changed} changed + {c.same} same + {c.filtered} filtered"
        f" + {c.quarantined} set aside; {c.deleted} deleted" + (f", {c.missing} missing once" if c.missing else "")
    )
    problems = [result.problem, *(outcome.problem for outcome in result.outcomes)]
    for problem in dict.fromkeys(str(each) for each in problems if each is not None):
        complain(f"  {problem}")
    for warning in result.warnings:
        complain(f"  {warning}")


def reconcile_all(app: App, as_of: date | None, only: str | None = None) -> int:
    wanted = [practice for practice in app.config.practice if only in (None, practice.id)]
    if not wanted:
        raise SettingsError("HUB-S08", f'there is no practice "{only}" in {app.config.path.name}')
    codes = [DONE]
    for practice in wanted:
        try:
            result = reconcile_job(app, practice, as_of)
        except Busy as error:
            complain(str(error))
            codes.append(BUSY)
            continue
        codes.append(_tell_reconcile(result))
    return max(codes)


def _tell_reconcile(result: JobResult) -> int:
    told = result.reconciled
    if told is not None:
        parts = [f"{told.total(what)} {what}" for what in ("opened", "reopened", "updated", "resolved", "unchanged")]
        say(f"{result.name}: {result.status}: " + ", ".join(parts))
        for answer in told.answers:
            if answer.state != "answered":
                say(f"  {answer.code}: {answer.reason}")
    if result.problem is not None or result.status != "succeeded":
        complain(result.message)
        return PROBLEMS
    return DONE


def deliver_all(
    app: App, name: str | None, dry_run: bool = False, only: str | None = None, stop: threading.Event | None = None
) -> int:
    """Every delivery (or one) for each of its practices (or one). Once `stop` is set no further one is begun."""
    wanted = [
        (delivery, practice)
        for delivery in app.config.delivery
        for practice in practices_of(app, delivery)
        if name in (None, delivery.name) and only in (None, practice.id)
    ]
    if not wanted and (name, only) != (None, None):
        what = (f' "{name}"' if name else "") + (f' for a practice "{only}"' if only else "")
        raise SettingsError("HUB-S08", f"there is no delivery{what} in {app.config.path.name}")
    codes = [DONE]
    for delivery, practice in wanted:
        if stop is not None and stop.is_set():
            return _stopped()
        codes.append(_deliver_one(app, delivery, practice, dry_run))
    return max(codes)


def _deliver_one(app: App, delivery: DeliverySettings, practice: PracticeSettings, dry_run: bool) -> int:
    try:
        result = delivery_job(app, delivery, practice, dry_run)
    except Busy as error:
        complain(str(error))
        return BUSY
    if result.problem is not None:
        complain(str(result.problem))
        return PROBLEMS
    say(f"{delivery.name}: {result.message}")
    for line in (*map(str, result.receipt.files[:1]), *result.receipt.plan) if result.receipt else ():
        say(f"  {line}")
    return DONE


def _undo(app: App, run_id: int) -> int:
    """Bring back every row that one run deleted, of every practice and entity."""
    back = 0
    with app.store.write() as connection:
        for practice in app.config.practice:
            back += sum(undo_deletes(connection, entity, practice.id, run_id) for entity in ENTITIES.values())
    say(f'{back} records that run {run_id} deleted are back; run "hub reconcile"')
    return DONE


def day_of(text: str | None) -> date | None:
    """The day that was typed, None for nothing. Raises SettingsError HUB-S10."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError("HUB-S10", f'"{text}" is not a day; write it as 2026-03-10') from None
