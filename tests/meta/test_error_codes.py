"""One code, one meaning, one line in docs/errors.md."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r"\bHUB-[A-Z]\d\d\b")
RAISED = re.compile(r"\"(HUB-[A-Z]\d\d)\"|f?\"(HUB-[A-Z]\d\d) ")
ROW = re.compile(r"^\| `(HUB-[A-Z]\d\d)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
# Which part of the hub speaks with which letter.
FAMILY = {
    "B": ("hub/",),
    "C": ("hub/sync/", "hub/readers/", "hub/mapping/", "hub/store/bulk.py"),
    "D": ("hub/store/",),
    "J": ("hub/schedule/", "hub/sync/lock.py"),
    "K": ("hub/jobs.py", "hub/reconcile/check_finding.py"),
    "M": ("hub/cli/mappings.py",),
    "O": ("hub/jobs.py", "hub/output/", "hub/cli/lists.py"),
    "P": ("hub/plugin_host/", "hub/app.py", "hub/jobs.py", "hub/sync/", "hub/cli/setup.py"),
    "Q": ("connectors/open_dental/sql/",),
    "R": ("hub/mapping/", "hub/readers/", "hub/sync/", "hub/money.py"),
    "S": ("hub/",),
    "U": ("connectors/open_dental/",),
    "X": ("hub/readers/x12/", "connectors/clearinghouse/"),
}
# Codes that several modules say, because it is the same thing wherever it is met.
SHARED = {
    "HUB-B99": "anything unforeseen",
    "HUB-C05": "a file cannot be read now",
    "HUB-C12": "a needed column is missing",
    "HUB-C13": "a kind of file that cannot be read",
    "HUB-C16": "no line with the labels",
    "HUB-D03": "the database cannot be opened or written",
    "HUB-D07": "no tables of the hub",
    "HUB-P04": "foreign code failed unexpectedly",
    "HUB-P05": "a connector yields what it did not declare",
    "HUB-P06": "a connector yields a value that the shared model does not take",
    "HUB-P07": "a cursor that cannot be kept",
    "HUB-P08": "a connector failed in one file or stream in a way it should not",
    "HUB-R05": "a row that cannot be taken apart",
    "HUB-R07": "a value is not of its type",
    "HUB-S04": "settings of a source or delivery are wrong",
    "HUB-S05": "the key is not usable",
    "HUB-S08": "a name that hub.toml does not have",
    "HUB-S09": "no data folder",
    "HUB-S12": "no item of that number",
    "HUB-S34": "an unsafe or invalid regular expression",
}


def said() -> dict[str, set[str]]:
    """code -> files that say it: not those that only name it in a docstring."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for top in ("hub", "connectors", "plugins"):
        for path in (ROOT / top).rglob("*.py"):
            for one, other in RAISED.findall(path.read_text(encoding="utf-8")):
                found[one or other].add(path.relative_to(ROOT).as_posix())
    return found


def named() -> set[str]:
    """Every code that stands in a source file, in whatever way."""
    files = [path for top in ("hub", "connectors", "plugins") for path in (ROOT / top).rglob("*.py")]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def documented() -> list[str]:
    return [code for code, _means, _do in ROW.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"))]


def test_every_code_is_documented_once_and_every_documented_code_exists() -> None:
    codes = documented()
    assert len(codes) == len(set(codes))
    assert set(codes) == named()


def test_every_code_in_the_documentation_exists() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", *(ROOT / "connectors").glob("*/README.md")]
    unknown = {code for page in pages for code in CODE.findall(page.read_text(encoding="utf-8"))} - named()
    assert unknown == set()


def test_a_code_that_is_named_is_said_somewhere() -> None:
    assert named() - set(said()) == set()


def test_a_code_is_said_by_its_own_family() -> None:
    strays = [
        f"{code} in {path}" for code, paths in said().items() for path in paths if not path.startswith(FAMILY[code[4]])
    ]
    assert strays == []


def test_a_code_is_said_in_one_module_unless_it_means_the_same_in_all() -> None:
    several = {code for code, paths in said().items() if len(paths) > 1}
    assert several == set(SHARED)
