"""The other sample files: dental 837, 999, 997, 277, and those that nobody reads. What comes out is compared with a plain
split of each file that knows nothing of the reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLES

Reader = Callable[..., Any]
Segments = list[list[str]]

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/samples/x12 beside this repository")

# x12_no_isa_line has no envelope to start from and is refused, see test_x12_samples
FILES = sorted(
    str(path.relative_to(SAMPLES))
    for path in SAMPLES.glob("*/*")
    if "LICENSE" not in path.name and path.name not in ("README.md", "x12_no_isa_line.txt")
)
READ = {"835", "271", "277", "997", "999"}


def split(name: str) -> Segments:
    """The terminator is what follows ISA16, which is one character; a body without an ISA has the usual marks."""
    text = (SAMPLES / name).read_text("latin-1").lstrip("\xef\xbb\xbf")
    element = text[3] if text.startswith("ISA") else "*"
    terminator = text.split(element, 16)[16][1] if text.startswith("ISA") else "~"
    return [part.strip().split(element) for part in text.split(terminator) if part.strip()]


def sets(name: str) -> list[Segments]:
    """The segments of every ST..SE."""
    found: list[Segments] = []
    for segment in split(name):
        if segment[0] == "ST":
            found.append([])
        if found and (found[-1] == [] or found[-1][-1][0] != "SE"):
            found[-1].append(segment)
    return found


def number_of(one: Segments) -> str:
    return one[0][1]


def guide_of(one: Segments) -> str:
    return one[0][3] if len(one[0]) > 3 else ""


def name_of(one: Segments) -> str:
    number, guide = number_of(one), guide_of(one)
    kinds = {("277", "005010X214"): "277CA", ("837", "005010X224A2"): "837D", ("837", "005010X222A1"): "837P"}
    return kinds.get((number, guide), number)


def files(*names: str) -> list[str]:
    return [file for file in FILES if any(name_of(one) in names for one in sets(file))] if SAMPLES.is_dir() else []


@pytest.mark.parametrize("name", FILES)
def test_every_set_of_every_file_is_listed_once(name: str, read: Reader, samples: Path) -> None:
    got = read(samples / name, accept_test_files=True)
    distinct = {str([[e for e in segment if e] for segment in one[1:-1]]): one for one in sets(name)}
    listed = got.rows("x12_set")
    assert Counter((row["set_name"], row["segments"]) for row in listed) == Counter(
        (name_of(one), len(one)) for one in distinct.values()
    )
    for row in listed:
        is_read = row["set_name"] in READ | {"277CA", "837D"}
        assert row["state"] == ("READ" if is_read else "NOT_READ")
        assert (row["records"] is not None) == is_read


def test_the_files_cover_what_they_are_meant_to() -> None:
    """A pattern that finds nothing would make the tests above and below empty."""
    kinds = Counter(name_of(one) for file in FILES for one in sets(file))
    assert {"837D", "837P", "835", "999", "997", "277", "277CA", "270", "271", "276", "278"} <= set(kinds)
    assert len(files("837D")) == 5 and len(files("999")) == 5 and len(files("997")) == 1 and len(files("277")) == 5


@pytest.mark.parametrize("name", files("837D"))
def test_dental_claims_are_those_of_a_plain_split(name: str, read: Reader, samples: Path) -> None:
    got, segments = read(samples / name, accept_test_files=True), split(name)
    claims = [segment for segment in segments if segment[0] == "CLM"]
    services = [segment for segment in segments if segment[0] == "SV3"]
    teeth = [segment for segment in segments if segment[0] == "TOO"]
    assert [row["claim_number"] for row in got.rows("sent_claim")] == [claim[1] for claim in claims]
    assert [row["billed_cents"] for row in got.rows("sent_claim")] == [Decimal(claim[2]) * 100 for claim in claims]
    assert [row["code"] for row in got.rows("sent_line")] == [service[1].split(":")[1] for service in services]
    assert [row["billed_cents"] for row in got.rows("sent_line")] == [Decimal(service[2]) * 100 for service in services]
    found = [tooth for row in got.rows("sent_line") for tooth in str(row["teeth"] or "").strip("|").split("|") if tooth]
    assert found == [tooth[2] for tooth in teeth]
    assert all(row["balanced"] for row in got.rows("sent_claim"))
    assert got.one("x12_set")["unknown"] is None and not got.bad


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # claim, patient, member, payer, NPI, frequency, ordinal, service day, clearinghouse number, attachments
        ("837d_claim-from-billing-provider-to-payer-a.edi",
         ("26403774", "TED", "JS00111223333", "999996666", "4567890123", 1, 1, "2006-11-09", "111222333444", None)),
        ("837d_multiple-tooth-numbers.edi",
         ("1191", "SUBFIRST", "123456", "11111", "1234567984", 1, 1, None, "0001958960000001", "|OZ:EL:NEA123456798|")),
    ],
)  # fmt: skip
def test_dental_claims_say_what_a_person_reads_in_the_file(
    name: str, expected: tuple[object, ...], read: Reader, samples: Path
) -> None:
    row = read(samples / "kputnam+stupidedi" / name, accept_test_files=True).one("sent_claim")
    columns = ("claim_number", "patient_first", "member_id", "payer_number", "billing_npi", "frequency", "ordinal",
               "service_from", "clearinghouse_number", "attachments")  # fmt: skip
    assert tuple(row[column] for column in columns) == expected


def test_one_claim_published_by_two_projects_is_one_sending(read: Reader, samples: Path) -> None:
    """The same example with the same batch number and moment, in two envelopes."""
    one = read(samples / "kputnam+stupidedi/837d_commercial-health-insurance.edi", accept_test_files=True).one(
        "sent_claim"
    )
    other = read(samples / "moov-io+x12/837d_sample.txt", accept_test_files=True).one("sent_claim")
    assert one["source_key"] == other["source_key"] and one["interchange_number"] != other["interchange_number"]


@pytest.mark.parametrize("name", files("999", "997"))
def test_acknowledgements_are_those_of_a_plain_split(name: str, read: Reader, samples: Path) -> None:
    expected: set[tuple[str | None, ...]] = set()
    group = number = ""
    named: list[str] = []
    for segment in split(name):
        if segment[0] == "AK1":
            group = segment[2]
        elif segment[0] == "AK2":
            number, named = segment[2], []
        elif segment[0] == "CTX" and segment[1].startswith("CLM01"):
            named.append(segment[1][6:])
        elif segment[0] in ("IK5", "AK5"):
            verdict = {"A": "RECEIVED", "R": "REJECTED"}[segment[1]]
            expected |= {(group, number, claim, verdict) for claim in [None, *named]}
    got = read(samples / name, accept_test_files=True).rows("claim_event")
    columns = ("group_number", "set_number", "claim_number", "outcome")
    assert {tuple(event[column] for column in columns) for event in got} == expected
    assert {event["kind"] for event in got} == {"997" if "997" in name else "999"}


def test_errors_of_the_sample_with_three_sets(read: Reader, samples: Path) -> None:
    got = read(samples / "kputnam+stupidedi/999_response-to-3-837s.edi", accept_test_files=True)
    assert [(e["set_number"], e["claim_number"], e["errors"]) for e in got.rows("claim_event")] == [
        ("0001", None, None),
        ("0002", None, "|CLM@22:8|CLM02:1|"), ("0002", "123456789", "|CLM@22:8|CLM02:1|"),
        ("0003", None, "|REF@57:3|"), ("0003", "987654321", "|REF@57:3|"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", files("277"))
def test_status_answers_are_those_of_a_plain_split(name: str, read: Reader, samples: Path) -> None:
    """One event per STC, as no claim in these files has two. Own number and money by position in the segments."""
    expected: list[tuple[object, ...]] = []
    for at, segment in enumerate(segments := split(name)):
        if segment[0] != "STC":
            continue
        after = segments[at + 1 :]
        own = next((n for n, each in enumerate(after) if each[0] in ("HL", "TRN", "SE")), len(after))
        ours = next((each[2] for each in after[:own] if each[:2] == ["REF", "EJ"]), None)
        is_line = segments[at - 1][0] == "SVC"
        if is_line:
            ours = expected[-1][0]
        money = segments[at - 1][2:4] if is_line else [*segment[4:6], "", ""][:2]
        cents = [Decimal(each) * 100 if each else None for each in money]
        expected.append((ours, segment[1].split(":")[0], *cents))
    got = read(samples / name, accept_test_files=True)
    columns = ("claim_number", "category", "billed_cents", "paid_cents")
    assert [tuple(event[column] for column in columns) for event in got.rows("claim_event")] == expected
    assert not got.bad


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claim-level-status.277", ["INFO_REQUESTED", "FINALIZED", "FINALIZED", "FINALIZED"]),
        ("claim-level-status-ncpdp.277", ["FINALIZED"]),
        ("information-receiver-level-status.277", ["ERROR"]),
        ("provider-level-status.277", ["INFO_REQUESTED", "ERROR"]),
    ],
)
def test_what_the_status_samples_mean(name: str, expected: list[str], read: Reader, samples: Path) -> None:
    """P3, F0, F2 with a line, E0: reference clearinghouse-x12 §11 and the README of the samples."""
    events = read(samples / "LinuxForHealth+x12" / name, accept_test_files=True).rows("claim_event")
    assert [event["outcome"] for event in events] == expected


def test_the_dependent_of_the_status_sample(read: Reader, samples: Path) -> None:
    """HL 23: Joseph Mann under John's member id; his line has the status F2 as well."""
    events = read(samples / "LinuxForHealth+x12/claim-level-status.277", accept_test_files=True).rows("claim_event")[2:]
    columns = ("patient_first", "member_id", "claim_number", "payer_claim_number", "flags")
    assert [tuple(event[column] for column in columns) for event in events] == [
        ("JOSEPH", "345678901", "MA345678", "051681010827", None),
        ("JOSEPH", "345678901", "MA345678", "051681010827", "|line level|"),
    ]
