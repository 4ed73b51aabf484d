"""CareCredit reports from a folder. What a file is, is decided by its column labels; what they mean, by mappings/carecredit.

Account numbers are cut to their last four digits and social security numbers dropped by the mapping, before anything is stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from connectors.carecredit.settings import CareCreditSettings
from hub.contract import CheckReport, FileConnector, Match, SourceContext, Stream
from hub.readers.folder import probe_arrivals, wanted


class CareCredit(FileConnector):
    """CareCredit by report download. Files are read, never changed."""

    id: ClassVar[str] = "carecredit"
    label: ClassVar[str] = "CareCredit reports (CSV, Excel)"
    max_age_hours: ClassVar[int] = 48
    version: ClassVar[str] = "1.0.0"
    settings: ClassVar[type[BaseModel]] = CareCreditSettings
    streams: ClassVar[tuple[Stream, ...]] = (
        Stream("applications", ("fin_application",), deletes="snapshot", mapping="carecredit/applications"),
        Stream("transactions", ("fin_txn",), deletes="snapshot", mapping="carecredit/transactions"),
        Stream("settlement", ("funding",), deletes="snapshot", mapping="carecredit/settlement"),
    )
    known_limits: ClassVar[tuple[str, ...]] = (
        "the lender publishes no report columns: every mapping is a starter to confirm with `hub mapping preview`",
        "reports cover a period, so an absent row means nothing; nothing is ever deleted from them",
        "refunds printed as negative amounts are set aside: the direction must be in the transaction type",
        "quickscreens (soft look-ups) are left out of the applications",
        "how long an approval lasts is read from the report; without that column no approval runs out",
        "a record without Patient/Client ID finds its patient only by a person's choice: names alone are not enough",
    )

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        return (ctx.base_dir / _own(ctx).folder,)

    def check(self, ctx: SourceContext) -> CheckReport:
        first, again = "download the reports into this folder once", "download the reports again"
        return CheckReport(probe_arrivals(self.folders(ctx)[0], ctx.clock.now(), first, again))

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        own = _own(ctx)
        if not wanted(name, own.patterns, own.ignore):
            return None
        return ctx.by_labels(head, name)


def _own(ctx: SourceContext) -> CareCreditSettings:
    assert isinstance(ctx.settings, CareCreditSettings)  # the engine checked them against `settings`
    return ctx.settings
