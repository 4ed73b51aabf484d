"""Open Dental, three ways in: its REST API, its database, or results of our queries that the office saves.

All three give the same rows (`connectors.open_dental.shape`), which mappings/open_dental turns into facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.open_dental.api.check import check_api
from connectors.open_dental.api.pull import pull_api
from connectors.open_dental.export.recognise import recognise
from connectors.open_dental.settings import OpenDentalSettings
from connectors.open_dental.sql.check import probes
from connectors.open_dental.sql.pull import pull as pull_sql
from connectors.open_dental.streams import BY_NAME, EXPORT_ONLY, STREAMS
from hub.contract import (
    BadRow,
    Checkpoint,
    CheckReport,
    Facts,
    FileConnector,
    Gone,
    Keys,
    Match,
    Probe,
    Rows,
    SourceContext,
    Stream,
)
from hub.readers.folder import probe_arrivals, wanted


class OpenDental(FileConnector):
    """Open Dental 22.1 to 25.4. It only reads; what is written back goes through the delivery (`back`)."""

    id: ClassVar[str] = "open_dental"
    label: ClassVar[str] = "Open Dental (API, database, query results)"
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]] = OpenDentalSettings
    streams: ClassVar[tuple[Stream, ...]] = (*STREAMS, *EXPORT_ONLY)
    known_limits: ClassVar[tuple[str, ...]] = (
        "balances and aging are those of Open Dental's last aging run; balance_as_of says when that was",
        "deleted claims, payments, plans and coverages leave no trace: they are found by comparing keys, once a day (through"
        " headquarters once a week)",
        "an edit that moves no stamp shows when every row is read again, once a week (`reread_days`)",
        "a procedure stands in one live treatment plan: its active one, else the first that holds it",
        "a replaced claim is not tied to its replacement; secondary claims are tied to the newest primary of their procedures",
        "denied and rejected are not states of its claims; answers come from a clearinghouse source and from etrans",
        "contacts are read back 400 days, the history of appointments and claim answers 800 days; API mode can spare itself"
        " only contacts, and those since 25.1.13",
        "eForms, task lists, CareCredit web responses and payment plan totals are not read",
        "a lab case names a visit and not a procedure, and a payment plan keeps no day of signing: neither is guessed",
        "API mode: claim numbers, first sending, chains and acknowledgements are not in the API without the Queries permission",
    )

    def reads_files(self, ctx: SourceContext) -> bool:
        return _own(ctx).mode == "export"

    def pulled(self, ctx: SourceContext) -> tuple[Stream, ...]:
        return STREAMS

    def fetches(self, ctx: SourceContext) -> bool:
        return False

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        own = _own(ctx)
        return (ctx.base_dir / own.folder,) if own.mode == "export" else ()

    def check(self, ctx: SourceContext) -> CheckReport:
        own = _own(ctx)
        if own.mode == "sql":
            return CheckReport(probes(own, ctx.base_dir, ctx.source, ctx.timezone, ctx.clock.now()))
        if own.mode == "export":
            return CheckReport(_folder_probes(own, ctx))
        return check_api(own, ctx)

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        own = _own(ctx)
        if not wanted(name, own.patterns, own.ignore):
            return None
        return recognise(head)

    def pull(
        self, stream: Stream, cursor: Mapping[str, object] | None, ctx: SourceContext
    ) -> Iterator[Rows | Facts | Keys | Gone | BadRow | Checkpoint]:
        own = _own(ctx)
        if own.mode == "sql":
            return pull_sql(BY_NAME[stream.name], cursor, ctx, own)
        return pull_api(BY_NAME[stream.name], cursor, ctx, own)


def _folder_probes(own: OpenDentalSettings, ctx: SourceContext) -> tuple[Probe, ...]:
    if not own.folder:
        return (Probe("settings", False, "folder is missing", "write folder under [source.settings]"),)
    first, again = "run one of the queries and save its result here", "run the queries again"
    return probe_arrivals(ctx.base_dir / own.folder, ctx.clock.now(), first, again)


def _own(ctx: SourceContext) -> OpenDentalSettings:
    assert isinstance(ctx.settings, OpenDentalSettings)  # the engine checked them against `settings`
    return ctx.settings
