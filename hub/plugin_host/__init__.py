"""The one door through which connectors, rules and deliveries come in, ours and a vendor's alike."""

from __future__ import annotations

from hub.plugin_host.find import Candidate, candidates, stated_range
from hub.plugin_host.load import Plugins, PluginState, admit, load_plugins, remembered

__all__ = ["Candidate", "PluginState", "Plugins", "admit", "candidates", "load_plugins", "remembered", "stated_range"]
