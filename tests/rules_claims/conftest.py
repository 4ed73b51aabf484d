"""A plain database and one call that links the facts, asks a rule as of the catalogue's day, and scores its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from hub.contract import Finding, Rule
from hub.link import link_claims, link_people
from hub.model import METADATA
from hub.reconcile.engine import rule_settings
from hub.reconcile.score import score
from tests.rows import AS_OF, OBSERVED, Row, insert, view

Ask = Callable[..., list[Finding]]


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as open_connection:
        yield open_connection
    engine.dispose()


@pytest.fixture
def ask(connection: Connection) -> Ask:
    """`ask(rule, rows, as_of, **settings)`: store, link, ask; rows may be empty to ask again."""

    def of(rule: type[Rule], rows: Iterable[Row] = (), as_of: date = AS_OF, **settings: Any) -> list[Finding]:
        insert(connection, rows)
        link_claims(connection, "main", OBSERVED)
        link_people(connection, "main", OBSERVED)
        return list(rule().findings(view(connection, rule_settings(rule, settings), as_of)))

    return of


@pytest.fixture
def points(connection: Connection) -> Callable[[Finding], int]:
    """P of a finding as of the catalogue's day."""

    def of(finding: Finding) -> int:
        return score(finding, AS_OF, view(connection, rule_settings(Rule, {})).workdays).priority

    return of
