"""The jobs: sync one source, reconcile one practice, run one delivery. The unit of work and of isolation; each takes
its lock, writes its run, tells the plugins, and can run in any process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, insert, select, update

from hub.app import App
from hub.config.load import explain as explain_settings
from hub.config.schema import DeliverySettings, PracticeSettings, SourceSettings
from hub.contract import Delivery, DeliveryContext, ItemRow, ListSummary, Receipt
from hub.errors import HubBug, HubError, SettingsError, Unavailable
from hub.log import whereabouts
from hub.model import TABLES
from hub.output.acts import StoredActs
from hub.plugin_host.named import Scope, check_thresholds, not_looked_at, scope_of
from hub.plugin_host.returned import receipt_of
from hub.points import reach
from hub.reconcile import ReconcileResult, reconcile
from hub.reconcile.listing import list_items, summary
from hub.sync.job import AS_ALWAYS, SyncOrder, SyncResult, sync_source
from hub.sync.lock import Hold, hold
from hub.sync.runs import Counts, end_run, start_run

_OUT = TABLES["outbound"]
_log = logging.getLogger("hub.jobs")


@dataclass(slots=True)
class JobResult:
    """Outcome of a reconcile or delivery job; `status` as in the run history."""

    name: str
    status: str
    message: str = ""
    reconciled: ReconcileResult | None = None
    receipt: Receipt | None = None
    problem: HubError | None = None
    counts: Counts = field(default_factory=Counts)


def sync_job(
    app: App, source: SourceSettings, order: SyncOrder = AS_ALWAYS, stop: threading.Event | None = None
) -> SyncResult:
    """Pull one source. Raises Busy when somebody else does it; a missing connector comes back in the result."""
    try:
        connector = app.connector(source)
    except HubError as error:
        return SyncResult(source.name, 0, "failed", problem=error)
    result = sync_source(app.store, app.config, source, connector, app.mapping_folders, app.clock, order, stop)
    if not order.dry_run:
        app.plugins.call(
            "hub_run_finished",
            practice_id=source.practice,
            kind="sync",
            name=source.name,
            status=result.status,
            counts=result.counts.numbers(),
        )
    return result


def reconcile_job(app: App, practice: PracticeSettings, as_of: date | None = None) -> JobResult:
    """Links, rules and life cycle of one practice, in one transaction."""
    result = JobResult(practice.name, "failed")
    with hold(app.store, practice.id, "reconcile", app.clock) as held:
        run_id = start_run(app.store, practice.id, "reconcile", practice.id, app.clock.now())
        try:
            _warn(check_thresholds(app.plugins, app.config.items))
            with app.store.write() as connection:
                held.confirm(connection, app.clock.now())
                result.reconciled = reconcile(
                    connection, practice, app.sources_of(practice.id), list(app.plugins.rules.values()), app.config.items,
                    app.clock, as_of, run_id,
                )  # fmt: skip
                reach("items_written")
            reach("items_committed")
            failed = [answer.code for answer in result.reconciled.answers if answer.state == "failed"]
            result.status = "partial" if failed else "succeeded"
            result.message = (
                f"HUB-K01 rules failed: {', '.join(failed)}; their items were left as they were" if failed else ""
            )
        except HubError as error:
            _undone(result, error)
        except Exception as error:  # the run is closed and told whatever happens in it
            told = f"unexpected error: {whereabouts(error)}; nothing was half-written; report this line"
            _undone(result, HubBug("HUB-B99", told))
        end_run(app.store, held, run_id, result.status, app.clock.now(), result.counts, message=result.message or None,
                failure_class=result.problem.failure_class if result.problem else None)  # fmt: skip
    _tell_items(app, practice, result)
    return result


def _undone(result: JobResult, error: HubError) -> None:
    """The transaction was rolled back: no item changed, whatever was found."""
    result.reconciled, result.problem, result.message = None, error, str(error)


def _tell_items(app: App, practice: PracticeSettings, result: JobResult) -> None:
    for item, action in result.reconciled.changed if result.reconciled else ():
        app.plugins.call("hub_item_changed", practice_id=practice.id, item=item, action=action)
    counts = {"changed_items": len(result.reconciled.changed)} if result.reconciled else {}
    app.plugins.call(
        "hub_run_finished",
        practice_id=practice.id,
        kind="reconcile",
        name=practice.id,
        status=result.status,
        counts=counts,
    )


def delivery_job(
    app: App, settings: DeliverySettings, practice: PracticeSettings, dry_run: bool = False
) -> JobResult:
    """Hand one list over; with `dry_run` only say what would be done."""
    result = JobResult(settings.name, "failed")
    with hold(app.store, practice.id, f"delivery {settings.name}", app.clock) as held:
        run_id = start_run(app.store, practice.id, "delivery", settings.name, app.clock.now())
        try:
            result.receipt = _deliver(app, settings, practice, dry_run, held)
            result.status, result.message = "succeeded", result.receipt.message
        except HubError as error:
            result.problem, result.message = error, str(error)
        except (Exception, SystemExit) as error:  # a vendor's delivery must not stop the others
            _log.exception("delivery %s: unexpected error", settings.name)
            result.problem = HubBug(
                "HUB-P04", f"delivery {settings.name} failed unexpectedly ({type(error).__name__}); see the log"
            )
            result.message = str(result.problem)
        end_run(app.store, held, run_id, result.status, app.clock.now(), result.counts, message=result.message or None,
                failure_class=result.problem.failure_class if result.problem else None)  # fmt: skip
    app.plugins.call(
        "hub_run_finished",
        practice_id=practice.id,
        kind="delivery",
        name=settings.name,
        status=result.status,
        counts={},
    )
    return result


def practices_of(app: App, settings: DeliverySettings) -> Sequence[PracticeSettings]:
    return [app.config.practice_by_id(settings.practice)] if settings.practice else app.config.practice


def read_list(
    app: App, practice: PracticeSettings, scope: Scope, asked_by: str
) -> tuple[list[ItemRow], ListSummary]:
    """Today's list of a practice with its summary, as a delivery gets it."""
    filters = {name: ", ".join(values) for name, values in (("kinds", scope.kinds), ("owners", scope.owners)) if values}
    rules = list(app.plugins.rules.values())
    with app.store.read() as connection:
        items = list_items(connection, practice, kinds=scope.kinds, owners=scope.owners)
        told = summary(connection, practice, app.sources_of(practice.id), rules, filters, app.clock, asked_by)
    return items, replace(told, unknown=[*told.unknown, *not_looked_at(app.plugins, scope.kinds)])


def prepare_delivery(app: App, settings: DeliverySettings) -> tuple[type[Delivery], BaseModel, Scope]:
    """The delivery, its own settings and what its list is narrowed to; nothing is handed over.

    Raises SettingsError: HUB-S07 no plugin brings it, HUB-S04 a wrong setting of its own, HUB-S15 an unknown kind or role.
    """
    delivery = app.delivery(settings.name, settings.delivery)
    try:
        own = delivery.settings.model_validate(settings.settings)
    except ValidationError as error:
        raise SettingsError(
            "HUB-S04", f"delivery {settings.name}: [delivery.settings] {explain_settings(error, delivery.settings)}"
        ) from None
    return delivery, own, scope_of(app.plugins, settings)


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        _log.warning("%s", warning)


def _deliver(
    app: App, settings: DeliverySettings, practice: PracticeSettings, dry_run: bool, held: Hold
) -> Receipt:
    delivery, own, scope = prepare_delivery(app, settings)
    _warn(scope.warnings)
    if dry_run and not delivery.keeps_acts:
        raise SettingsError("HUB-S53", f"delivery {settings.name} only hands a list over: there is nothing to try; leave --dry-run out")
    items, told = read_list(app, practice, scope, f"delivery {settings.name}")
    key = _key(settings, practice, items, told)
    context = DeliveryContext(
        settings.name, own, app.config.data_dir / "lists" / practice.id / settings.name, app.clock, key,
        StoredActs(app.store, practice.id, settings.name, app.clock, held), dry_run, app.config.data_dir,
    )  # fmt: skip
    if not delivery.leaves_house:
        return receipt_of(delivery().deliver(items, told, context), settings.name)
    return _once(app, held, settings.name, key, delivery, items, told, context)


def _key(settings: DeliverySettings, practice: PracticeSettings, items: Sequence[ItemRow], told: ListSummary) -> str:
    """The same list for the same day through the same delivery is the same act."""
    content = "\n".join(
        [
            settings.name,
            practice.id,
            told.as_of.isoformat(),
            *(f"{item.id} {item.value_cents} {item.sentence}" for item in items),
        ]
    )
    return blake2b(content.encode(), digest_size=16).hexdigest()


def _once(
    app: App, held: Hold, name: str, key: str, delivery: type[Delivery], items: Sequence[ItemRow], told: ListSummary,
    context: DeliveryContext,
) -> Receipt:  # fmt: skip
    """Send at most once per key. A kill between sending and noting leaves "sending": shown, never sent again by itself."""
    practice_id = held.practice_id
    with app.store.write() as connection:
        held.confirm(connection, app.clock.now())
        before = _outbound(connection, practice_id, key)
        if before is None:
            values = {
                "practice_id": practice_id,
                "key": key,
                "delivery": name,
                "status": "sending",
                "at": app.clock.now(),
            }
            connection.execute(insert(_OUT).values(**values))
        elif before == "failed":
            _note(connection, practice_id, key, "sending", app)
        elif before == "sending":
            _note(connection, practice_id, key, "unknown", app)
    reach("sending_noted")
    if before == "sent":
        return Receipt(f"{name}: this list was already sent")
    if before in ("sending", "unknown"):
        raise Unavailable(
            "HUB-O01",
            f"{name}: an earlier attempt was cut off and may have been sent; ask the recipient; it is not repeated",
        )
    try:
        receipt = delivery().deliver(items, told, context)
    except HubError:
        with app.store.write() as connection:
            _note(connection, practice_id, key, "failed", app)
        raise
    reach("sent")
    with app.store.write() as connection:
        _note(connection, practice_id, key, "sent", app)
    return receipt_of(receipt, name)  # only now: it was handed over, whatever it says of itself


def _outbound(connection: Connection, practice_id: str, key: str) -> str | None:
    return connection.execute(
        select(_OUT.c.status).where(_OUT.c.practice_id == practice_id, _OUT.c.key == key)
    ).scalar()


def _note(connection: Connection, practice_id: str, key: str, status: str, app: App) -> None:
    where = (_OUT.c.practice_id == practice_id) & (_OUT.c.key == key)
    connection.execute(update(_OUT).where(where).values(status=status, at=app.clock.now()))
