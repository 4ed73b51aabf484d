"""Which plugins are there? Answered without importing any: entry points of group `hub.plugins`, and single files in the
site folder. The contract range is read from the module's source text (`HUB_CONTRACT = ">=1.0,<2"`)."""

from __future__ import annotations

import ast
import importlib.util
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

GROUP = "hub.plugins"
BUILT_IN = "practice-hub"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin that could be loaded. `origin`: the distribution and version, or the site file."""

    name: str
    module: str
    origin: str
    built_in: bool
    path: Path | None = None


def candidates(site_folder: Path | None) -> list[Candidate]:
    """All plugins in a stable order: ours first, then packages by name, then site files."""
    named: dict[int, tuple[str, str]] = {}  # a distribution reads its whole metadata again for each question
    packaged = [_packaged(entry, named) for entry in entry_points(group=GROUP)]
    return sorted(packaged, key=lambda found: (not found.built_in, found.name)) + list(_site(site_folder))


def _packaged(entry: EntryPoint, named: dict[int, tuple[str, str]]) -> Candidate:
    dist = entry.dist
    if dist is None:
        return Candidate(entry.name, entry.value, "unknown package", False)
    if id(dist) not in named:
        metadata = dist.metadata
        named[id(dist)] = metadata["Name"], metadata["Version"]
    name, version = named[id(dist)]
    return Candidate(entry.name, entry.value, f"{name} {version}", name == BUILT_IN)


def _site(folder: Path | None) -> Iterable[Candidate]:
    if folder is None or not os.path.isdir(folder):  # which, unlike Path.is_dir, is False where rights or a share are missing
        return
    for path in sorted(folder.glob("*.py")):
        if not os.path.isdir(path) and not path.name.startswith("_"):
            yield Candidate(path.stem.replace("_", "-"), f"hub_site_{path.stem}", f"site file {path.name}", False, path)


def stated_range(found: Candidate) -> str | None:
    """The contract range in the module's source, without running it. None when the module states none."""
    path = found.path or _source_of(found.module.partition(":")[0])
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in tree.body:
        names = (
            [target.id for target in node.targets if isinstance(target, ast.Name)]
            if isinstance(node, ast.Assign)
            else []
        )
        if "HUB_CONTRACT" in names and isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return None


def source_fault(found: Candidate) -> str:
    """Why the module's source cannot even be read as Python, empty when it can."""
    path = found.path or _source_of(found.module.partition(":")[0])
    try:
        if path is not None:
            ast.parse(path.read_bytes())
    except SyntaxError as error:
        return f"SyntaxError: {error.msg} in line {error.lineno or '?'}"
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: its file cannot be read"
    return ""


def _source_of(module: str) -> Path | None:
    """The file of a module; of its parents only the outermost package's location is looked up, nothing is run."""
    top, _, rest = module.partition(".")
    spec = importlib.util.find_spec(top)
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin else None
    for folder in spec.submodule_search_locations or ():
        base = Path(folder).joinpath(*rest.split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
    return None


def fits(wanted: str, contract: str) -> bool:
    """Is contract `1.0` within a range like `>=1.0,<2`? An unreadable range fits nothing."""
    have = _number(contract)
    for part in wanted.split(","):
        text = part.strip()
        sign = next((sign for sign in (">=", "<=", "==", "<", ">") if text.startswith(sign)), "")
        limit = _number(text[len(sign) :])
        if have is None or limit is None or not sign:
            return False
        holds = {">=": have >= limit, "<=": have <= limit, "==": have == limit, "<": have < limit, ">": have > limit}
        if not holds[sign]:
            return False
    return True


def _number(text: str) -> tuple[int, int] | None:
    major, _, minor = text.strip().partition(".")
    if not major.isdigit() or (minor and not minor.isdigit()):
        return None
    return int(major), int(minor or 0)
