"""999, 997 and TA1: which file, set or claim was taken or sent back, and that no value of a claim is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from era_writer import USUAL, Marks, interchange

Reader = Callable[..., Any]

# The example of reference clearinghouse-x12 §9, its comments left out.
REJECTED = [
    ["AK1", "HC", "2120", "005010X224A2"],
    ["AK2", "837", "3456", "005010X224A2"],
    ["IK3", "SV3", "22", "2400", "8"],
    ["CTX", "CLM01\x1f26403774"],
    ["IK4", "2", "782", "7", "SECRETVALUE"],
    ["IK5", "R", "5"],
    ["AK9", "P", "3", "3", "2"],
]


def answer(*bodies: list[list[str]], marks: Marks = USUAL, name: str = "999*005010X231A1", control: int = 1) -> str:
    return interchange([(name, body) for body in bodies], marks, control=control)


def one_set(verdict: list[str], *errors: list[str], group: str = "2120") -> list[list[str]]:
    return [
        ["AK1", "HC", group],
        ["AK2", "837", "0001"],
        *errors,
        ["IK5", *verdict],
        ["AK9", verdict[0], "1", "1", "1"],
    ]


def ta1(*elements: str, usage: str = "P", sender: str = "PAYER") -> str:
    """An interchange that holds a TA1 and nothing else."""
    isa, _, rest = interchange([], usage=usage).partition("GS*")
    closing = rest[rest.index("IEA*") :].replace("IEA*1*", "IEA*0*")
    return isa.replace("PAYER".ljust(15), sender.ljust(15)) + "*".join(("TA1", *elements)) + "~\n" + closing


def brief(event: dict[str, object]) -> tuple[object, ...]:
    return tuple(event[name] for name in ("set_number", "claim_number", "category", "outcome", "errors"))


def test_the_example_of_the_reference_rejects_its_set_and_names_its_claim(read: Reader) -> None:
    got = read(answer(REJECTED))
    errors = "|SV3@22 2400:8|SV302:7|"
    assert [brief(event) for event in got.rows("claim_event")] == [
        ("3456", None, "R", "REJECTED", errors),
        ("3456", "26403774", "R", "REJECTED", errors),
    ]
    event = got.rows("claim_event")[0]
    assert (event["kind"], event["group_number"], event["status_code"], event["speaker"]) == (
        "999",
        "2120",
        "5",
        "UNKNOWN",
    )
    assert (event["happened_on"], event["batch_ref"], event["flags"]) == ("2026-03-01", None, None)
    assert got.one("x12_set")["records"] == 2 and got.one("x12_set")["unknown"] is None
    assert not got.bad


def test_the_bad_value_is_kept_nowhere(read: Reader) -> None:
    got = read(answer(REJECTED))
    assert all("SECRET" not in str(page.rows) for page in got.pages)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [("A", "RECEIVED"), ("E", "RECEIVED"), ("R", "REJECTED"), ("M", "REJECTED"), ("W", "REJECTED"), ("X", "REJECTED"),
     ("P", "UNKNOWN"), ("", "UNKNOWN")],
)  # fmt: skip
def test_the_verdict_on_a_set_is_one_of_two_things(verdict: str, expected: str, read: Reader) -> None:
    body = [["AK1", "HC", "1"], ["AK2", "837", "0001"], ["IK5", verdict], ["AK9", "A", "1", "1", "1"]]
    assert read(answer(body)).one("claim_event")["outcome"] == expected


def test_each_set_of_a_partly_accepted_group_has_its_own_verdict(read: Reader) -> None:
    """Three sets, the second rejected: claims of the first and third are received."""
    body = [["AK1", "HC", "17456"]]
    for number, verdict in (("0001", "A"), ("0002", "R"), ("0003", "E")):
        body += [["AK2", "837", number], ["IK5", verdict]]
    got = read(answer([*body, ["AK9", "P", "3", "3", "2"]]))
    assert [(e["set_number"], e["outcome"]) for e in got.rows("claim_event")] == [
        ("0001", "RECEIVED"), ("0002", "REJECTED"), ("0003", "RECEIVED"),
    ]  # fmt: skip


def test_errors_belong_to_the_claim_whose_context_stands_with_them(read: Reader) -> None:
    body = one_set(
        ["R", "5"],
        ["IK3", "CLM", "22", "", "8"], ["CTX", "CLM01\x1fK1"], ["IK4", "2\x1f1", "782", "1"],
        ["IK3", "REF", "57", "", "3"], ["CTX", "SITUATIONAL TRIGGER", "CLM", "43", "", "5\x1f3"], ["CTX", "CLM01\x1fK2"],
        ["IK3", "NM1", "9", "", "1"], ["CTX", "SUBSCRIBER NAME NM109\x1fSECRET"],
    )  # fmt: skip
    got = read(answer(body))
    assert [brief(event)[1:] for event in got.rows("claim_event")] == [
        (None, "R", "REJECTED", "|CLM@22:8|CLM02-1:1|REF@57:3|NM1@9:1|"),
        ("K1", "R", "REJECTED", "|CLM@22:8|CLM02-1:1|"),
        ("K2", "R", "REJECTED", "|REF@57:3|"),
    ]
    assert all("SECRET" not in str(page.rows) for page in got.pages)


def test_a_group_without_sets_is_one_event(read: Reader) -> None:
    event = read(answer([["AK1", "HC", "77"], ["AK9", "R", "4", "4", "0", "1", "3"]])).one("claim_event")
    assert (event["group_number"], event["set_number"], event["outcome"], event["status_code"]) == (
        "77",
        None,
        "REJECTED",
        "1",
    )
    assert event["flags"] == "|group level|accepted 0 of 4 sets|also 3|"


def test_a_rejected_group_is_said_although_its_sets_were_accepted(read: Reader) -> None:
    body = one_set(["A"])
    body[-1] = ["AK9", "R", "1", "1", "0"]
    assert [(e["set_number"], e["outcome"]) for e in read(answer(body)).rows("claim_event")] == [
        ("0001", "RECEIVED"), (None, "REJECTED"),
    ]  # fmt: skip


def test_a_set_without_verdict_is_unknown_and_the_group_speaks(read: Reader) -> None:
    body = [
        ["AK1", "HC", "1"],
        ["AK2", "837", "0001"],
        ["AK2", "837", "0002"],
        ["IK5", "A"],
        ["AK9", "A", "2", "2", "2"],
    ]
    assert [(e["set_number"], e["outcome"], e["flags"]) for e in read(answer(body)).rows("claim_event")] == [
        ("0001", "UNKNOWN", "|no verdict|"), ("0002", "RECEIVED", None),
        (None, "RECEIVED", "|group level|accepted 2 of 2 sets|"),
    ]  # fmt: skip


def test_a_997_says_the_same_in_its_own_segments(read: Reader) -> None:
    old = {"IK3": "AK3", "IK4": "AK4", "IK5": "AK5"}
    body = [[old.get(segment[0], segment[0]), *segment[1:]] for segment in REJECTED if segment[0] != "CTX"]
    event = read(answer(body, name="997")).one("claim_event")
    assert (event["kind"], *brief(event)) == ("997", "3456", None, "R", "REJECTED", "|SV3@22 2400:8|SV302:7|")


def test_an_answer_to_something_else_than_claims_says_so(read: Reader) -> None:
    body = one_set(["R", "5"])
    body[0], body[1] = ["AK1", "HS", "9"], ["AK2", "270", "0001"]
    assert read(answer(body)).one("claim_event")["flags"] == "|answers HS|"


def test_many_errors_are_kept_up_to_a_bound(read: Reader) -> None:
    body = one_set(["R"], *(["IK3", "SV3", str(position), "2400", "8"] for position in range(1, 101)))
    words = str(read(answer(body)).one("claim_event")["errors"]).strip("|").split("|")
    assert len(words) == 31 and words[0] == "SV3@1 2400:8" and words[-1] == "+70"


def test_the_same_answer_is_one_event_and_tomorrows_another(read: Reader) -> None:
    """Control numbers start again every day and the 999 carries no date, so that of its envelope counts."""

    def key(text: str) -> object:
        return read(text, name="other").one("claim_event")["source_key"]

    said = key(answer(one_set(["A"])))
    assert said == key(answer(one_set(["A"]), control=7, marks=Marks("|", ">", "!")))
    others = {
        key(answer(one_set(["A"])).replace("*20260301*", "*20260302*")),
        key(answer(one_set(["R"]))),
        key(answer(one_set(["A"], group="2121"))),
        key(answer(one_set(["A"])).replace("PAYER".ljust(15), "OTHER".ljust(15))),
    }
    assert len(others | {said}) == 5


def test_a_damaged_answer_shows_no_text_as_a_code(read: Reader) -> None:
    body = one_set(["R", "Smith, Ana"], ["IK3", "Smith Ana", "22", "2400", "8"], ["IK4", "2", "782", "Smith!"])
    event = read(answer(body)).one("claim_event")
    assert (event["errors"], event["status_code"]) == ("|?@22 2400:8|?02:?|", "?")


# TA1 ---------------------------------------------------------------------------------------------------------------


def test_a_rejected_interchange_is_one_event_for_the_whole_file(read: Reader) -> None:
    """The example of reference clearinghouse-x12 §8: interchange 905 of 5 July 2005, rejected, test indicator wrong."""
    got = read(ta1("000000905", "050705", "1112", "R", "020"))
    event = got.one("claim_event")
    assert (event["kind"], event["interchange_number"], event["category"], event["status_code"]) == (
        "TA1", "000000905", "R", "020",
    )  # fmt: skip
    assert (event["outcome"], event["happened_on"], event["flags"]) == ("REJECTED", "2026-03-01", "|of 050705|")
    assert (event["claim_number"], event["set_number"], event["group_number"]) == (None, None, None)
    listed = got.one("x12_set")
    assert (listed["set_name"], listed["records"], listed["segments"], listed["flags"]) == ("TA1", 1, 1, None)
    assert not got.bad


@pytest.mark.parametrize(
    ("verdict", "expected"), [("A", "RECEIVED"), ("E", "RECEIVED"), ("R", "REJECTED"), ("?", "UNKNOWN")]
)
def test_the_verdict_on_an_interchange(verdict: str, expected: str, read: Reader) -> None:
    assert read(ta1("000000905", "050705", "1112", verdict, "000")).one("claim_event")["outcome"] == expected


def test_a_ta1_may_stand_before_the_groups_of_its_interchange(read: Reader) -> None:
    text = answer(one_set(["A"])).replace("GS*", "TA1*000000905*050705*1112*A*000~\nGS*", 1)
    got = read(text)
    assert [event["kind"] for event in got.rows("claim_event")] == ["TA1", "999"]
    assert [row["flags"] for row in got.rows("x12_set")] == [None, None]


def test_letters_ta1_inside_a_set_are_no_acknowledgement(read: Reader) -> None:
    got = read(answer([*one_set(["A"]), ["TA1", "000000905", "050705", "1112", "R", "020"]]))
    assert [event["kind"] for event in got.rows("claim_event")] == ["999"]
    assert got.one("x12_set")["unknown"] == "|TA1:1|"


def test_a_ta1_of_a_test_interchange_is_set_aside(read: Reader) -> None:
    got = read(ta1("1", "050705", "1112", "R", "020", usage="T"))
    assert not got.rows("claim_event") and got.one("x12_set")["state"] == "SET_ASIDE"
    assert got.bad[0].message.startswith("HUB-X05 TA1 at segment 2 ")


def test_ta1s_of_two_receivers_are_two_events(read: Reader) -> None:
    keys = {
        read(ta1("1", "050705", "1112", "A", "000", sender=sender)).one("claim_event")["source_key"] for sender in "AB"
    }
    assert len(keys) == 2
