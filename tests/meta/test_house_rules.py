"""What must not be in the code: each rule reads the syntax tree, and each is shown to find what it looks for."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted(path for top in ("hub", "connectors", "plugins") for path in (ROOT / top).rglob("*.py"))
LIMIT = 600
# Excel itself stores numbers as binary fractions: one place reads its cells, one writes them, both from and to exact text.
FLOAT_AT_THE_EDGE = {"hub/readers/sheet.py", "hub/output/excel.py"}
# A mapping is compiled once to a plain function; its text is made from checked parts, never from a file's content.
COMPILES = {"hub/mapping/compiled.py"}
# A forked child of ours answers over a pipe of ours; nothing from outside ever reaches these bytes unparsed.
OWN_PIPE = {"hub/sync/second_process.py"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "shelve", "dill", "yaml", "ruamel"}
# Written apart, so that this file does not hold what it looks for.
LOCAL = ["/" + "work/", "/" + "root/", "/" + "tmp/", "/" + "home/", "C:" + "\\Users\\"]
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org", "--index" + "-url"]


def prints(tree: ast.AST, where: str) -> Iterator[int]:
    yield from (call.lineno for call in _calls(tree) if isinstance(call.func, ast.Name) and call.func.id == "print")


def bare_excepts(tree: ast.AST, where: str) -> Iterator[int]:
    yield from (node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is None)


def naive_moments(tree: ast.AST, where: str) -> Iterator[int]:
    """`datetime.now()` without a zone, `utcnow`, `date.today`: the clock of the machine, or no zone at all."""
    for call in _calls(tree):
        if _name(call.func) in ("utcnow", "today") or (_name(call.func) == "now" and _of(call.func) == "datetime"):
            if _name(call.func) == "now" and (call.args or call.keywords):
                continue
            yield call.lineno


def floats(tree: ast.AST, where: str) -> Iterator[int]:
    if where not in FLOAT_AT_THE_EDGE:
        yield from (call.lineno for call in _calls(tree) if _name(call.func) == "float")


def foreign_code(tree: ast.AST, where: str) -> Iterator[int]:
    """Text or bytes that become code or objects."""
    allowed = {"compile", "exec"} if where in COMPILES else set()
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec", "compile"} - allowed:
            yield call.lineno
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(name.split(".")[0] in FORBIDDEN_MODULES for name in names):
            yield node.lineno
        is_unpacking = isinstance(node, ast.Attribute) and _of(node) == "marshal" and node.attr in ("load", "loads")
        if is_unpacking and where not in OWN_PIPE:
            yield node.lineno


RULES: list[tuple[Callable[[ast.AST, str], Iterator[int]], str]] = [
    (prints, "print('x')"),
    (bare_excepts, "try:\n    pass\nexcept:\n    pass"),
    (naive_moments, "from datetime import datetime\nx = datetime.now()"),
    (naive_moments, "from datetime import datetime\nx = datetime.utcnow()"),
    (naive_moments, "from datetime import date\nx = date.today()"),
    (floats, "cents = float('1.2')"),
    (foreign_code, "x = eval('1')"),
    (foreign_code, "import pickle"),
    (foreign_code, "from yaml import load"),
    (foreign_code, "import marshal\nx = marshal.loads(b'')"),
]


@pytest.mark.parametrize("rule", sorted({rule for rule, _ in RULES}, key=lambda rule: rule.__name__))
def test_no_source_file_breaks_the_rule(rule: Callable[[ast.AST, str], Iterator[int]]) -> None:
    found = []
    for path in SOURCES:
        where = path.relative_to(ROOT).as_posix()
        found += [f"{where}:{line}" for line in rule(ast.parse(path.read_text(encoding="utf-8")), where)]
    assert found == []


@pytest.mark.parametrize(("rule", "source"), RULES)
def test_each_rule_finds_what_it_looks_for(rule: Callable[[ast.AST, str], Iterator[int]], source: str) -> None:
    assert list(rule(ast.parse(source), "hub/x.py"))


def test_an_aware_moment_and_a_plain_call_are_fine() -> None:
    fine = ast.parse("from datetime import UTC, datetime\nx = datetime.now(UTC)\ny = clock.now()\nz = re.compile('a')")
    assert [line for rule, _ in RULES for line in rule(fine, "hub/x.py")] == []


def test_no_file_is_longer_than_the_cap() -> None:
    python = [path for top in ("hub", "connectors", "plugins", "tests") for path in (ROOT / top).rglob("*.py")]
    long = {path.relative_to(ROOT).as_posix(): n for path in python if (n := len(path.read_bytes().splitlines())) > LIMIT}
    assert long == {}


def committed() -> list[Path]:
    """Files that git knows or would add; without git (an unpacked archive) there is nothing to look at."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git working copy")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def holding(words: list[str]) -> re.Pattern[bytes]:
    """A path of this machine begins where no longer path ends: `/data/work/x` is none."""
    return re.compile("|".join(rf"(?<![\w.}}])(?:{re.escape(word)})" if word in LOCAL else re.escape(word) for word in words).encode())


@pytest.mark.parametrize(("what", "words"), [("a path of one machine", LOCAL), ("the address of a registry", REGISTRIES)])
def test_committed_files_hold_nothing_local(what: str, words: list[str]) -> None:
    pattern = holding(words)
    assert all(pattern.search(f"see {word}x".encode()) for word in words), "it finds what it looks for"
    found = [path.relative_to(ROOT).as_posix() for path in committed() if pattern.search(path.read_bytes())]
    assert found == [], what


def test_a_missing_server_is_a_failure_where_ci_demands_one() -> None:
    """Whoever skips for want of a server looks at HUB_REQUIRE_SERVICES first."""
    words = "no PostgreSQL " + "server answers"
    skipping = [path for path in (ROOT / "tests").rglob("*.py") if words in path.read_text(encoding="utf-8")]
    assert skipping
    assert [path.name for path in skipping if "HUB_REQUIRE_SERVICES" not in path.read_text(encoding="utf-8")] == []


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _of(function: ast.expr) -> str:
    """`datetime` of `datetime.now` and of `module.datetime.now`."""
    return _name(function.value) if isinstance(function, ast.Attribute) else ""
