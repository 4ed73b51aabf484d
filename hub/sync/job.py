"""The sync job: one source of one practice, from lock to run history. The same function serves `hub sync`, the
service's child processes, and later a worker of a queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from hub.clock import Clock
from hub.config.load import explain
from hub.config.schema import Config, PracticeSettings, SourceSettings
from hub.contract import Connector, FileConnector, SourceContext
from hub.errors import Busy, HubBug, HubError, SettingsError
from hub.points import reach
from hub.store import Store
from hub.sync.blobs import drop_old, sweep_spool
from hub.sync.files import FileOutcome, sync_files
from hub.sync.lock import Hold, hold
from hub.sync.pull import sync_pull
from hub.sync.replay import confirm_missing, replay_changed, retry_quarantine
from hub.sync.runs import Counts, end_run, start_run
from hub.sync.session import SyncSession

_log = logging.getLogger("hub.sync")


@dataclass(frozen=True, slots=True)
class SyncOrder:
    """What a person or the schedule asked for."""

    dry_run: bool = False
    full: bool = False
    accept_missing: bool = False
    retry_only: bool = False


AS_ALWAYS = SyncOrder()


@dataclass(slots=True)
class SyncResult:
    """One source's outcome; `status` is of the closed set of run states."""

    source: str
    run_id: int
    status: str
    counts: Counts = field(default_factory=Counts)
    outcomes: list[FileOutcome] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problem: HubError | None = None


def source_context(
    config: Config, source: SourceSettings, connector: Connector, clock: Clock, stop: threading.Event
) -> SourceContext:
    """What the connector gets to see, with its settings checked. Raises SettingsError naming the key."""
    practice = config.practice_by_id(source.practice)
    try:
        settings = connector.settings.model_validate(source.settings)
    except ValidationError as error:
        raise SettingsError(
            "HUB-S04", f"source {source.name}: [source.settings] {explain(error, connector.settings)}"
        ) from None
    return SourceContext(
        practice.id, source.name, practice.timezone, settings, clock, config.base_dir, stop=stop, state_dir=config.data_dir
    )  # fmt: skip


def sync_source(
    store: Store, config: Config, source: SourceSettings, connector: Connector, mapping_folders: Sequence[Path], clock: Clock,
    order: SyncOrder = AS_ALWAYS, stop: threading.Event | None = None,
) -> SyncResult:  # fmt: skip
    """Run one source. Expected failures come back in the result; only Busy (somebody else does it) is raised."""
    practice = config.practice_by_id(source.practice)
    with hold(store, practice.id, f"sync {source.name}", clock) as held:
        run_id = 0 if order.dry_run else start_run(store, practice.id, "sync", source.name, clock.now())
        reach("run_started")
        result, stop = SyncResult(source.name, run_id, "failed"), stop or threading.Event()
        session = _session(store, config, source, practice, held, run_id, mapping_folders, clock, order)
        try:
            ctx = source_context(config, source, connector, clock, stop)
            result.outcomes = _run(session, connector, ctx, order)
        except Busy:
            raise
        except HubError as error:
            result.problem = error
        except (Exception, SystemExit) as error:  # a connector's own bug must not stop the other sources
            _log.exception("source %s: unexpected error", source.name)
            result.problem = HubBug(
                "HUB-P04",
                f"source {source.name}: connector {connector.id} failed unexpectedly ({type(error).__name__}); see the log",
            )
        _conclude(store, session, result, stopped=stop.is_set())
    return result


def _session(
    store: Store, config: Config, source: SourceSettings, practice: PracticeSettings, held: Hold, run_id: int,
    mapping_folders: Sequence[Path], clock: Clock, order: SyncOrder,
) -> SyncSession:  # fmt: skip
    archive = (config.base_dir / source.archive_dir) if source.archive_dir else None
    return SyncSession(
        store, held, practice.id, source.name, practice.timezone, run_id, clock, mapping_folders, source.settle_seconds, archive,
        config.data_dir / "spool", config.data_dir / "inbox", config.store.keep_raw_days, order.dry_run, order.full, order.accept_missing,
    )  # fmt: skip


def _run(session: SyncSession, connector: Connector, ctx: SourceContext, order: SyncOrder) -> list[FileOutcome]:
    sweep_spool(session.spool_dir)
    ctx = replace(ctx, by_labels=lambda head, name: session.by_labels(connector, head, name))
    if order.retry_only:
        return retry_quarantine(session, connector, ctx)
    outcomes = (
        sync_files(session, connector, ctx)
        if isinstance(connector, FileConnector) and connector.reads_files(ctx)
        else sync_pull(session, connector, ctx)
    )
    # Asked to stop, it may not have come to the newest file: nothing is confirmed from an older one, and nothing new begun.
    if order.accept_missing and not ctx.stop.is_set():
        outcomes = outcomes + confirm_missing(session, connector, ctx)
    return outcomes if ctx.stop.is_set() else outcomes + replay_changed(session, connector, ctx)


def _conclude(store: Store, session: SyncSession, result: SyncResult, stopped: bool) -> None:
    """Add up, decide the run's status, write it. A run that was `stopped` may have left files and pages to the next one."""
    for outcome in result.outcomes:
        result.counts.add(outcome.counts)
    result.warnings = session.warnings
    problems = [outcome for outcome in result.outcomes if outcome.status == "incomplete"]
    if result.problem is not None:
        result.status = "failed"
    elif stopped:
        result.status = "interrupted"
        session.warn("the hub was asked to stop; the next run goes on from here")
    else:
        result.status = "partial" if problems or result.counts.quarantined else "succeeded"
    if session.dry_run:
        return
    forget_old_bytes(session)
    if result.counts.new + result.counts.changed + result.counts.deleted:
        store.refresh_statistics()
    first = result.problem or next((outcome.problem for outcome in problems if outcome.problem), None)
    end_run(
        store, session.held, result.run_id, result.status, session.clock.now(), result.counts, files=len(result.outcomes),
        failure_class=first.failure_class if first else None, message=str(first) if first else "; ".join(session.warnings) or None,
    )  # fmt: skip


def forget_old_bytes(session: SyncSession) -> int:
    """Drop the bytes of replaced files beyond the retention setting; returns how many parts went."""
    with session.writing() as connection:
        return drop_old(
            connection, session.practice_id, session.source, session.clock.now() - timedelta(days=session.keep_raw_days)
        )
