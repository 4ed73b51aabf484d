"""Excel exports through the whole sync: a workbook is recognised by its labels however large it is and wherever they stand."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest
from sync_office import MAPPING, Office, export

LABELS = ["Patient ID", "Last Name", "First Name", "Birthdate", "Balance"]
HEAD_SIZE = 65_536  # what a connector is shown of a file


def workbook(count: int, *, cover: Sequence[str] = (), labels: Sequence[str] = LABELS) -> bytes:
    """`count` patients in the last sheet; with `cover` a sheet of that text stands before it."""
    book = openpyxl.Workbook()
    sheet = book.active
    if cover:
        sheet.title = "Cover"
        sheet.append(list(cover))
        sheet = book.create_sheet()
    sheet.title = "Patients"
    sheet.append(list(labels))
    for n in range(1, count + 1):
        sheet.append([str(n), f"Name{n * 7919 % 99991}", f"First{n * 104729 % 99991}", "04/09/1981", n + 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_larger_than_its_head_is_read(plain_office: Office) -> None:
    content = workbook(4_000)
    assert len(content) > 100_000 > HEAD_SIZE
    plain_office.deliver(content, "patients.xlsx")
    result = plain_office.sync()
    assert (result.status, result.counts.read, result.counts.new) == ("succeeded", 4_000, 4_000)
    assert plain_office.patients()["4000"] == ("Name78844", 400_050)  # 4000 * 7919 % 99991, and 4000.50


def test_a_list_that_grows_over_the_limit_is_still_recognised(plain_office: Office) -> None:
    small = workbook(50)
    assert len(small) < HEAD_SIZE
    plain_office.deliver(small, "patients.xlsx")
    assert plain_office.sync().counts.new == 50
    plain_office.deliver(workbook(4_000), "patients.xlsx")
    result = plain_office.sync()
    assert (result.status, result.counts.read, result.counts.same) == ("succeeded", 4_000, 50)


def test_a_large_workbook_that_lacks_a_column_is_told(plain_office: Office) -> None:
    plain_office.deliver(workbook(4_000, labels=[*LABELS[:4], "Owed"]), "patients.xlsx")
    (outcome,) = plain_office.sync().outcomes
    assert 'HUB-C12 pms: patients.xlsx looks like test/patients but has no column "Balance"' in str(outcome.problem)


@pytest.mark.parametrize("count", [3, 4_000])
def test_the_declared_sheet_is_looked_at(plain_office: Office, count: int) -> None:
    plain_office.mapping(MAPPING + '[file]\nsheet = "Patients"\n')
    plain_office.deliver(workbook(count, cover=["Lakeside Dental"]), "patients.xlsx")
    assert plain_office.sync().counts.new == count


def test_a_declared_sheet_that_is_not_there_is_told(plain_office: Office) -> None:
    plain_office.mapping(MAPPING + '[file]\nsheet = "Members"\n')
    plain_office.deliver(workbook(3), "patients.xlsx")
    (outcome,) = plain_office.sync().outcomes
    assert "HUB-C18" in str(outcome.problem) and 'no sheet "Members"' in str(outcome.problem)


def test_a_workbook_of_something_else_stays_where_it_lies(plain_office: Office) -> None:
    plain_office.deliver(workbook(4_000, labels=["a", "b", "c", "d", "e"]), "other.xlsx")
    plain_office.deliver(b"PK\x03\x04" + b"x" * 100_000, "damaged.xlsx")
    plain_office.deliver(export([(1, "Lopez", "1.00")]))
    result = plain_office.sync()
    assert (result.status, result.counts.new, len(result.outcomes)) == ("succeeded", 1, 1)
