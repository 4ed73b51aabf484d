"""The public door for plugin authors. Read the one file you need: `connector` (with `records`, and
`files` for one that reads files), `rule` or `delivery`.

`CONTRACT` is `major.minor`. A plugin module states the range it was written for in one line at its top level,
    HUB_CONTRACT = ">=1.0,<2"
which the hub reads without importing the module; outside the range the plugin is listed, not loaded.
"""

from __future__ import annotations

from hub.contract.connector import CheckReport, Connector, Match, Probe, SourceContext
from hub.contract.delivery import (
    Act,
    Acts,
    Delivery,
    DeliveryContext,
    ItemRow,
    ListSummary,
    NoActs,
    Receipt,
    SourceAge,
)
from hub.contract.files import FileConnector, Inbox, SourceFile
from hub.contract.records import BadRow, Checkpoint, Facts, Gone, Keys, Rows, Stream
from hub.contract.rule import Audience, Finding, Rule, RuleView

CONTRACT = "1.2"

__all__ = [
    "CONTRACT", "Act", "Acts", "Audience", "BadRow", "CheckReport", "Checkpoint", "Connector", "Delivery", "DeliveryContext", "Facts",
    "FileConnector", "Finding", "Gone", "Inbox", "ItemRow", "Keys", "ListSummary", "Match", "NoActs", "Probe", "Receipt", "Rows", "Rule", "RuleView",
    "SourceAge", "SourceContext", "SourceFile", "Stream",
]  # fmt: skip
