"""The one door through which connectors, rules and deliveries come in, ours and a vendor's alike."""

from __future__ import annotations

from hub.plugin_host.find import candidates, stated_range
from hub.plugin_host.load import Plugins, PluginState, load_plugins, remembered

__all__ = ["PluginState", "Plugins", "candidates", "load_plugins", "remembered", "stated_range"]
