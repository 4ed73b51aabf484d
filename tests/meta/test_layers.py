"""Imports run one way, and connectors and plugins see only what a vendor's may see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# From the ground up; a module may import its own floor and those below.
FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(f"hub.{name}" for name in floor.split())
    for floor in (
        "errors money clock ids workdays points log",
        "model",
        "contract",
        "hookspecs config",
        "mapping readers",
        "store",
        "sync link rulekit",
        "reconcile lookup",
        "schedule output demo plugin_host",
        "app",
        "jobs",
        "cli",
        "__main__",
    )
)
SMALL = frozenset(f"hub.{name}" for name in ("errors", "money", "clock", "ids", "workdays", "hookspecs"))
MAY_IMPORT = {
    "connectors": SMALL | {"hub.contract", "hub.model", "hub.readers"},
    "plugins": SMALL | {"hub.contract", "hub.model", "hub.rulekit", "hub.output"},
}
FILES = sorted(path for top in ("hub", "connectors", "plugins") for path in (ROOT / top).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str) -> Iterator[str]:
    """Modules of ours that a source text imports, anywhere in it; `from hub import x` counts as `hub.x`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _is_ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer; write the whole name"
            if node.module == "hub":
                yield from (f"hub.{alias.name}" for alias in node.names if alias.name != "__version__")
            elif _is_ours(node.module or ""):
                yield node.module or ""


def violations(module: str, source: str) -> list[str]:
    """What this module imports and must not."""
    top, own = module.split(".")[0], unit(module)
    wrong = []
    for name in imported(source):
        other = unit(name)
        if other == own:
            continue
        allowed = floor_of(other) <= floor_of(own) if top == "hub" else other in MAY_IMPORT[top]
        if not allowed:
            wrong.append(f"{module} imports {name}")
    return wrong


def unit(module: str) -> str:
    """`hub.sync.files` belongs to `hub.sync`, `connectors.dentrix.settings` to `connectors.dentrix`."""
    return ".".join(module.split(".")[:2])


def floor_of(name: str) -> int:
    return next((number for number, floor in enumerate(FLOORS) if name in floor), len(FLOORS))


def _is_ours(name: str) -> bool:
    return name.split(".")[0] in ("hub", "connectors", "plugins")


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_module_imports_only_its_own_floor_and_those_below(path: Path) -> None:
    assert violations(module_name(path), path.read_text(encoding="utf-8")) == []


def test_every_part_of_the_hub_stands_on_a_floor() -> None:
    units = {unit(module_name(path)) for path in FILES if path.is_relative_to(ROOT / "hub")} - {"hub"}
    assert {name for name in units if floor_of(name) == len(FLOORS)} == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.model.claims", "from hub.sync.files import sync_files"),
        ("hub.contract.rule", "def f():\n    import hub.store"),
        ("hub.store.bulk", "from hub import jobs"),
        ("hub.reconcile.engine", "import plugins.rules_claims"),
        ("connectors.dentrix.connector", "from hub.store import open_store"),
        ("connectors.dentrix.connector", "from connectors.clearinghouse.era import Era"),
        ("plugins.rules_claims.aging", "from hub.reconcile.engine import reconcile"),
        ("plugins.rules_claims.aging", "from plugins.rules_health import stale"),
    ],
)
def test_an_upward_or_sideways_import_is_found(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


def test_the_contract_is_readable_alone() -> None:
    """A vendor reads these files and nothing behind them but small value modules."""
    for path in (ROOT / "hub" / "contract").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 200, path.name
        assert {unit(name) for name in imported(source)} <= SMALL | {"hub.contract"}, path.name
