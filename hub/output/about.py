"""What a reader must know before trusting a list, as small tables: the second sheet and the foot of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.contract import ItemRow, ListSummary
from hub.output import totals, words

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, column headings, rows. Values of a column named in `cents` are integer cents."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    cents: frozenset[int] = frozenset()


def about(items: Sequence[ItemRow], summary: ListSummary) -> list[Table]:
    """Everything that sheet 2 says, in reading order; a table without rows says so in one row."""
    return [
        Table("About this list", ("", ""), _origin(items, summary)),
        Table("What it covers", ("Source", "State", "Last complete read", "Remark"), _sources(summary)),
        Table(f"Counts and dollars per kind{of_all(summary)}", ("Kind", "Code", "Items", "At stake"), _kinds(summary), frozenset({3})),
        Table(
            f"Kept out of this list{of_all(summary)}", ("Tray", "Meaning", "Items", "At stake"), trays(summary),
            frozenset({3}),
        ),
        Table("Cannot be known from these sources", ("Kind", "Code", "Why"), unknown(summary)),
    ]  # fmt: skip


def of_all(summary: ListSummary) -> str:
    """For headings of counts, which are always of the whole practice: a narrowed list says so."""
    return ", in the whole practice" if any(summary.filters.values()) else ""


def kept_out(summary: ListSummary) -> dict[str, tuple[int, int]]:
    """Name -> `(items, cents)` of the trays that hold something and were not asked for."""
    asked, statuses = summary.filters.get("tray", "today"), summary.filters.get("status", "").split(", ")
    return {
        name: held
        for name, held in summary.trays.items()
        if held[0] and name != "today" and not ("SNOOZED" in statuses if name == "snoozed" else asked in (name, "all"))
    }


def trays(summary: ListSummary) -> tuple[tuple[Value, ...], ...]:
    """`(name, meaning, items, cents)` for every tray that is kept out, else one row that says so."""
    return tuple(
        (name.replace("_", " "), words.TRAYS.get(name, ""), items, cents)
        for name, (items, cents) in kept_out(summary).items()
    ) or (("nothing",),)


def unknown(summary: ListSummary) -> tuple[tuple[Value, ...], ...]:
    """`(title, code, reason)`: the other answer besides "nothing outstanding"."""
    return tuple((title, code, reason) for code, title, reason in summary.unknown) or (
        ("every kind of the catalogue can be answered",),
    )


def _origin(items: Sequence[ItemRow], summary: ListSummary) -> tuple[tuple[Value, ...], ...]:
    chosen = "; ".join(f"{name}: {value}" for name, value in summary.filters.items() if value)
    listed = totals.total(items)
    return (
        ("Practice", summary.practice_name),
        ("As of", words.long_day(summary.as_of)),
        ("Made at", f"{words.moment(summary.made_at, summary.timezone)} ({summary.timezone})"),
        ("Made for", summary.asked_by),
        ("Filters", chosen or "none: everything that is outstanding"),
        ("Items in the list", listed.items),
        (
            "Money",
            "dollars at stake; sums leave out what only shows an overstatement, and count once what two items share",
        ),
        ("Care", "this file holds patient information: keep it inside the practice"),
    )


def _sources(summary: ListSummary) -> tuple[tuple[Value, ...], ...]:
    return tuple(
        (
            f"{source.label} ({source.source})" if source.label != source.source else source.source,
            words.LIGHTS.get(source.light, source.light),
            words.age(source.as_of, summary.made_at, summary.timezone),
            source.detail,
        )
        for source in summary.sources
    ) or (("no source is set up",),)


def _kinds(summary: ListSummary) -> tuple[tuple[Value, ...], ...]:
    return tuple((title, code, items, cents) for code, title, items, cents in summary.kinds) or (("no items",),)
