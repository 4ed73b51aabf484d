"""The made-up practice behind `hub demo`: source files, a ready hub.toml, and the list of what was planted in them.

It writes files only, as the outside systems would; the hub then reads them like anybody's. Nothing here looks at the
engine or the rules, so that what was planted can be held against what they find.
"""

from __future__ import annotations

from hub.demo.config_file import write_config
from hub.demo.planted import Planted, PlantedItem, Trap
from hub.demo.practice import make_practice

__all__ = ["Planted", "PlantedItem", "Trap", "make_practice", "write_config"]
