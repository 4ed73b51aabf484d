"""Ready facts hold the types that the contract promises (docs/connector.md): text, whole cents, bool, date, aware moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from cloud_office import END, ApiOffice, people

from hub.contract import Facts, Stream
from hub.errors import HubBug
from hub.model import ENTITIES
from hub.sync.ready import Prepared, prepare

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def _prepared(entity: str, *named: tuple[str, object]) -> Prepared:
    """One page of two rows: the first knows nothing, the second has the named values."""
    columns = ("source_key", *(name for name, _value in named))
    rows = [("a", *(None for _each in named)), ("b", *(value for _name, value in named))]
    return prepare(Facts(entity, columns, rows), "cloud", Stream("all", tuple(ENTITIES)))


WRONG = {
    "a day as Americans write it": ("recall_due", "due_date", "11/24/2026", "a date, or its text YYYY-MM-DD"),
    "a day without dashes": ("recall_due", "due_date", "20261124", "a date, or its text YYYY-MM-DD"),
    "a week, which Python takes for a day": ("recall_due", "due_date", "2026-W01-1", "a date, or its text YYYY-MM-DD"),
    "a day that is none": ("recall_due", "due_date", "2026-02-30", "a date, or its text YYYY-MM-DD"),
    "a moment for a day": ("recall_due", "due_date", NOON, "a date, or its text YYYY-MM-DD"),
    "a number for a day": ("recall_due", "due_date", 20261124, "a date, or its text YYYY-MM-DD"),
    "an empty text for no day": ("recall_due", "due_date", "", "a date, or its text YYYY-MM-DD"),
    "dollars with a point": ("ledger_entry", "amount_cents", 123.45, "a whole number (money: cents)"),
    "dollars as text": ("ledger_entry", "amount_cents", "$123.45", "a whole number (money: cents)"),
    "cents as text": ("ledger_entry", "amount_cents", "12345", "a whole number (money: cents)"),
    "a truth for a number": ("ledger_entry", "amount_cents", True, "a whole number (money: cents)"),
    "a number for a truth": ("remit", "balanced", 1, "True or False"),
    "a word for a truth": ("remit", "balanced", "yes", "True or False"),
    "a number for a text": ("patient", "last_name", 7, "text"),
    "bytes for a text": ("patient", "last_name", b"Lopez", "text"),
    "a naive moment": ("remit", "received_at", datetime(2026, 3, 10, 12, 0), "a datetime with its time zone"),
    "a day for a moment": ("remit", "received_at", date(2026, 3, 10), "a datetime with its time zone"),
    "a moment as text of another form": ("remit", "received_at", "2026-03-10T12:00:00Z", "a datetime with its time zone"),
    "a moment without its fraction": ("remit", "received_at", "2026-03-10 12:00:00", "a datetime with its time zone"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_value_of_another_type_is_refused_by_column_and_never_shown(case: str) -> None:
    entity, column, value, wanted = WRONG[case]
    with pytest.raises(HubBug) as caught:
        _prepared(entity, (column, value))
    said = str(caught.value)
    assert said.startswith("HUB-P06 ") and f"{entity}.{column}" in said and wanted in said and "cloud" in said
    if isinstance(value, str) and value:
        assert value not in said


def test_a_key_is_text_and_never_absent() -> None:
    for key in (5, None):
        with pytest.raises(HubBug, match=r"HUB-P06 .*patient\.source_key wants text"):
            prepare(Facts("patient", ("source_key",), [("4",), (key,)]), "cloud", Stream("all", ("patient",)))


def test_rows_as_long_as_their_columns_only() -> None:
    for row in (("1",), ("1", "Lopez", "Ann")):
        with pytest.raises(HubBug, match="HUB-P05 .*rows of patient with more or fewer values than its 2 columns"):
            prepare(Facts("patient", ("source_key", "last_name"), [("0", "Kim"), row]), "cloud", Stream("all", ("patient",)))


def test_what_the_contract_allows_is_stored_as_before() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=-5)))
    page = _prepared(
        "remit", ("payer_name", "Delta"), ("amount_cents", -12345), ("balanced", False), ("payment_date", date(2026, 3, 9)),
        ("production_date", "2026-03-08"), ("received_at", east), ("trace", None),
    )  # fmt: skip
    moment = "2026-03-10 12:00:00.000000"
    assert page.rows[1] == ("b", "Delta", -12345, False, "2026-03-09", "2026-03-08", moment, None)
    assert page.filled == ["source_key", "payer_name", "amount_cents", "balanced", "payment_date", "production_date", "received_at"]
    assert _prepared("remit", ("received_at", moment)).rows[1] == ("b", moment), "the text that the hub stores"


def test_days_and_their_texts_may_stand_in_one_column() -> None:
    rows = [("1", "2026-03-08"), ("2", date(2026, 3, 9)), ("3", None)]
    page = prepare(Facts("recall_due", ("source_key", "due_date"), [*rows]), "cloud", Stream("all", ("recall_due",)))
    assert page.rows == [("1", "2026-03-08"), ("2", "2026-03-09"), ("3", None)]


def test_nothing_is_left_of_an_empty_page() -> None:
    page = prepare(Facts("patient", ("source_key", "last_name"), []), "cloud", Stream("all", ("patient",)))
    assert (page.rows, page.filled) == ([], [])


def test_a_page_with_a_wrong_type_is_not_stored_and_the_stream_says_so(cloud: ApiOffice) -> None:
    """What was so stored closed every open item of its kind: the text of a day compares as text."""
    cloud.api.streams = (Stream("recalls", ("recall_due",)), Stream("people", ("patient",), deletes="marks"))
    cloud.api.answers = {"recalls": [Facts("recall_due", ("source_key", "due_date"), [("1", "11/24/2026")]), END], "people": [people("1"), END]}
    result = cloud.sync()
    assert result.status == "partial" and cloud.rows("recall_due") == [] and cloud.live() == {"1"}
    (told,) = [row["message"] for row in cloud.rows("run_stream") if row["stream"] == "recalls"]
    assert "HUB-P06" in str(told) and "recall_due.due_date" in str(told) and "11/24" not in str(told)
