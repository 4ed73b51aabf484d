"""Every delivered transaction set is listed once: read, set aside or not read; whatever its envelope says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from era_writer import Claim, Era, Line, Marks, interchange, segments, write

Reader = Callable[..., Any]

ERA = Era([Claim("K1", [Line("D2740", 100_00)]), Claim("K2", [Line("D0120", 50_00)])])
STRANGE = [["BGN", "00", "1"], ["REF", "38", "G1"]]


def test_a_set_that_is_read_says_what_its_envelope_says(read: Reader) -> None:
    row = read(write([ERA], control=905), name="a.835").one("x12_set")
    columns = (
        "set_name",
        "guide",
        "sender",
        "receiver",
        "interchange_number",
        "group_number",
        "set_number",
        "created_on",
    )
    assert tuple(row[name] for name in columns) == (
        "835", "005010X221A1", "PAYER", "OFFICE", "000000905", "905", "0001", "2026-03-01",
    )  # fmt: skip
    # ST, 10 of the head, 4 for each of two claims, SE
    assert (row["segments"], row["records"], row["state"], row["is_test"]) == (20, 2, "READ", False)
    assert (row["unknown"], row["flags"], row["file_name"], row["locator"]) == (None, None, "a.835", 3)


def test_a_set_that_nobody_reads_is_listed(read: Reader) -> None:
    got = read(interchange([("834*005010X220A1", STRANGE), ("270*005010X279A1", [["BHT", "0022"]])]))
    assert [(row["set_name"], row["state"], row["records"], row["segments"]) for row in got.rows("x12_set")] == [
        ("834", "NOT_READ", None, 4), ("270", "NOT_READ", None, 3),
    ]  # fmt: skip
    assert [page.entity for page in got.pages] == ["x12_set"] and not got.bad


def test_a_set_number_that_is_none_is_not_shown(read: Reader) -> None:
    row = read(interchange([("SMITH ANA", STRANGE)])).one("x12_set")
    assert (row["set_name"], row["state"]) == ("?", "NOT_READ")


def test_the_same_content_in_another_envelope_is_the_same_row(read: Reader) -> None:
    def key(text: str) -> object:
        return read(text, name="other").one("x12_set")["source_key"]

    for name, body in (("834", STRANGE), ("835", segments(ERA))):
        first = key(interchange([(name, body)]))
        assert first == key(interchange([(name, body)], Marks("|", ">", "!"), control=77))
        assert first == key(interchange([(name, body)], Marks("\x1d", "\x1e", "\x1c", "")))
        assert first == key(interchange([(name, [[*body[0], "", ""], *body[1:]])])), "empty elements at the end"
        assert first != key(interchange([(name, [*body, ["ZZZ", "1"]])]))
    assert len(read(interchange([("834", STRANGE)]) * 3).rows("x12_set")) == 1


def test_elements_and_components_are_not_mixed_up(read: Reader) -> None:
    """`A*B` and `A:B` must differ, also in a file whose own marks are those that the digest uses inside."""
    bodies = ([["ZZZ", "A", "B"]], [["ZZZ", "A\x1fB"]], [["ZZZ", "AB"]], [["ZZZ", "A"], ["B"]])
    for marks in (Marks(), Marks("\x1f", "\x1e", "\x1d", "")):
        found = {read(interchange([("834", body)], marks)).one("x12_set")["source_key"] for body in bodies}
        assert len(found) == 4
    assert (
        len(
            {
                read(interchange([("834", bodies[0])], m)).one("x12_set")["source_key"]
                for m in (Marks(), Marks("\x1f", "\x1e", "\x1d", ""))
            }
        )
        == 1
    )


def test_counts_that_are_wrong_are_said(read: Reader) -> None:
    text = write([ERA])
    for old, new, flag in (
        ("SE*20*", "SE*99*", "|SE01 count|"), ("GE*1*", "GE*2*", "|GE01 count|"), ("IEA*1*", "IEA*2*", "|IEA01 count|"),
    ):  # fmt: skip
        assert old in text
        assert read(text.replace(old, new)).one("x12_set")["flags"] == flag


def test_a_cut_set_and_a_whole_one_are_two_rows(read: Reader) -> None:
    whole = write([ERA])
    cut = read(whole[: whole.index("SE*")]).one("x12_set")
    assert (cut["state"], cut["flags"], cut["records"]) == ("SET_ASIDE", "|no SE|truncated|", None)
    assert cut["source_key"] != read(whole).one("x12_set")["source_key"]


def test_a_test_set_and_a_real_one_are_two_rows(read: Reader) -> None:
    test = read(write([ERA], usage="T")).one("x12_set")
    assert (test["state"], test["is_test"]) == ("SET_ASIDE", True)
    assert test["source_key"] != read(write([ERA])).one("x12_set")["source_key"]
    assert read(write([ERA], usage="T"), accept_test_files=True).one("x12_set")["state"] == "READ"


def test_a_set_for_somebody_else_is_listed_as_set_aside(read: Reader) -> None:
    got = read(write([ERA]), payee_npis=["1000000004"])
    assert got.one("x12_set")["state"] == "SET_ASIDE" and not got.rows("remit")


def test_a_body_without_envelope_is_listed(read: Reader) -> None:
    text = write([ERA])
    got = read(text[text.index("ST*") : text.index("GE*")]).one("x12_set")
    assert (got["sender"], got["interchange_number"], got["created_on"], got["flags"]) == (
        None,
        None,
        None,
        "|no envelope|",
    )


def test_the_day_of_the_interchange_stands_in_for_that_of_the_group(read: Reader) -> None:
    text = write([ERA]).replace("GS*HP*PAYER*OFFICE*20260301*", "GS*HP*PAYER*OFFICE**")
    assert read(text).one("x12_set")["created_on"] == "2026-03-01"
