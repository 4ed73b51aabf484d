"""The query texts that an office runs in Open Dental (Reports > User Query): one file per fact, made of the same queries
that SQL mode asks. `python -m connectors.open_dental.export.queries` writes them anew; a test compares."""

from __future__ import annotations

from pathlib import Path

from connectors.open_dental.render import shipped
from connectors.open_dental.streams import QUERIES

FOLDER = Path(__file__).parent


def texts() -> dict[str, str]:
    """File name -> text, for every query and every further fact of its rows."""
    return {
        f"{query.name if number == 0 else target.mapping}.sql": shipped(query, target)
        for query in QUERIES
        for number, target in enumerate(query.targets)
    }


def write(folder: Path = FOLDER) -> None:
    """Write all of them and remove what no query makes any more."""
    wanted = texts()
    for old in folder.glob("*.sql"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
