"""What `[hub]` names and is not there: folders, and plugins to be switched off. A slip there has no other effect than none."""

from __future__ import annotations

import os
from difflib import get_close_matches

from hub.config import Config
from hub.plugin_host import candidates


def named_in_vain(config: Config) -> list[tuple[str, str]]:
    """`(what is not there, what to do)`, empty when all is well."""
    hub = config.hub
    told = []
    for setting, folder in (("plugins_dir", hub.plugins_dir), ("mappings_dir", hub.mappings_dir)):
        if folder is not None and not os.path.isdir(config.base_dir / folder):
            where = (config.base_dir / folder).resolve()
            told.append((f"{setting}: there is no folder {where}", f"correct {setting} in {config.path.name}, or make the folder"))
    site = config.base_dir / hub.plugins_dir if hub.plugins_dir else None
    known = sorted({found.name for found in candidates(site)}) if hub.disabled_plugins else []
    for name in hub.disabled_plugins:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            mend = f'did you mean "{close[0]}"?' if close else 'names: "hub plugins"'
            told.append((f'disabled_plugins: there is no plugin "{name}"', mend))
    return told
