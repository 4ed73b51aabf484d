"""One running hub: settings, plugins, store and clock, opened together and closed together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from hub.clock import Clock, SystemClock
from hub.config import Config, SourceSettings, find_config, load_config
from hub.config.account import this_account
from hub.contract import Connector, Delivery
from hub.errors import HubBug, SettingsError
from hub.log import start_log
from hub.plugin_host import Plugins, load_plugins
from hub.store import Store, open_store, require_current

SHIPPED = Path(__file__).parent / "_shipped"
PLUGIN_STATE = "plugins.json"


@dataclass(slots=True)
class App:
    """What every command works with."""

    config: Config
    plugins: Plugins
    store: Store
    clock: Clock

    def connector(self, source: SourceSettings) -> Connector:
        """A fresh instance of the source's connector. Raises SettingsError naming what there is, HubBug when it cannot be made."""
        found = self.plugins.connectors.get(source.connector)
        if found is None:
            raise SettingsError(
                "HUB-S07", _unknown("connector", source.connector, source.name, self.plugins.connectors, self.plugins)
            )
        try:
            return found()
        except Exception as error:  # a vendor's class may do anything when it is made
            raise HubBug(
                "HUB-P04", f"{source.name}: connector {source.connector} cannot be started ({type(error).__name__})"
            ) from None

    def delivery(self, name: str, wanted: str) -> type[Delivery]:
        found = self.plugins.deliveries.get(wanted)
        if found is None:
            raise SettingsError("HUB-S07", _unknown("delivery", wanted, name, self.plugins.deliveries, self.plugins))
        return found

    def source(self, name: str) -> SourceSettings:
        for source in self.config.source:
            if source.name == name:
                return source
        known = ", ".join(source.name for source in self.config.source) or "none"
        raise SettingsError("HUB-S08", f'there is no source "{name}" in {self.config.path.name} (there are: {known})')

    def sources_of(self, practice_id: str) -> list[SourceSettings]:
        """A practice's sources with the age at which each counts as stale: the office's word, else the connector's."""
        found = []
        for source in self.config.sources_of(practice_id):
            connector = self.plugins.connectors.get(source.connector)
            age = source.max_age_hours or (connector.max_age_hours if connector else None)
            found.append(source.model_copy(update={"max_age_hours": age}))
        return found

    @property
    def mapping_folders(self) -> list[Path]:
        """Shipped, then those of plugins, then the office's own: later ones win."""
        return mapping_folders(self.config, self.plugins)

    def close(self) -> None:
        self.store.close()


def _unknown(what: str, wanted: str, where: str, known: dict[str, type], plugins: Plugins) -> str:
    broken = next(
        (
            state
            for state in plugins.states
            if state.status != "active" and wanted in (state.name, state.name.split("-")[-1])
        ),
        None,
    )
    reason = f"; plugin {broken.name} is {broken.status}: {broken.reason}" if broken else ""
    return f'{where}: there is no {what} "{wanted}" (there are: {", ".join(sorted(known)) or "none"}){reason}; see "hub plugins"'


def shipped(name: str) -> Path:
    """A folder of files that travel with the program: `mappings` or `config`, in a wheel or a working copy."""
    packed = SHIPPED / name
    return packed if packed.is_dir() else Path(__file__).parent.parent / name


def mapping_folders(config: Config | None, plugins: Plugins) -> list[Path]:
    folders = [shipped("mappings"), *plugins.mapping_folders]
    if config is not None and config.hub.mappings_dir is not None:
        folders.append(config.base_dir / config.hub.mappings_dir)
    return folders


def open_plugins(config: Config) -> Plugins:
    site = config.base_dir / config.hub.plugins_dir if config.hub.plugins_dir else None
    state = config.data_dir / PLUGIN_STATE if os.path.isdir(config.data_dir) else None
    return load_plugins(site, config.hub.disabled_plugins, state)


def out_of_reach(folder: Path) -> tuple[str, str]:
    """Why it cannot be told whether a folder is there, and what to do; both empty when it can.

    `Path.is_dir` raises there: no right to enter a folder above it, a share that is offline, a mount whose server is gone.
    """
    try:
        os.stat(folder)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "", ""
    except PermissionError:
        who = this_account()
        return f"{folder} is out of reach for the account {who}", f"give the account {who} the right to enter it and the folders above it"
    except OSError as error:
        return f"{folder} cannot be reached ({error.strerror or type(error).__name__})", "is the share or the disk offline?"
    return "", ""


def require_in_reach(path: Path) -> None:
    """Raises SettingsError HUB-S09 when it cannot be told whether it is there."""
    why, mend = out_of_reach(path)
    if why:
        raise SettingsError("HUB-S09", f"the data folder: {why}; {mend}")


def _require_data_folder(folder: Path) -> None:
    require_in_reach(folder)
    if not os.path.isdir(folder):
        raise SettingsError("HUB-S09", f'the data folder {folder} does not exist; run "hub init" first')


def open_app(config_path: Path | None = None, clock: Clock | None = None, *, talkative: bool = False) -> App:
    """Everything a job needs; the schema must be current. Raises HubError with what to do.

    `talkative`: the service logs as the settings say; a command at the prompt only what went wrong.
    """
    config = load_config(find_config(config_path))
    start_log(config.hub.log_level if talkative or config.hub.log_level == "DEBUG" else "WARNING")
    _require_data_folder(config.data_dir)
    store = open_store(config.data_dir, config.store.url, config.store.encrypt)
    require_current(store)
    return App(config, open_plugins(config), store, clock or SystemClock())
