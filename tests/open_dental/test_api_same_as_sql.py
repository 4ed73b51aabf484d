"""The API and the database of one office say the same, cell by cell: two ways that share nothing but the queries' text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.open_dental.api.office import Office, make_office
from connectors.open_dental.api.pull import pull_from
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.api.short_query import known_columns
from connectors.open_dental.render import Version, columns_for, select_page
from connectors.open_dental.streams import BY_NAME
from hub.clock import FixedClock
from hub.contract import BadRow, Rows, SourceContext
from hub.demo.open_dental import OpenDental
from hub.demo.open_dental.api_server import ApiServer
from hub.errors import HubError
from tests.open_dental.office.mariadb import Loaded

pytestmark = pytest.mark.mariadb

# Without the permission Queries the API does not know these: DateSentOrig of a claim that was sent twice, and the day of
# an acknowledgement, which belongs to no patient; the sending's own day stands for it.
NOT_EXPOSED = {("claims", "first_sent_on"), ("claims", "last_sent_on"), ("claim_answers", "answered_on")}
NEEDS_QUERIES = {"patient_links", "office_days"}
# What the mappings of other kinds of items rest on must be among the labels that the API tells without Queries.
MUST_TELL = {
    "patients": {"last_name", "born_on", "guarantor_id", "balance", "balance_as_of"},
    "procedures": {"plan_id", "fee", "insurance_share", "writeoff_share", "patient_share", "status"},
    "claim_lines": {"status", "paid", "expected", "line_number"},
    "coverages": {"carrier", "member_id", "verified_on", "plan_id"},
    "recalls": {"recall_type", "due_on", "is_hidden_type"},
    "payments": {"amount", "payment_kind"},
    "consents": {"boxes", "signed_on"},
}


def _run(loaded: Loaded, sql: str) -> list[dict[str, object]]:
    with loaded.root.cursor() as cursor:
        cursor.execute(sql)
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module", params=["ReadAll", "Queries"])
def asked(request: pytest.FixtureRequest, untouched_office: OpenDental, untouched_mariadb: Loaded) -> Iterator[Office]:
    """The office's API on site, with a free key and with one that may run queries."""
    allowed = {"ReadAll", request.param}
    with ApiServer(
        untouched_office, mode="service", permissions=allowed, run_query=lambda sql: _run(untouched_mariadb, sql)
    ) as api:
        own = ApiSettings(developer_key=api.keys[0], customer_key=api.keys[1], service_url=api.url, remote_url="")  # type: ignore[arg-type]
        ctx = SourceContext(
            "main", "pms", "America/Chicago", own, FixedClock(datetime(2026, 3, 10, 13, 0, tzinfo=UTC)), Path()
        )
        made = make_office(ctx, own)
        yield made
        made.client.close()


class _Direct:
    """Stands for an office whose database answers queries itself."""

    columns: object = None

    def __init__(self, loaded: Loaded) -> None:
        self.client = self
        self.loaded = loaded

    def query(self, sql: str) -> object:
        return _run(self.loaded, sql)


@pytest.mark.parametrize("stream", sorted(BY_NAME))
def test_both_ways_give_the_same_rows(asked: Office, untouched_mariadb: Loaded, stream: str) -> None:
    query = BY_NAME[stream]
    names = known_columns(_Direct(untouched_mariadb)).names  # type: ignore[arg-type]
    version = Version(names | {f"{name}!" for name in names})  # slow without an index, but not wrong
    labels = [column.label for column in columns_for(query, version)]
    sql = {
        str(row[labels[0]]): {label: str(row[label]) for label in labels}
        for row in _run(untouched_mariadb, select_page(query, version))
    }
    told: dict[str, dict[str, str]] = {}
    try:
        for part in pull_from(asked, query, None):
            assert not isinstance(part, BadRow), part.message
            if isinstance(part, Rows):
                for row in part.rows:
                    told.setdefault(str(row[0]), {}).update(zip(part.columns, map(str, row), strict=True))
    except HubError as error:
        assert (stream in NEEDS_QUERIES, asked.may_query, error.code) == (True, False, "HUB-U06")
        return
    taken = {key for key, row in sql.items() if any(each.takes(labels, [*row.values()]) for each in query.targets)}
    assert told.keys() == taken
    known = {label for row in told.values() for label in row}
    assert known >= (MUST_TELL.get(stream, set()) if told else set())
    for key, row in told.items():
        for label, cell in row.items():
            if label in sql[key] and (asked.may_query or (stream, label) not in NOT_EXPOSED):
                assert (key, label, cell) == (key, label, sql[key][label])
