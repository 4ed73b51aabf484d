"""`hub init` and `hub check`: a first configuration, and one harmless call per source."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from hub.app import App, require_in_reach, shipped
from hub.cli.common import DONE, PROBLEMS, complain, opened, say
from hub.cli.left_over import refuse_mixed_files
from hub.cli.rights import private, service_hint
from hub.config import Config, find_config, load_config
from hub.config.schema import SourceSettings
from hub.errors import HubError, SettingsError
from hub.jobs import prepare_delivery
from hub.plugin_host.named import check_thresholds, check_values
from hub.plugin_host.returned import probes_of
from hub.store import make_key, open_store, upgrade
from hub.store.keys import key_path
from hub.store.sqlite import remember_key
from hub.store.store import address
from hub.sync.job import source_context


def run_init(directory: Path | None, config_path: Path | None) -> int:
    """Write hub.toml and .env when they are not there, then prepare the data folder of that configuration.

    Which one: `--config`, the folder that is named, HUB_CONFIG, the folder we are in.
    """
    config = load_config(find_config(config_path or _config_to_make(directory)))
    revision = prepare(config)
    say(f"configuration {config.path}")
    say(f"database      {_database(config)} ({'new' if not revision else 'schema was ' + revision})")
    if config.store.encrypt and not config.store.url:
        say(
            f"key           {key_path(config.data_dir)}: copy it to a safe place off this machine; without it the database cannot be read"
        )
    say('next: edit the sources in hub.toml, then "hub check", "hub run", "hub items"')
    return DONE


def prepare(config: Config) -> str:
    """Make data folder (owner only), key and database, or upgrade it; returns the schema revision it had."""
    try:
        made = not config.data_dir.exists()
        config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if made:  # before the key is written into it
            _shut(config.data_dir)
    except OSError as error:
        raise SettingsError(
            "HUB-S09",
            f"the data folder {config.data_dir} cannot be made ({type(error).__name__}); check the rights of this account",
        ) from None
    require_in_reach(config.data_dir / "hub.db")
    encrypted = config.store.encrypt and not config.store.url
    if encrypted:
        _refuse_new_key_for_old_database(config.data_dir)
        make_key(config.data_dir)
    refuse_mixed_files(config)
    store = open_store(config.data_dir, config.store.url, config.store.encrypt)
    try:
        revision = upgrade(store)
        if encrypted:
            remember_key(config.data_dir / "hub.db")
    finally:
        store.close()
    if os.name == "posix" and not config.store.url:
        (config.data_dir / "hub.db").chmod(0o600)
    return revision


def _shut(path: Path) -> None:
    """Nobody else reads it from now on; where that fails, it is said and the rest goes on."""
    warning = private(path)
    if warning:
        complain(warning)
    elif os.name == "nt" and path.is_dir():
        say(f"rights        {path}: this account, the system, administrators; a service account of its own: {service_hint(path)}")


def _refuse_new_key_for_old_database(data_dir: Path) -> None:
    database = data_dir / "hub.db"
    if database.exists() and database.stat().st_size and not key_path(data_dir).exists():
        raise SettingsError(
            "HUB-S05",
            f"the key {key_path(data_dir)} is missing but the database is there; put the key back from your safe copy",
        )


def _database(config: Config) -> str:
    return address(config.store.url)[1] if config.store.url else str(config.data_dir / "hub.db")


def _config_to_make(directory: Path | None) -> Path | None:
    """Made where it is missing; None: HUB_CONFIG names one to look for."""
    named = Path(os.environ.get("HUB_CONFIG") or ".")
    if directory is not None or named == Path():
        return _first_config(directory or Path())
    return _first_config(named.parent) if named.name == "hub.toml" else None


def _first_config(directory: Path) -> Path:
    """Copy the example settings into the folder; existing files stay as they are."""
    directory.mkdir(parents=True, exist_ok=True)
    for example, target in (("hub.example.toml", "hub.toml"), (".env.example", ".env")):
        if not (directory / target).exists():
            shutil.copyfile(shipped("config") / example, directory / target)
            if target == ".env":
                _shut(directory / target)
    return directory / "hub.toml"


def run_check(config_path: Path | None, name: str | None) -> int:
    with opened(config_path) as app:
        sources = [app.source(name)] if name else list(app.config.source)
        results = [check_settings(app), *(check_source(app, source) for source in sources)]
        if not sources:
            say("no source is configured; add a [[source]] to hub.toml")
    return DONE if all(results) else PROBLEMS


def check_settings(app: App) -> bool:
    """Deliveries and thresholds against what is plugged in; silent when all is well."""
    wrong, warnings = settings_problems(app)
    for line in (*wrong, *warnings):
        complain(f"{app.config.path.name}: {line}")
    return not wrong


def settings_problems(app: App) -> tuple[list[str], list[str]]:
    """What is wrong, and what is only worth knowing, of the parts of hub.toml that just the plugins can judge."""
    wrong: list[str] = []
    warnings: list[str] = []
    for code, given in app.config.items.items():
        try:
            warnings += check_thresholds(app.plugins, {code: given})
            check_values(app.plugins, {code: given})
        except HubError as error:
            wrong.append(str(error))
    for delivery in app.config.delivery:
        try:
            warnings += prepare_delivery(app, delivery)[2].warnings
        except HubError as error:
            wrong.append(str(error))
    return wrong, warnings


def check_source(app: App, source: SourceSettings) -> bool:
    """Every probe of one source in a line; failures say what to do."""
    told = probe_source(app, source)
    for ok, text in told:
        (say if ok else complain)(f"{source.name}: {text}")
    return all(ok for ok, _text in told)


def probe_source(app: App, source: SourceSettings) -> list[tuple[bool, str]]:
    """`(is it well, one line)` for every probe of one source. Raises nothing for a connector's sake."""
    try:
        connector = app.connector(source)
        report = connector.check(source_context(app.config, source, connector, app.clock, threading.Event()))
        probes = probes_of(report, connector.id)
    except HubError as error:
        return [(False, str(error))]
    except Exception as error:  # a connector's own bug must not hide what the other sources answer
        return [(False, f"HUB-P04 its connector failed unexpectedly ({type(error).__name__}); report it to its author")]
    return [
        (True, f"ok: {probe.name}" + (f": {probe.detail}" if probe.detail else ""))
        if probe.ok
        else (False, f"not ok: {probe.name}: {probe.detail}; {probe.fix}")
        for probe in probes
    ]
