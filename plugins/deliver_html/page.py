"""The page itself: numbers and words for the template, and the rule that only our own style and script run in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from hub.contract import ItemRow, ListSummary, SourceAge
from hub.money import dollars
from hub.output import about, totals, words
from hub.output.safe_text import one_line
from plugins.deliver_html import cards

_HERE = Path(__file__).parent
# Shapes too: colour alone does not print.
_SIGNS = {"green": "●", "amber": "▲", "red": "■", "paused": "‖", "unknown": "○"}


def write_page(path: Path, items: Sequence[ItemRow], summary: ListSummary) -> None:
    """Write the page at `path`, piece by piece. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for piece in _template().generate(**_view(items, summary)):
            stream.write(piece)


def _view(items: Sequence[ItemRow], summary: ListSummary) -> dict[str, object]:
    calls = cards.cards(items, summary.as_of)
    style, script = _shipped("page.css"), _shipped("page.js")
    return {
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "practice": one_line(summary.practice_name),
        "as_of": words.long_day(summary.as_of),
        "made_at": words.moment(summary.made_at, summary.timezone),
        "asked_by": one_line(summary.asked_by),
        "filters": [f"{name}: {one_line(value)}" for name, value in summary.filters.items() if value],
        "whole": totals.total(items),
        "calls": len(calls),
        "bands": list(totals.by_band(items).items()),
        "sections": cards.by_band(calls),
        "kinds": summary.kinds,
        "owners": sorted({row.owner for row in items}),
        "titles": sorted({one_line(row.title) for row in items}),
        "sources": [_source(source, summary) for source in summary.sources],
        "of_all": about.of_all(summary),
        "trays": about.trays(summary) if about.kept_out(summary) else (),
        "unknown": about.unknown(summary) if summary.unknown else (),
        "all_fresh": bool(summary.sources) and all(source.light == "green" for source in summary.sources),
    }


def _source(source: SourceAge, summary: ListSummary) -> tuple[str, str, str, str, str, str]:
    """`(sign, light, label, light in words, age, remark)`."""
    read = words.age(source.as_of, summary.made_at, summary.timezone)
    state = words.LIGHTS.get(source.light, source.light)
    return _SIGNS.get(source.light, "○"), source.light, one_line(source.label), state, read, one_line(source.detail)


def _policy(style: Markup, script: Markup) -> str:
    """Nothing is loaded from anywhere; only this very style and this very script may act."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _shipped(name: str) -> Markup:
    """Our own file, not text from outside, so it goes in as it is."""
    return Markup("\n" + (_HERE / name).read_text(encoding="utf-8"))


@cache
def _template() -> Template:
    page = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters.update(dollars=dollars, count=words.count, role=words.role)
    return page.get_template("list.html")
