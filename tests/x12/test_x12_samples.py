"""The sample files of other people: every 835 and 277CA adds up to what a plain split counts, every other file is read
without a crash. What is wrong in them is found, with the exact difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLES, context

from connectors.clearinghouse.connector import HEAD_BYTES, Clearinghouse
from hub.readers.x12 import read_blocks, scan

Reader = Callable[..., Any]


def _files(kind: str) -> list[str]:
    found = [path for path in SAMPLES.glob("*/*") if "LICENSE" not in path.name and path.name != "README.md"]
    return sorted(str(path.relative_to(SAMPLES)) for path in found if kind in ("", _kind(path)))


def _kind(path: Path) -> str:
    text = path.read_text("latin-1")
    return "835" if "ST*835*" in text else "277CA" if "005010X214" in text else ""


@dataclass
class Counted:
    """What a plain split finds in one ST of an 835: `*` and `~` (or line breaks) are the delimiters of all samples."""

    claims: int
    clp04: Decimal
    bpr02: Decimal
    plb: Decimal


def _counted(path: Path) -> list[Counted]:
    text = path.read_text("latin-1")
    terminator = "~" if "~" in text else "\n"
    found: list[Counted] = []
    for segment in text.split(terminator):
        elements = segment.strip().split("*")
        if elements[0] == "BPR":
            found.append(Counted(0, Decimal(0), Decimal(elements[2]), Decimal(0)))
        elif elements[0] == "CLP":
            found[-1].claims += 1
            found[-1].clp04 += Decimal(elements[4])
        elif elements[0] == "PLB":
            found[-1].plb += sum(Decimal(amount) for amount in elements[4::2])
    return found


pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared/samples/x12 beside this repository")


@pytest.mark.parametrize("name", _files("835"))
def test_totals_of_every_835_are_those_of_a_plain_split(name: str, read: Reader, samples: Path) -> None:
    got = read(samples / name, accept_test_files=True)
    counted = _counted(samples / name)
    # profee-multiple repeats one payment 156 times: the same payment is one row
    distinct = list({(c.claims, c.clp04, c.bpr02, c.plb): c for c in counted}.values())
    remits = got.rows("remit")
    assert [
        (row["claim_count"], row["claims_paid_cents"], row["amount_cents"], row["plb_cents"]) for row in remits
    ] == [(c.claims, c.clp04 * 100, c.bpr02 * 100, c.plb * 100) for c in distinct]
    assert len(got.rows("remit_claim")) == sum(c.claims for c in distinct)
    assert sum(row["paid_cents"] for row in got.rows("remit_claim")) == sum(c.clp04 for c in distinct) * 100
    assert not got.bad


@pytest.mark.parametrize("name", _files("835"))
def test_lines_and_adjustments_of_every_835_are_those_of_a_plain_split(name: str, read: Reader, samples: Path) -> None:
    text = (samples / name).read_text("latin-1")
    if "multiple" in name:
        pytest.skip("one payment many times: counted in the other test")
    terminator = "~" if "~" in text else "\n"
    split = [segment.strip().split("*") for segment in text.split(terminator)]
    got = read(samples / name, accept_test_files=True)
    assert len(got.rows("remit_line")) == sum(elements[0] == "SVC" for elements in split)
    reasons = [(e[1], e[at], Decimal(e[at + 1]) * 100) for e in split if e[0] == "CAS" for at in range(2, len(e), 3)]
    ours = [each[1:] for entity in ("remit_claim", "remit_line") for each in got.triples(entity)]
    assert sorted(ours) == sorted(reasons)


# file -> differences worked out by hand from its numbers
_WRONG = {
    # SVC 4199.68 - CAS (1199.68 + 2.00) = 2998.00 = SVC03, but CLP04 says 4000.00; BPR02 4000.00 agrees with CLP04
    "moov-io+x12/835_sample2.txt": (0, [100_200], "difference 1002.00"),
    # SVC01 holds a `*` too many: SVC02 = 24599.00, SVC03 = 1766.50. CLP04 187.50 - 1766.50 = -1579.00
    "LinuxForHealth+x12/tertiary-payment.835": (0, [-157_900], "difference -1579.00"),
}


@pytest.mark.parametrize("name", sorted(_WRONG))
def test_a_remittance_that_does_not_add_up_is_kept_and_flagged_with_the_exact_difference(
    name: str, read: Reader, samples: Path
) -> None:
    payment, claims, words = _WRONG[name]
    got = read(samples / name, accept_test_files=True)
    remit = got.one("remit")
    # the payment itself adds up, so only its claim is in doubt (reference clearinghouse-x12 §13)
    assert (remit["balanced"], remit["state"], remit["imbalance_cents"]) == (False, "UNPROCESSED", payment)
    assert [row["imbalance_cents"] for row in got.rows("remit_claim")] == claims
    assert [row["balanced"] for row in got.rows("remit_claim")] == [False]
    assert words in str(remit["imbalance_text"])


def test_a_negative_payment_is_not_balanced_although_its_sum_is(read: Reader, samples: Path) -> None:
    first, second = read(samples / "moov-io+x12/835_sample1.txt").rows("remit")
    # -6173.50 = 0 - 6173.50 holds, but BPR02 may not be negative (rule 5)
    assert (first["imbalance_cents"], second["imbalance_cents"]) == (0, 0)
    assert (first["state"], second["state"]) == ("QUARANTINED", "QUARANTINED")
    # in the first: 385.21 - 385.20 = 0.01 paid on the line, CLP04 says 0
    assert "claim 1: charge 385.21, adjustments 385.20, paid 0.00, difference -0.01" in str(first["imbalance_text"])
    assert second["imbalance_text"] == "payment: BPR02 -6173.40 is negative, a debt belongs in PLB"


def test_the_other_835_samples_balance(read: Reader, samples: Path) -> None:
    names = [name for name in _files("835") if name not in _WRONG and "835_sample1" not in name]
    assert len(names) >= 10
    for name in names:
        got = read(samples / name, accept_test_files=True)
        assert all(row["balanced"] for row in got.rows("remit") + got.rows("remit_claim")), name
        assert {row["state"] for row in got.rows("remit")} == {"UNPROCESSED"}, name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("imsweb+x12-parser/x12_277CA_accepted.txt", ("5781", "ACCEPTED", "A2", "20", None, "WQ", 125_00, "000000674")),
        (
            "imsweb+x12-parser/x12_277CA_rejected.txt",
            ("3920394930203", "REJECTED", "A7", "562", "85", "WQ", 199_14, "11200001"),
        ),
    ],
)
def test_the_277ca_samples_give_one_event_for_their_one_claim(
    name: str, expected: tuple[object, ...], read: Reader, samples: Path
) -> None:
    event = read(samples / name, accept_test_files=True).one("claim_event")
    keys = ("claim_number", "category", "status_code", "entity", "action", "billed_cents", "batch_ref")
    number, outcome, *codes = expected
    assert tuple(event[key] for key in keys) == (number, *codes)
    assert event["outcome"] == outcome
    # the rejected sample contradicts itself, A7 with WQ; a rejection wins and the contradiction is said
    assert event["flags"] == ("|STC03 accepts|" if outcome == "REJECTED" else None)
    assert event["speaker"] == "PAYER" and event["payer_name"] == "NYSDOH"


@pytest.mark.parametrize("name", _files(""))
def test_no_sample_makes_the_reader_or_identify_fail(name: str, read: Reader, samples: Path) -> None:
    path = samples / name
    with path.open("rb") as stream:
        list(scan(read_blocks(stream)))
    match = Clearinghouse().identify(path.read_bytes()[:HEAD_BYTES], path.name, context(path.parent))
    assert match is not None
    read(path)


def test_a_file_without_isa_is_refused_cleanly(read: Reader, samples: Path) -> None:
    path = samples / "imsweb+x12-parser/x12_no_isa_line.txt"
    match = Clearinghouse().identify(path.read_bytes(), path.name, context(path.parent))
    assert match is not None and match.stream is None
    got = read(path)
    assert not got.pages and len(got.bad) == 1
    assert got.bad[0].message.startswith("HUB-X01 no ISA header")


def test_a_damaged_first_line_of_a_set_that_is_not_read_is_listed_and_nothing_else(read: Reader, samples: Path) -> None:
    path = samples / "imsweb+x12-parser/x12_bad_first_line.txt"
    own = context(path.parent, accept_test_files=True)
    match = Clearinghouse().identify(path.read_bytes(), path.name, own)
    assert match is not None and (match.stream, match.note) == ("x12", "837P is not read: kept and listed")
    got = read(path, accept_test_files=True)
    assert [page.entity for page in got.pages] == ["x12_set"] and not got.bad
    assert (got.one("x12_set")["set_name"], got.one("x12_set")["state"]) == ("837P", "NOT_READ")
