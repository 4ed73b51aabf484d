"""Do the kinds and roles that hub.toml names exist? Only the loaded plugins can tell, so it is asked after them.

A misspelt kind would make a list that is empty and says all clear: it is refused. A kind of a plugin that is there but not
loaded (broken, switched off) is no typing error: it is told, and the rest of the list goes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from hub.config.schema import DeliverySettings
from hub.errors import SettingsError
from hub.output.list_files import FileSettings
from hub.output.words import ROLES
from hub.plugin_host.load import Plugins, PluginState
from hub.reconcile.engine import rule_settings


@dataclass(frozen=True, slots=True)
class Scope:
    """What a list is narrowed to, spelt as the items are; empty means all. `warnings`: named, but not loaded."""

    kinds: tuple[str, ...]
    owners: tuple[str, ...]
    warnings: tuple[str, ...] = ()


EVERYTHING = Scope((), ())


def roles(plugins: Plugins) -> set[str]:
    """Everybody who can own an item: the usual roles, and those that the loaded rules name."""
    return {*ROLES, *(rule.owner for rule in plugins.rules.values())}


def absent_kinds(plugins: Plugins) -> dict[str, PluginState]:
    """The kinds of plugins that are not loaded now, as far as they were ever loaded here."""
    away = [state for state in plugins.states if state.status != "active"]
    return {code: state for state in away for code in state.kinds or () if code not in plugins.rules}


def scope_of(plugins: Plugins, settings: DeliverySettings) -> Scope:
    """The delivery's kinds and owners, letter case put right. Raises SettingsError: HUB-S15 on one that does not exist,
    HUB-S04 when an earlier delivery writes another list into the same files."""
    where = f"[[delivery]] {settings.name}"
    _refuse_same_files(plugins, settings)
    kinds, told = _spelt("kind", settings.kinds, {*plugins.rules, *absent_kinds(plugins)}, where, plugins)
    owners, also = _spelt("role", settings.owners, roles(plugins), where, plugins)
    away = [_away(where, kind, absent_kinds(plugins)[kind]) for kind in kinds if kind in absent_kinds(plugins)]
    return Scope(kinds, owners, (*told, *also, *away))


def _refuse_same_files(plugins: Plugins, settings: DeliverySettings) -> None:
    """Of a delivery that names its files in its own way nothing is known."""
    delivery = plugins.deliveries.get(settings.delivery)
    if settings.same_files_as and delivery is not None and issubclass(delivery.settings, FileSettings):
        raise SettingsError(
            "HUB-S04",
            f'delivery {settings.name}: [[delivery]] "{settings.same_files_as}" writes another list to the same files; '
            "give it a list_name or a folder of its own",
        )


def check_thresholds(plugins: Plugins, items: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Warnings about `[items.CODE]` tables of plugins that are not loaded.

    Raises SettingsError: HUB-S15 for a code that no rule has (the thresholds under it would count for nothing).
    """
    warnings = []
    for code in items:
        if code in plugins.rules:
            continue
        where = f"[items.{code}]"
        state = absent_kinds(plugins).get(code)
        warnings.append(_away(where, code, state) if state else _stranger("kind", code, plugins.rules, where, plugins))
    return warnings


def check_values(plugins: Plugins, items: Mapping[str, Mapping[str, object]]) -> None:
    """Raises SettingsError HUB-S42 for the first unknown or wrong setting below `[items.CODE]`, before a rule meets it."""
    for code, given in items.items():
        if code in plugins.rules:
            rule_settings(plugins.rules[code], given)


def not_looked_at(plugins: Plugins, kinds: Collection[str]) -> list[tuple[str, str, str]]:
    """`(code, title, reason)` of kinds that a list cannot speak of because their plugin is not loaded: of those it names,
    or, of a list of all kinds, those that the office did not switch off itself."""
    away = absent_kinds(plugins)
    missed = kinds or [code for code, state in away.items() if state.status != "disabled"]
    return [(code, code, _why_not(away.get(code))) for code in sorted(missed) if code not in plugins.rules]


def _why_not(state: PluginState | None) -> str:
    if state is None:
        return "no loaded plugin brings it: nobody looks"
    return f"its plugin {state.name} is {state.status}: nobody looks, and what stands here of it is old"


def _spelt(
    what: str, names: Sequence[str], known: Collection[str], where: str, plugins: Plugins
) -> tuple[tuple[str, ...], list[str]]:
    """The names as the items spell them, and what is to be said of those that nobody knows."""
    spelling = {name.upper(): name for name in known}
    told = [_stranger(what, name, known, where, plugins) for name in names if name.upper() not in spelling]
    return tuple(spelling.get(name.upper(), name) for name in names), told


def _stranger(what: str, name: str, known: Iterable[str], where: str, plugins: Plugins) -> str:
    """A warning where a plugin that never could be loaded may bring the name, else SettingsError HUB-S15."""
    near = _nearest(name, known)
    unread = [state.name for state in plugins.states if state.status != "active" and state.kinds is None]
    if unread and not near:
        return _warning(where, f'no loaded plugin has a {what} "{name}"; it may belong to {", ".join(unread)}, not loaded')
    hint = f'did you mean "{near}"?' if near else f"there are: {', '.join(sorted(known))}"
    raise SettingsError("HUB-S15", f'{where}: there is no {what} "{name}" ({hint}); correct hub.toml')


def _nearest(name: str, known: Iterable[str]) -> str:
    spelling = {each.upper(): each for each in known}
    close = get_close_matches(name.upper(), list(spelling), n=1, cutoff=0.75)
    return spelling[close[0]] if close else ""


def _away(where: str, code: str, state: PluginState) -> str:
    return _warning(where, f"{code} belongs to plugin {state.name}, which is {state.status}; nobody looks for it")


def _warning(where: str, says: str) -> str:
    return f"HUB-P09 {where}: {says}" + '; see "hub plugins"'
