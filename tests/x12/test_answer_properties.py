"""Properties of reading 999, 277 and 837: what was written comes back, and the same facts whatever the delimiters, the
wrapping, the size of the reads, the order and the envelopes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import sent_writer
from era_writer import Marks, interchange
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.clearinghouse import plan
from connectors.clearinghouse import read as reading
from hub.readers.x12 import read_blocks

Reader = Callable[..., Any]
Body = tuple[str, list[list[str]]]

IDS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=10)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ éÑü-'", min_size=1, max_size=10).map(str.strip).filter(bool)
CENTS = st.integers(0, 9_999_99)
DAYS = st.integers(1, 28).map(lambda day: f"202602{day:02d}")

# 999: (set number, verdict, [(segment, position, code, claim or "")])
ERRORS = st.lists(
    st.tuples(
        st.sampled_from(["SV3", "CLM", "REF"]), st.integers(1, 99), st.sampled_from(["1", "8", "I9"]), IDS | st.just("")
    ),
    max_size=3,
)
ANSWERED = st.lists(
    st.tuples(IDS, st.sampled_from("AERMWX"), ERRORS), min_size=1, max_size=4, unique_by=lambda each: each[0]
)


def ack_body(group: str, answered: list[tuple[str, str, list[tuple[str, int, str, str]]]]) -> Body:
    body = [["AK1", "HC", group]]
    for number, verdict, errors in answered:
        body.append(["AK2", "837", number])
        for tag, position, code, claim in errors:
            body.append(["IK3", tag, str(position), "", code])
            body += [["CTX", f"CLM01\x1f{claim}"]] if claim else []
        body.append(["IK5", verdict])
    return "999*005010X231A1", [*body, ["AK9", "P", "1", "1", "1"]]


# 277: (category, day, billed cents or None, claim number, payer's number, last name, number of lines with a status)
CLAIMS = st.lists(
    st.tuples(st.sampled_from(["A2", "A7", "P1", "P3", "F1", "F2", "D0", "E0"]), DAYS, st.none() | CENTS, IDS, IDS, NAMES, st.integers(0, 2)),
    min_size=1, max_size=4,
)  # fmt: skip


def status_body(reference: str, claims: list[tuple[str, str, int | None, str, str, str, int]]) -> Body:
    body = [["BHT", "0010", "08", reference, "20260302"], ["HL", "1", "", "20"], ["NM1", "PR", "2", "PLAN"]]
    for category, day, cents, number, payer_number, last, lines in claims:
        body += [
            ["HL", "2", "1", "22"],
            ["NM1", "IL", "1", last, "PAT", "", "", "", "MI", "M1"],
            ["TRN", "2", f"T{number}"],
        ]
        body.append(["STC", f"{category}\x1f20", day, "", "" if cents is None else sent_writer.money(cents)])
        body += [["REF", "EJ", number], ["REF", "1K", payer_number]]
        for line in range(lines):
            body += [["SVC", "AD\x1fD0120", "10.00", "0"], ["STC", f"{category}\x1f1", day], ["REF", "FJ", f"L{line}"]]
    return "277*005010X212", body


LINES = st.builds(
    sent_writer.SentLine, IDS.map(lambda text: "D" + text[:4]), CENTS, IDS, DAYS,
    st.lists(st.tuples(st.sampled_from(["1", "14", "32", "A"]), st.text("MODBFLI", max_size=3)), max_size=2),
    st.sampled_from(["", "10", "10\x1f20"]),
)  # fmt: skip
SENT = st.builds(
    sent_writer.Sent, IDS, st.lists(LINES, max_size=3), NAMES, NAMES, IDS, IDS, st.sampled_from("PST"), st.sampled_from("178"),
    st.booleans(), DAYS | st.just(""), st.none() | st.tuples(NAMES, NAMES), st.none() | CENTS,
)  # fmt: skip
SENDINGS = st.builds(
    sent_writer.Sending,
    st.lists(SENT, max_size=3),
    IDS,
    DAYS,
    st.sampled_from(["0800", "1730"]),
    st.sampled_from(["CH", "RP"]),
)


def sent_body(sending: sent_writer.Sending) -> Body:
    return "837*005010X224A2", sent_writer.segments(sending)


BODIES = st.one_of(
    st.builds(ack_body, IDS, ANSWERED), st.builds(status_body, IDS, CLAIMS), st.builds(sent_body, SENDINGS)
)
SEVERAL = st.lists(BODIES, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(ANSWERED)
def test_every_verdict_comes_back(read: Reader, answered: Any) -> None:
    words = {"A": "RECEIVED", "E": "RECEIVED", "R": "REJECTED", "M": "REJECTED", "W": "REJECTED", "X": "REJECTED"}
    expected: list[tuple[object, ...]] = []
    for number, verdict, errors in answered:
        labels = [(f"{tag}@{position}:{code}", claim) for tag, position, code, claim in errors]
        claims = list(dict.fromkeys(claim for _, claim in labels if claim))
        for claim in [None, *claims]:
            own = [label for label, of in labels if claim is None or of == claim]
            expected.append((number, claim, words[verdict], f"|{'|'.join(own)}|" if own else None))
    got = read(interchange([ack_body("7", answered)]))
    columns = ("set_number", "claim_number", "outcome", "errors")
    assert [tuple(event[name] for name in columns) for event in got.rows("claim_event")] == expected


@settings(max_examples=60, deadline=None)
@given(CLAIMS)
def test_every_status_comes_back(read: Reader, claims: Any) -> None:
    expected: list[tuple[object, ...]] = []
    for category, day, cents, number, payer_number, last, lines in claims:
        iso = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        expected.append((number, payer_number, last, category, iso, cents, None))
        expected += [(number, payer_number, last, category, iso, 10_00, f"L{line}") for line in range(lines)]
    columns = (
        "claim_number",
        "payer_claim_number",
        "patient_last",
        "category",
        "happened_on",
        "billed_cents",
        "line_number",
    )
    got = read(interchange([status_body("R1", claims)]))
    assert [tuple(event[name] for name in columns) for event in got.rows("claim_event")] == expected


@settings(max_examples=60, deadline=None)
@given(SENDINGS)
def test_every_sent_claim_comes_back(read: Reader, sending: sent_writer.Sending) -> None:
    got = read(interchange([sent_body(sending)]))
    assert [
        (row["claim_number"], row["billed_cents"], row["patient_last"], row["member_id"], row["payer_number"], row["line_count"])
        for row in got.rows("sent_claim")
    ] == [
        (each.number, each.charge, each.dependent[0] if each.dependent else each.last, each.member, each.payer, len(each.lines))
        for each in sending.claims
    ]  # fmt: skip
    assert [(row["code"], row["billed_cents"], row["line_number"]) for row in got.rows("sent_line")] == [
        (line.code, line.charge, line.number) for each in sending.claims for line in each.lines
    ]
    for row, each in zip(got.rows("sent_claim"), sending.claims, strict=True):
        assert row["balanced"] == (each.charge == sum(line.charge for line in each.lines))


@settings(max_examples=50, deadline=None)
@given(
    SEVERAL,
    st.sampled_from(
        [Marks("|", ">", "!"), Marks("*", ":", "\n", ""), Marks("\x1d", "\x1f", "\x1c", ""), Marks(after="\r\n  ")]
    ),
    st.integers(20, 200),
)
def test_facts_do_not_depend_on_delimiters_wrapping_or_line_ends(
    read: Reader, bodies: list[Body], marks: Marks, width: int
) -> None:
    plain = interchange(bodies, Marks(after=""))
    expected = read(plain).said()
    assert read(interchange(bodies, marks)).said() == expected
    assert read("\r\n".join(plain[at : at + width] for at in range(0, len(plain), width))).said() == expected


@settings(max_examples=50, deadline=None)
@given(SEVERAL, st.integers(1, 9), st.integers(5, 300))
def test_facts_do_not_depend_on_the_size_of_the_reads(
    read: Reader, bodies: list[Body], segments: int, size: int
) -> None:
    text = interchange(bodies)
    expected = read(text)
    small = partial(read_blocks, size=size)
    with (
        patch.object(reading, "FEED_SEGMENTS", segments),
        patch.object(reading, "read_blocks", small),
        patch.object(plan, "read_blocks", small),
    ):
        got = read(text)
    for entity in ("claim_event", "sent_claim", "sent_line", "x12_set"):
        assert got.rows(entity) == expected.rows(entity)


@settings(max_examples=50, deadline=None)
@given(SEVERAL, st.randoms(use_true_random=False))
def test_facts_do_not_depend_on_order_repetition_or_envelopes(read: Reader, bodies: list[Body], chance: Any) -> None:
    expected = read(interchange(bodies)).said()
    files = [interchange([body], control=number) for number, body in enumerate(bodies + bodies, 1)]
    chance.shuffle(files)
    assert read("".join(files)).said() == expected


@settings(max_examples=30, deadline=None)
@given(SEVERAL)
def test_a_concatenation_holds_what_its_files_hold(read: Reader, bodies: list[Body]) -> None:
    files = [interchange([body], control=number) for number, body in enumerate(bodies, 1)]
    for entity, rows in read("".join(files)).said().items():
        assert rows == set().union(*(read(file).said().get(entity, set()) for file in files))


@settings(max_examples=20, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=2))
def test_a_file_cut_after_any_segment_holds_only_whole_sets(read: Reader, bodies: list[Body]) -> None:
    whole = interchange(bodies, Marks(after=""))
    everything = read(whole).said()
    for cut in [at + 1 for at, letter in enumerate(whole) if letter == "~"][2:-1]:
        got = read(whole[:cut])
        states = [row["state"] for row in got.rows("x12_set")]
        assert set(states) <= {"READ", "SET_ASIDE"} and states.count("SET_ASIDE") == len(got.bad)
        for entity, rows in got.said().items():
            assert rows <= everything[entity] or entity == "x12_set"
