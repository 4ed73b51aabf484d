"""Both databases, and one call that stores and links facts, asks a rule as of the catalogue's day, and forgets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.contract import Finding, Rule
from hub.link import link_claims, link_people
from hub.reconcile.engine import rule_settings
from hub.reconcile.score import score
from hub.workdays import Workdays
from tests.rows import AS_OF, CLOSED, OBSERVED, Row, connection, engine, insert, view  # noqa: F401 - fixtures

Ask = Callable[..., list[Finding]]


@pytest.fixture
def ask(connection: Connection) -> Ask:  # noqa: F811 - the fixture
    """`ask(rule, rows, as_of, **settings)`: the findings in a stable order."""

    def of(rule: type[Rule], rows: Iterable[Row], as_of: date = AS_OF, **settings: Any) -> list[Finding]:
        with connection.begin_nested() as savepoint:
            insert(connection, rows)
            link_claims(connection, "main", OBSERVED)
            link_people(connection, "main", OBSERVED)
            try:
                findings = list(rule().findings(view(connection, rule_settings(rule, settings), as_of)))
            finally:
                savepoint.rollback()
        return sorted(findings, key=lambda finding: (finding.subject, finding.discriminator))

    return of


@pytest.fixture
def points() -> Callable[[Finding], int]:
    """P of a finding as of the catalogue's day."""
    return lambda finding: score(finding, AS_OF, Workdays(closures=[CLOSED])).priority
