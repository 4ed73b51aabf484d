"""A plain database with the shared model, and what a link pass decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select

from hub.model import METADATA, TABLES


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as open_connection:
        yield open_connection
    engine.dispose()


@pytest.fixture
def links(connection: Connection) -> Any:
    """`links(key)`: (state, to_key, rule, candidates) of the link that starts at a fact; None when there is none."""

    def of(key: str) -> tuple[Any, ...] | None:
        x = TABLES["xref"]
        row = connection.execute(select(x.c.state, x.c.to_key, x.c.rule, x.c.candidates).where(x.c.from_key == key)).first()
        return tuple(row) if row else None

    return of
