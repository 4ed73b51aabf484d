"""The public door for plugin authors. Read the one file you need: `connector`, `rule` or `delivery`.

`CONTRACT` is `major.minor`. A plugin module states the range it was written for in one line at its top level,
    HUB_CONTRACT = ">=1.0,<2"
which the hub reads without importing the module; outside the range the plugin is listed, not loaded.
"""

from __future__ import annotations

from hub.contract.connector import (
    BadRow,
    Checkpoint,
    CheckReport,
    Connector,
    Facts,
    FileConnector,
    Match,
    Probe,
    Rows,
    SourceContext,
    SourceFile,
    Stream,
)
from hub.contract.delivery import Delivery, DeliveryContext, ItemRow, ListSummary, Receipt, SourceAge
from hub.contract.rule import Audience, Finding, Rule, RuleView

CONTRACT = "1.0"

__all__ = [
    "CONTRACT", "Audience", "BadRow", "CheckReport", "Checkpoint", "Connector", "Delivery", "DeliveryContext", "Facts",
    "FileConnector", "Finding", "ItemRow", "ListSummary", "Match", "Probe", "Receipt", "Rows", "Rule", "RuleView",
    "SourceAge", "SourceContext", "SourceFile", "Stream",
]  # fmt: skip
