"""Papers that should be signed before work is done."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contract import Rule
from hub.hookspecs import hookimpl
from plugins.rules_documents.unsigned import DocUnsigned

HUB_CONTRACT = ">=1.0,<2"

__all__ = ["DocUnsigned"]


@hookimpl
def hub_rules() -> Iterable[type[Rule]]:
    return (DocUnsigned,)
