"""Settings: `hub.toml` and `.env`, checked strictly, every problem in one line with what to do."""

from __future__ import annotations

from hub.config.load import find_config, load_config
from hub.config.schema import Config, DeliverySettings, HubSettings, PracticeSettings, SourceSettings, StoreSettings

__all__ = [
    "Config", "DeliverySettings", "HubSettings", "PracticeSettings", "SourceSettings", "StoreSettings", "find_config",
    "load_config",
]  # fmt: skip
