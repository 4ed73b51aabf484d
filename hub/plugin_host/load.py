"""Load plugins one by one and call their hooks one by one: a broken one is named and the rest run.

Plain pluggy loses all results when one hook fails and stops loading at the first bad entry point; so every import and
every call goes through here. What happened is kept in `plugins.json`, from which `hub plugins` answers without imports.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pluggy
from pydantic import BaseModel

from hub import hookspecs
from hub.contract import CONTRACT, Connector, Delivery, Rule
from hub.plugin_host.closed_words import put_in_order, rule_fault
from hub.plugin_host.find import Candidate, candidates, fits, source_fault, stated_range
from hub.plugin_host.returned import HookFault, folders_of, list_of
from hub.plugin_host.streams import stream_fault

PluginStatus = Literal["active", "disabled", "incompatible", "broken", "suspended"]
_log = logging.getLogger("hub.plugins")


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


@dataclass(slots=True)
class PluginState:
    """One plugin, what became of it, and what it brought. `kinds`: the codes of its rules, of one that is not loaded those
    of the last time it was; None when it was never loaded here, so that nobody knows. `notes`: what was left out of it."""

    name: str
    origin: str
    status: PluginStatus
    reason: str = ""
    brings: list[str] = field(default_factory=list)
    kinds: list[str] | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plugins:
    """Everything that is plugged in, by id or code."""

    states: list[PluginState] = field(default_factory=list)
    connectors: dict[str, type[Connector]] = field(default_factory=dict)
    rules: dict[str, type[Rule]] = field(default_factory=dict)
    deliveries: dict[str, type[Delivery]] = field(default_factory=dict)
    mapping_folders: list[Path] = field(default_factory=list)
    manager: pluggy.PluginManager = field(default_factory=_manager)

    def call(self, hook: str, **arguments: object) -> None:
        """Call a notifying hook on every plugin; one that fails is logged and the rest are called."""
        for state, plugin in self._active():
            try:
                function = _hook(plugin, hook)
                if function is not None:
                    wanted = inspect.signature(function).parameters
                    with _aside():
                        function(**{name: value for name, value in arguments.items() if name in wanted})
            except (Exception, SystemExit) as error:
                _log.warning(
                    "HUB-P03 plugin %s failed in %s (%s); the run goes on", state.name, hook, type(error).__name__
                )

    def _active(self) -> Iterator[tuple[PluginState, Any]]:
        for state in self.states:
            plugin = self.manager.get_plugin(state.name) if state.status == "active" else None
            if plugin is not None:
                yield state, plugin


def load_plugins(
    site_folder: Path | None = None, disabled: Sequence[str] = (), state_file: Path | None = None
) -> Plugins:
    """Find, check, import and ask every plugin. Never raises for a plugin's sake."""
    plugins, before = Plugins(), remembered(state_file) if state_file is not None else {}
    for found in candidates(site_folder):
        state = admit(found, disabled)
        plugins.states.append(state)
        if state.status == "active":
            _take(plugins, state, found)
        if state.status != "active" and state.name in before:
            state.kinds = before[state.name].kinds
    if state_file is not None:
        _remember(plugins.states, state_file)
    return plugins


def admit(found: Candidate, disabled: Sequence[str]) -> PluginState:
    """May it be imported? Decided from its name and its source text alone."""
    if found.name in disabled:
        return PluginState(found.name, found.origin, "disabled", "switched off in [hub] disabled_plugins")
    fault = source_fault(found)
    if fault:
        return PluginState(found.name, found.origin, "broken", fault)
    wanted = stated_range(found)
    if wanted is None:
        reason = 'states no contract range; its module needs a line HUB_CONTRACT = ">=1.0,<2"'
        return PluginState(found.name, found.origin, "incompatible", reason)
    if not fits(wanted, CONTRACT):
        return PluginState(
            found.name, found.origin, "incompatible", f"was written for contract {wanted}, this hub has {CONTRACT}"
        )
    return PluginState(found.name, found.origin, "active")


def _take(plugins: Plugins, state: PluginState, found: Candidate) -> None:
    """Import the module and ask its four hooks; any failure makes only this plugin broken."""
    try:
        if plugins.manager.has_plugin(state.name):
            raise ValueError(f'another plugin is named "{state.name}"; rename the file')
        with _aside():
            module = _import(found)
            brought = _ask(module)
            folders, notes = folders_of("hub_mappings", _hook(module, "hub_mappings"))
        for hook in _NOTICES:
            _hook(module, hook)
        clash = _clash(plugins, brought)
        if clash:
            raise ValueError(clash)
        _register(plugins.manager, module, state.name)
    except (Exception, SystemExit) as error:
        state.status, state.reason = "broken", _why(error)
        _log.warning("HUB-P01 plugin %s is not loaded: %s", state.name, state.reason)
        return
    for kind, name, thing in brought:
        getattr(plugins, kind)[name] = thing
        state.brings.append(name)
    state.kinds = [name for kind, name, _thing in brought if kind == "rules"]
    plugins.mapping_folders += folders
    state.notes += notes


def _register(manager: pluggy.PluginManager, module: ModuleType, name: str) -> None:
    """Raises pluggy's error for a hook that there is none of, and leaves nothing behind then."""
    manager.register(module, name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError:
        manager.unregister(name=name)
        raise


@contextmanager
def _aside() -> Iterator[None]:
    """What a plugin prints goes to standard error: standard output belongs to the command (`hub items --json`)."""
    with redirect_stdout(sys.stderr):
        yield


def _why(error: BaseException) -> str:
    first = str(error).splitlines()
    if isinstance(error, HookFault):
        return first[0][:200]
    return f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__


def _import(found: Candidate) -> ModuleType:
    if found.path is None:
        return importlib.import_module(found.module.partition(":")[0])
    spec = importlib.util.spec_from_file_location(found.module, found.path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{found.path.name} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[found.module] = module
    spec.loader.exec_module(module)
    return module


_KINDS = (
    ("hub_connectors", "connectors", Connector, "id"),
    ("hub_rules", "rules", Rule, "code"),
    ("hub_deliveries", "deliveries", Delivery, "id"),
)
_NOTICES = ("hub_run_finished", "hub_item_changed", "hub_cli")


def _hook(module: object, name: str) -> Any:
    """The module's implementation of a hook; a function of that name without @hookimpl is a mistake worth telling."""
    function = getattr(module, name, None)
    if function is not None and not hasattr(function, f"{hookspecs.PROJECT}_impl"):
        raise TypeError(f"{name} is not marked with @hookimpl")
    return function


def _ask(module: ModuleType) -> list[tuple[str, str, Any]]:
    """What the module brings: (kind, name, class). Raises TypeError when a hook returns something else."""
    brought = []
    for hook, kind, base, name in _KINDS:
        for thing in list_of(hook, _hook(module, hook)):
            if not (isinstance(thing, type) and issubclass(thing, base)) or not getattr(thing, name, ""):
                raise TypeError(f"{hook} must return classes of {base.__name__} with {name}")
            lacking = sorted(
                thing.__abstractmethods__ | {word for word in base.__annotations__ if not hasattr(thing, word)}
            )
            if lacking:
                raise TypeError(f"{thing.__name__} lacks {', '.join(lacking)}")
            if base is not Rule and thing.settings is BaseModel:
                raise TypeError(f"{thing.__name__}.settings is BaseModel itself; give it a model of its own, however empty")
            if fault := _word_fault(thing):
                raise TypeError(fault)
            if issubclass(thing, Rule):
                put_in_order(thing)
            brought.append((kind, getattr(thing, name), thing))
    return brought


def _word_fault(thing: type[Connector] | type[Rule] | type[Delivery]) -> str:
    if issubclass(thing, Connector):
        return stream_fault(thing)
    return rule_fault(thing) if issubclass(thing, Rule) else ""


def _clash(plugins: Plugins, brought: Sequence[tuple[str, str, Any]]) -> str:
    """Two plugins with one id: both are named, the first keeps it."""
    ids = [(kind, name) for kind, name, _thing in brought]
    for kind, name in ids:
        if ids.count((kind, name)) > 1:
            return f'brings "{name}" twice'
        owner = next(
            (state.name for state in plugins.states if name in state.brings and name in getattr(plugins, kind)), None
        )
        if owner:
            return f'brings "{name}", which plugin {owner} already brings'
    return ""


def _remember(states: Sequence[PluginState], path: Path) -> None:
    try:
        path.write_text(json.dumps([asdict(state) for state in states], indent=1), encoding="utf-8")
    except OSError as error:
        _log.warning("HUB-P02 %s cannot be written (%s)", path.name, type(error).__name__)


def remembered(path: Path) -> dict[str, PluginState]:
    """The outcome of the last load, by plugin name; empty when there was none or the file is damaged."""
    try:
        return {entry["name"]: PluginState(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
