"""The parts of the documentation that follow from the code: settings, commands, hooks, connectors, kinds.

A page holds such a part between `<!-- begin NAME -->` and `<!-- end NAME -->`. `python -m tests.meta.pages` writes them
all again; a test fails when one is not as the code says.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

from hub import hookspecs
from hub.cli import app
from hub.config.schema import DeliverySettings, HubSettings, PracticeSettings, SourceSettings, StoreSettings
from hub.contract import Connector
from hub.mapping import load_mapping
from hub.plugin_host import Plugins, load_plugins

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ("README.md", "docs/settings.md", "docs/cli.md", "docs/plugins.md")
HUB_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("hub", HubSettings), ("store", StoreSettings), ("[practice]", PracticeSettings), ("[source]", SourceSettings),
    ("[delivery]", DeliverySettings),
)  # fmt: skip
_BLOCK = re.compile(r"<!-- begin ([a-z-]+) -->\n(.*?)<!-- end \1 -->\n", re.DOTALL)


def built_in() -> Plugins:
    """What comes with the hub; a broken plugin is a failure here."""
    plugins = load_plugins()
    broken = [f"{state.name}: {state.reason}" for state in plugins.states if state.status != "active"]
    assert not broken, broken
    return plugins


def blocks(text: str) -> dict[str, str]:
    """The generated parts of a page by name."""
    return {found[1]: found[2] for found in _BLOCK.finditer(text)}


def renewed(text: str) -> str:
    """The page with every generated part as the code says now."""
    return _BLOCK.sub(lambda found: f"<!-- begin {found[1]} -->\n{WRITERS[found[1]]()}<!-- end {found[1]} -->\n", text)


def hub_settings() -> str:
    """One row per setting of hub.toml, under the name of its table."""
    rows = [(f"`[{table}]` `{name}`", *_cells(field)) for table, model in HUB_TABLES for name, field in _fields(model)]
    return _table(("Setting", "Default", "Meaning"), rows)


def connector_settings() -> str:
    connectors = built_in().connectors
    return "\n".join(_section(f"`{name}`", connectors[name].settings, "source.settings") for name in sorted(connectors))


def delivery_settings() -> str:
    deliveries = built_in().deliveries
    return "\n".join(_section(f"`{name}`", deliveries[name].settings) for name in sorted(deliveries))


def item_settings() -> str:
    rules = built_in().rules
    return "\n".join(_section(f"`[items.{code}]`", rules[code].settings) for code in sorted(rules))


def connector_table() -> str:
    """State and known limits of every connector; the limits are those that `hub connectors` prints."""
    connectors = built_in().connectors
    rows = [
        (f"[{name}](connectors/{name}/README.md)", connectors[name].label, _state(connectors[name]),
         "<br>".join(f"{limit[0].upper()}{limit[1:]}." for limit in connectors[name].known_limits))
        for name in sorted(connectors)
    ]  # fmt: skip
    return _table(("Connector", "Reads", "State", "Known limits"), rows)


def _state(connector: type[Connector]) -> str:
    """The weakest evidence of its mappings; a reader of its own follows a published standard."""
    evidence = {load_mapping(stream.mapping, [ROOT / "mappings"]).spec.evidence for stream in connector.streams if stream.mapping}
    words = ("starter", "reported", "verified")
    return next((word for word in words if word in evidence), "by the X12 standard, tried on public samples")


def kind_table() -> str:
    rules = built_in().rules
    rows = [(f"[{code}]({kind_page(code)}#{code.lower()})", rules[code].title, rules[code].owner, rules[code].clears_when)
            for code in sorted(rules)]  # fmt: skip
    return _table(("Kind", "In short", "Who", "It goes away when"), rows)


def kind_page(code: str) -> str:
    """The page with the section of this kind, from the top of the repository."""
    pages = [page for page in ("docs/items.md", "docs/items-patients.md") if re.search(rf"(?m)^###? {code}$", read(page))]
    assert len(pages) == 1, f"{code} needs one section in docs/items.md or docs/items-patients.md, has {pages}"
    return pages[0]


def commands() -> str:
    return "\n".join(_command(path, command) for path, command in walk())


def hooks() -> str:
    """Every hook with its arguments, as a plugin writes it."""
    parts = []
    for name, function in hook_functions():
        text = inspect.cleandoc(function.__doc__ or "")
        parts.append(f"### {name}\n\n```python\n@hookimpl\ndef {name}{_signature(function)}: ...\n```\n\n{text}\n")
    return "\n".join(parts)


def hook_functions() -> list[tuple[str, Callable[..., object]]]:
    return [(name, value) for name, value in vars(hookspecs).items() if name.startswith("hub_") and callable(value)]


def walk() -> Iterator[tuple[str, Any]]:
    """Every command a person can type, with its full name."""
    yield from _below("hub", get_command(app))


def shown_name(parameter: Any) -> str:
    """`--kind` or `FILE`, as the page and `--help` write it."""
    return f"`{parameter.opts[0]}`" if parameter.param_type_name == "option" else f"`{parameter.name.upper()}`"


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _below(f"{path} {name}", inner)


def _command(path: str, command: Any) -> str:
    rows = [(_spelled(each), _default(each.default), each.help or "") for each in command.params if each.name != "help"]
    head = f"## {path}\n\n{inspect.cleandoc(command.help or '')}\n"
    return head + (f"\n{_table(('Argument or option', 'Default', 'Means'), rows)}" if rows else "")


def _spelled(parameter: Any) -> str:
    others = ", ".join(f"`{name}`" for name in parameter.opts[1:])
    return shown_name(parameter) + (f", {others}" if others and parameter.param_type_name == "option" else "")


def _default(value: object) -> str:
    return "" if value in (None, False, 0) or isinstance(value, list | tuple) else f"`{value}`"


def _fields(model: type[BaseModel]) -> Iterable[tuple[str, FieldInfo]]:
    return [(name, field) for name, field in model.model_fields.items() if not field.exclude]


def _section(title: str, model: type[BaseModel], where: str = "") -> str:
    """The model's settings, and below them those of each table in it under the name that hub.toml gives it."""
    rows = [(f"`{name}`", *_cells(field)) for name, field in _fields(model)]
    table = _table(("Setting", "Default", "Meaning"), rows) if rows else "No settings.\n"
    inner = [_section(f"`[{where}.{name}]`", each, f"{where}.{name}") for name, each in tables(model)]
    return "\n".join([f"### {title}\n\n{table}", *(f"#{part}" for part in inner)])


def tables(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Settings that are tables of their own, `sftp: SftpSettings | None`; lists of tables are not among them."""
    for name, field in _fields(model):
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel) and getattr(field.annotation, "__origin__", None) is not list:
                yield name, part


def _cells(field: FieldInfo) -> tuple[str, str]:
    if field.is_required():
        return "needed", field.description or ""
    return _shown(field.get_default(call_default_factory=True)), field.description or ""


def _shown(value: object) -> str:
    if value is None or value in ("", (), [], {}):
        return "–"
    if isinstance(value, list | tuple):
        return f"{len(value)} built in" if isinstance(value[0], BaseModel) else " ".join(f"`{part}`" for part in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _signature(function: Callable[..., object]) -> str:
    signature = inspect.signature(function)
    arguments = ", ".join(f"{name}: {each.annotation}" for name, each in signature.parameters.items())
    return f"({arguments}) -> {signature.return_annotation}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|").strip() for cell in line) + " |\n" for line in lines)


WRITERS: dict[str, Callable[[], str]] = {
    "hub-settings": hub_settings, "connector-settings": connector_settings, "delivery-settings": delivery_settings,
    "item-settings": item_settings, "connectors": connector_table, "kinds": kind_table, "commands": commands, "hooks": hooks,
}  # fmt: skip


def write_all() -> None:
    for page in PAGES:
        path = ROOT / page
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_all()
