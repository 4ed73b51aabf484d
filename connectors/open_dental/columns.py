"""Short ways to write the columns of a query (see `connectors.open_dental.shape.Column`), and the joins that recur."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.open_dental.shape import Column, Join, Kind

OfRecord = Callable[[Mapping[str, object]], str]


def key(label: str, sql: str, api: str | None = None, needs: tuple[str, ...] = ()) -> Column:
    """A primary or foreign key; "0" is none."""
    return Column(label, sql, "key", api, needs=needs)


def text(
    label: str, sql: str, api: str | None = None, needs: tuple[str, ...] = (), of_record: OfRecord | None = None
) -> Column:
    return Column(label, sql, "text", api, needs=needs, of_record=of_record)


def day(
    label: str, sql: str, api: str | None = None, needs: tuple[str, ...] = (), of_record: OfRecord | None = None
) -> Column:
    return Column(label, sql, "date", api, needs=needs, of_record=of_record)


def moment(label: str, sql: str, api: str | None = None) -> Column:
    return Column(label, sql, "moment", api)


def money(
    label: str, sql: str, api: str | None = None, needs: tuple[str, ...] = (), of_record: OfRecord | None = None
) -> Column:
    return Column(label, sql, "money", api, needs=needs, of_record=of_record)


def flag(label: str, sql: str, api: str | None = None, of_record: OfRecord | None = None) -> Column:
    return Column(label, sql, "flag", api, of_record=of_record)


def number(
    label: str, sql: str, api: str | None = None, needs: tuple[str, ...] = (), of_record: OfRecord | None = None
) -> Column:
    return Column(label, sql, "int", api, needs=needs, of_record=of_record)


def word(label: str, sql: str, words: Mapping[str, str], api: str | None = None) -> Column:
    """An enumeration: the database's integer."""
    kind: Kind = "enum"
    return Column(label, sql, kind, api, words)


def clinic() -> Column:
    return key("clinic_id", "t.ClinicNum")


def definition(alias: str, column: str) -> Join:
    """The office's own word behind a number of `t`."""
    return Join(alias, "definition", f"{alias}.DefNum = {column}")
