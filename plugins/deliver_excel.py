"""The list as an Excel workbook in a folder."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contract import Delivery, DeliveryContext, ItemRow, ListSummary, Receipt
from hub.hookspecs import hookimpl
from hub.output import columns
from hub.output.excel import write_workbook
from hub.output.list_files import TableSettings, put_list

HUB_CONTRACT = ">=1.0,<2"


class ExcelDelivery(Delivery):
    """Sheet 1 is the list with typed cells and a filter, sheet 2 says what it covers."""

    id = "excel"
    label = "Excel workbook in a folder"
    settings = TableSettings

    def deliver(self, items: Sequence[ItemRow], summary: ListSummary, ctx: DeliveryContext) -> Receipt:
        assert isinstance(ctx.settings, TableSettings)
        shown = columns.chosen(ctx.settings.columns, columns.FOR_SHEETS)
        return put_list(items, summary, ctx, ".xlsx", lambda path: write_workbook(path, items, summary, shown))


@hookimpl
def hub_deliveries() -> list[type[Delivery]]:
    return [ExcelDelivery]
