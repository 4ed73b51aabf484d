"""The list as one page that opens in any browser, on screen and on paper, without a network."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contract import Delivery, DeliveryContext, ItemRow, ListSummary, Receipt
from hub.hookspecs import hookimpl
from hub.output.list_files import FileSettings, put_list
from plugins.deliver_html.page import write_page

HUB_CONTRACT = ">=1.0,<2"


class HtmlDelivery(Delivery):
    """One file: calls grouped per patient and per payer, most urgent first, with what the list does not know."""

    id = "html"
    label = "Web page in a folder"
    settings = FileSettings

    def deliver(self, items: Sequence[ItemRow], summary: ListSummary, ctx: DeliveryContext) -> Receipt:
        return put_list(items, summary, ctx, ".html", lambda path: write_page(path, items, summary))


@hookimpl
def hub_deliveries() -> list[type[Delivery]]:
    return [HtmlDelivery]
