"""Dentrix exports from a folder. What a file is, is decided by its column labels; what its columns mean, by mappings/dentrix."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.dentrix.settings import DentrixSettings
from hub.contract import CheckReport, FileConnector, Match, SourceContext, Stream
from hub.readers.folder import probe_arrivals, wanted


def _list(name: str, entity: str) -> Stream:
    """Each export is a full list, so a row that is gone means something if the mapping says that the list is full."""
    return Stream(name, (entity,), deletes="snapshot", mapping=f"dentrix/{name}")


class Dentrix(FileConnector):
    """Dentrix G-series (desktop) by file export. Files are read, never changed."""

    id: ClassVar[str] = "dentrix"
    label: ClassVar[str] = "Dentrix exports (CSV, Excel, aging report)"
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]] = DentrixSettings
    streams: ClassVar[tuple[Stream, ...]] = (
        _list("patients", "patient"),
        _list("cases", "treatment_case"),
        _list("treatment", "procedure"),
        _list("appointments", "appointment"),
        _list("broken_appointments", "appointment"),
        _list("claims_aging", "claim"),
        _list("claims_aging_report", "claim"),
        _list("claims_received", "claim"),
        _list("preauths", "claim"),
        _list("continuing_care", "recall_due"),
        _list("ledger", "ledger_entry"),
    )
    known_limits: ClassVar[tuple[str, ...]] = (
        "no public source shows the header row of a Dentrix export: every mapping is a starter to confirm with `hub mapping preview`",
        "an export is a snapshot of a filtered view; the mappings assume full lists, say otherwise in your own mapping",
        "the aging report lists outstanding claims only; without the list of received claims, answered ones are unknown",
        "denied and rejected are not states of Dentrix; they come from a clearinghouse source",
        "patients, cases, procedures and visits need their ids among the exported columns",
        "PDF output is not read: export the list, or print the aging report to a text file",
    )

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return (ctx.base_dir / _own(ctx).folder,)

    def check(self, ctx: SourceContext) -> CheckReport:
        first, again = "run the export into this folder once", "is the export still scheduled? run it again"
        return CheckReport(probe_arrivals(self.folders(ctx)[0], ctx.clock.now(), first, again))

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        own = _own(ctx)
        if not wanted(name, own.patterns, own.ignore):
            return None
        return ctx.by_labels(head, name)


def _own(ctx: SourceContext) -> DentrixSettings:
    assert isinstance(ctx.settings, DentrixSettings)  # the engine checked them against `settings`
    return ctx.settings
