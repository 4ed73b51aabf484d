"""No damage makes the reader fail or hang: bytes changed, cut, put in; segments lost, doubled, exchanged; of every sample
file and of files of our own writers. What is read keeps the contract (conftest checks every page)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import eligibility_writer
import pytest
import sent_writer
from conftest import SAMPLES, context
from era_writer import Claim, Era, Line, Marks, interchange, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.clearinghouse.connector import HEAD_BYTES, Clearinghouse
from connectors.clearinghouse.read import READERS
from hub.readers.x12 import source_lines

Reader = Callable[..., Any]

# Longer files only repeat what shorter ones say, and each example would take its time.
MOST_BYTES = 20_000
# What a person may ask to see in the file it came from.
LED_BACK = ("remit_claim", "claim_event", "sent_claim", "eligibility_check")
# A file of this size is read in milliseconds; a reader that takes seconds goes round in circles.
TIME = timedelta(seconds=5)


def _own() -> list[bytes]:
    """One small file of each kind that is read, so that the tests run without the samples too."""
    ack = [["AK1", "HC", "1"], ["AK2", "837", "1"], ["IK3", "SV3", "22", "2400", "8"], ["CTX", "CLM01\x1fK1"],
           ["IK4", "2", "782", "7", "X"], ["IK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]  # fmt: skip
    status = [["BHT", "0010", "08", "R", "20260302"], ["HL", "1", "", "20"], ["NM1", "PR", "2", "PLAN"], ["HL", "2", "1", "22"],
              ["NM1", "IL", "1", "DOE", "PAT"], ["TRN", "2", "T"], ["STC", "F1\x1f65\x1fQC", "20260301", "", "1", "2"],
              ["REF", "EJ", "K1"], ["SVC", "AD\x1fD1", "1", "0"], ["STC", "F2\x1f1"], ["REF", "FJ", "L1"]]  # fmt: skip
    era = Era([Claim("K1", [Line("D2740", 100_00, [("CO", "45", 20_00)], "L1")])], plb=[("WO", "X", 1_00)])
    sent = sent_writer.Sent("K1", [sent_writer.SentLine("D2740", 100_00, "L1", "20260210", [("14", "MO")], "10")])
    answers = interchange([("999*005010X231A1", ack), ("277*005010X212", status), ("277*005010X214", status)])
    older = [["AK1", "HC", "1"], ["AK2", "837", "1"], ["AK3", "SV3", "22", "2400", "8"], ["AK4", "2", "782", "7", "X"],
             ["AK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]  # fmt: skip
    benefits = eligibility_writer.answer("EB*1*IND*35", "EB*C*IND*35***23*50", "EB*F*IND*35***29*900", "AAA*Y**75*C")
    whole = [
        answers.replace("GS*", "TA1*1*050705*1112*R*020~\nGS*", 1),
        interchange([("997", older)]),
        benefits,
        write([era]),
        sent_writer.write([sent_writer.Sending([sent])]),
    ]
    return [text.encode() for text in (*whole, write([era], Marks("|", ">", "\n", "")))]


def _samples() -> list[bytes]:
    paths = sorted(path for path in SAMPLES.glob("*/*") if "LICENSE" not in path.name)
    return [raw for path in paths if len(raw := path.read_bytes()) <= MOST_BYTES]


OWN = _own()
FILES = OWN + _samples()
# (where, of 10,000 parts; what is done; how much; new bytes)
EDIT = st.tuples(
    st.integers(0, 9_999),
    st.sampled_from(["replace", "insert", "delete", "cut", "lose", "double", "exchange"]),
    st.integers(1, 40),
    st.binary(min_size=1, max_size=4)
    | st.sampled_from([b"~", b"*", b":", b"ISA*", b"SE*", b"~SE*1*1~", b"~CLP*", b"~HL*", b"\n", b"\0"]),
)
DAMAGED = st.tuples(st.sampled_from(FILES), st.lists(EDIT, min_size=1, max_size=5))


def damaged(raw: bytes, edits: list[tuple[int, str, int, bytes]]) -> bytes:
    for where, what, count, new in edits:
        at = len(raw) * where // 10_000
        if what in ("replace", "insert", "delete", "cut"):
            end = {"replace": at + len(new), "insert": at, "delete": at + count, "cut": len(raw)}[what]
            raw = raw[:at] + (new if what in ("replace", "insert") else b"") + raw[end:]
            continue
        parts = raw.split(b"~")
        n = len(parts) * where // 10_000
        if what == "lose":
            del parts[n : n + count]
        elif what == "double":
            parts[n:n] = parts[n : n + count]
        else:
            m = (n + count) % len(parts)
            parts[n], parts[m] = parts[m], parts[n]
        raw = b"~".join(parts)
    return raw


def survives(read: Reader, raw: bytes, where: int) -> None:
    """Everything that looks at a file looks at it."""
    match = Clearinghouse().identify(raw[:HEAD_BYTES], "a.x12", context(Path("in")))
    assert match is None or match.stream in (None, "x12")
    got = read(raw, accept_test_files=True)
    assert got.pages or got.bad
    assert all(bad.message.startswith("HUB-") for bad in got.bad)
    assert len(source_lines(BytesIO(raw), where)) <= 2_000
    for row in [row for entity in LED_BACK for row in got.rows(entity)]:
        assert source_lines(BytesIO(raw), row["locator"]), "every fact leads back to a segment"


def test_every_set_that_is_read_is_among_the_files_of_our_own(read: Reader) -> None:
    names = {row["set_name"] for raw in OWN for row in read(raw).rows("x12_set") if row["state"] == "READ"}
    assert names == set(READERS)


@settings(max_examples=250, deadline=TIME)
@given(DAMAGED, st.integers(1, 500))
def test_no_damage_makes_the_reader_fail_or_hang(read: Reader, given_file: tuple[bytes, Any], where: int) -> None:
    survives(read, damaged(*given_file), where)


@settings(max_examples=100, deadline=TIME)
@given(st.sampled_from(FILES), st.integers(0, 10_000))
def test_no_truncation_makes_the_reader_fail(read: Reader, raw: bytes, where: int) -> None:
    survives(read, raw[: len(raw) * where // 10_000], 1 + where % 50)


@pytest.mark.parametrize("number", range(len(FILES)))
def test_any_single_segment_may_be_missing(number: int, read: Reader) -> None:
    """At most twenty of each file, spread over it; all of them in the slow test."""
    parts = FILES[number].split(b"~")
    for at in range(0, len(parts), max(1, len(parts) // 20)):
        survives(read, b"~".join(parts[:at] + parts[at + 1 :]), at + 1)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=TIME, suppress_health_check=list(HealthCheck))
@given(DAMAGED, st.integers(1, 500))
def test_no_damage_makes_the_reader_fail_or_hang_for_long(
    read: Reader, given_file: tuple[bytes, Any], where: int
) -> None:
    survives(read, damaged(*given_file), where)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(FILES)))
def test_any_single_segment_of_any_file_may_be_missing_or_doubled(number: int, read: Reader) -> None:
    parts = FILES[number].split(b"~")
    for at in range(len(parts)):
        survives(read, b"~".join(parts[:at] + parts[at + 1 :]), at + 1)
        survives(read, b"~".join(parts[:at] + parts[at : at + 1] * 2 + parts[at + 1 :]), at + 1)
