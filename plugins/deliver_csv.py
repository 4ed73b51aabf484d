"""The list as a CSV file in a folder, for other programs."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contract import Delivery, DeliveryContext, ItemRow, ListSummary, Receipt
from hub.hookspecs import hookimpl
from hub.output import columns
from hub.output.csv_list import write_csv
from hub.output.list_files import TableSettings, put_list

HUB_CONTRACT = ">=1.0,<2"


class CsvDelivery(Delivery):
    """Every column of the list under its stable name."""

    id = "csv"
    label = "CSV file in a folder"
    settings = TableSettings

    def deliver(self, items: Sequence[ItemRow], summary: ListSummary, ctx: DeliveryContext) -> Receipt:
        assert isinstance(ctx.settings, TableSettings)
        shown = columns.chosen(ctx.settings.columns)
        return put_list(items, summary, ctx, ".csv", lambda path: write_csv(path, items, shown))


@hookimpl
def hub_deliveries() -> list[type[Delivery]]:
    return [CsvDelivery]
