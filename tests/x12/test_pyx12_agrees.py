"""A second opinion: pyx12, which checks X12 against the guides, finds our written 835, 277CA and 999 right and adds up as we do.

For development only: `pip install -e '.[dev,dev-x12]'`, then `pytest -m slow tests/x12/test_pyx12_agrees.py`. pyx12 4 has no
map of the 5010 270, 276 and dental 837, so what write_270, write_276 and sent_writer put out cannot be checked here.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from era_writer import Claim, Era, Line, Marks, interchange, write
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from hub.demo import make_practice

pytest.importorskip("pyx12", reason="pyx12 is not installed; it comes with the extra dev-x12")
from pyx12.params import ParamsBase
from pyx12.x12file import X12Reader
from pyx12.x12n_document import x12n_document

pytestmark = pytest.mark.slow

Reader = Callable[..., Any]
Segment = dict[str, str]

ENVELOPE = ("ISA", "GS", "GE", "IEA")
# pyx12 loads its map anew for every file, about a fifth of a second: looking for the smallest failure would take minutes.
LENIENT = settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
# It logs what it also reports.
logging.getLogger("pyx12").setLevel(logging.CRITICAL)


def interchanges(text: str) -> list[str]:
    """The interchanges of a file one by one: pyx12 takes the delimiters of the first for all of them."""
    return [part for part in re.split(r"(?=ISA(?=[^\w])(.)00\1 {10}\1)", text) if part and len(part) > 1]


def errors(text: str) -> list[str]:
    """What pyx12 objects to in one interchange, in its words."""
    told = StringIO()
    is_right = x12n_document(ParamsBase(), StringIO(text), None, None, None, told)
    found = list(_texts(json.loads(told.getvalue())))
    return found if found or is_right else ["pyx12 refuses it without a reason"]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "err_str" in node:
            yield node["err_str"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _texts(each)


@dataclass(frozen=True)
class Counted:
    """What pyx12's reader finds in a file: every element by its name (`CLP03`), a composite by its first part too."""

    segments: list[tuple[str, Callable[[str], str]]]

    def count(self, tag: str, **elements: str) -> int:
        return sum(1 for _ in self.of(tag, **elements))

    def of(self, tag: str, **elements: str) -> Iterator[Callable[[str], str]]:
        for name, value in self.segments:
            if name == tag and all(value(key) == wanted for key, wanted in elements.items()):
                yield value

    def cents(self, element: str) -> int:
        return sum(int(Decimal(value(element)) * 100) for value in self.of(element[:3]))

    def in_sets(self) -> int:
        return sum(name not in ENVELOPE for name, _ in self.segments)


def counted(text: str) -> Counted:
    found = []
    for part in interchanges(text):
        for segment in X12Reader(StringIO(part)):
            found.append((segment.get_seg_id(), lambda key, of=segment: of.get_value(key) or ""))
    return Counted(found)


def total(rows: list[dict[str, Any]], column: str) -> int:
    return sum(row[column] for row in rows)


def adds_up_as_we_do(text: str, read: Reader) -> None:
    """Sets, segments, claims and money of an 835 as pyx12's reader and as ours find them."""
    theirs, ours = counted(text), read(text, accept_test_files=True)
    assert not ours.bad
    assert theirs.in_sets() == total(ours.rows("x12_set"), "segments")
    assert theirs.count("ST") == len(ours.rows("x12_set"))
    assert theirs.count("CLP") == len(ours.rows("remit_claim"))
    assert theirs.count("SVC") == len(ours.rows("remit_line"))
    assert theirs.cents("CLP03") == total(ours.rows("remit_claim"), "charge_cents")
    assert theirs.cents("CLP04") == total(ours.rows("remit_claim"), "paid_cents")
    assert theirs.cents("BPR02") == total(ours.rows("remit"), "amount_cents")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every X12 file of a made-up practice by its name."""
    folder = tmp_path_factory.mktemp("practice")
    make_practice(folder, patients=400, seed=11, today=date(2026, 3, 10))
    return {
        path.name: path.read_bytes().decode("ascii")
        for path in sorted(folder.rglob("*.835")) + sorted(folder.rglob("*.277"))
    }


def test_pyx12_finds_no_error_in_any_file_of_the_demo(delivered: dict[str, str]) -> None:
    objections = {
        (name, said) for name, text in delivered.items() for part in interchanges(text) for said in errors(part)
    }
    assert objections == set()
    assert (
        sum(name.endswith(".835") for name in delivered) > 50 and sum(name.endswith(".277") for name in delivered) > 50
    )


def test_no_control_number_of_the_demo_repeats_in_its_file(delivered: dict[str, str]) -> None:
    numbers = {name: [part[90:99] for part in interchanges(text)] for name, text in delivered.items()}
    assert [name for name, found in numbers.items() if len(set(found)) < len(found)] == []
    assert max(len(found) for found in numbers.values()) > 5, "some files hold several interchanges"


def test_remittances_of_the_demo_add_up_as_pyx12_reads_them(delivered: dict[str, str], read: Reader) -> None:
    for name, text in delivered.items():
        if name.endswith(".835"):
            adds_up_as_we_do(text, read)


def test_acknowledgements_of_the_demo_count_as_pyx12_reads_them(delivered: dict[str, str], read: Reader) -> None:
    for name, text in delivered.items():
        if not name.endswith(".277"):
            continue
        theirs, ours = counted(text), read(text)
        events = ours.rows("claim_event")
        assert theirs.in_sets() == total(ours.rows("x12_set"), "segments"), name
        claims = theirs.count("HL", HL03="PT")
        assert (claims, theirs.count("TRN", TRN01="2") - theirs.count("ST")) == (len(events), len(events)), name
        # Claims, the batch and the provider each say what was charged: the two totals repeat the claims.
        assert theirs.cents("STC04") == 3 * total(events, "billed_cents"), name
        accepted = sum(int(value("QTY02")) for value in theirs.of("QTY", QTY01="90"))
        assert accepted == sum(event["outcome"] != "REJECTED" for event in events), name


# Amounts in cents; what is taken off stays below what is charged, so that no payment falls below 0.
CAS = st.tuples(
    st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["1", "2", "3", "45", "96", "204"]), st.integers(1, 999)
)
LINES = st.builds(
    Line,
    code=st.sampled_from(["D0120", "D2740", "D4341"]),
    charge=st.integers(4_000, 9_999_999),
    cas=st.lists(CAS, max_size=3),
    number=st.sampled_from(["", "L1", "P4711"]),
)
CLAIMS = st.builds(
    Claim,
    number=st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True),
    lines=st.lists(LINES, min_size=1, max_size=3),
    cas=st.lists(CAS, max_size=2),
    status=st.sampled_from(["1", "2", "3", "19", "25"]),
)
PLB = st.tuples(st.sampled_from(["WO", "FB", "L6", "72", "CS"]), st.sampled_from(["X1", "EFT0"]), st.integers(-99, 99))
ERAS = st.builds(
    Era,
    claims=st.lists(CLAIMS, min_size=1, max_size=3, unique_by=lambda claim: claim.number),
    # The guide allows several PLB; pyx12's map has the loop that PLB begins only once, so a second one is an error to it.
    plb=st.lists(PLB.filter(lambda plb: plb[2] != 0), max_size=1),
)
MARKS = st.sampled_from(
    [Marks(), Marks("|", ">", "!"), Marks(after=""), Marks("*", ":", "\n", ""), Marks(after="\r\n")]
)


@LENIENT
@given(st.lists(ERAS, min_size=1, max_size=3), MARKS)
def test_remittances_of_the_test_writer_are_right_and_add_up(read: Reader, eras: list[Era], marks: Marks) -> None:
    for number, era in enumerate(eras):
        era.trace = f"EFT{number}"
        assume(era.amount >= 0)
    text = write(eras, marks)
    assert errors(text) == []
    theirs = counted(text)
    claims = [claim for era in eras for claim in era.claims]
    assert theirs.count("CLP") == len(claims)
    assert theirs.cents("CLP03") == sum(claim.charge for claim in claims)
    assert theirs.cents("CLP04") == sum(claim.paid for claim in claims)
    assert theirs.cents("BPR02") == sum(era.amount for era in eras)
    adds_up_as_we_do(text, read)


# (what IK3, CTX and IK4 say, the verdict): an error of a segment, of an element, of a component, and none.
VERDICTS = st.sampled_from([
    ([], ["A"]),
    ([["IK3", "NM1", "17", "2010", "3"]], ["R", "5"]),
    ([["IK3", "SV3", "22", "2400", "8"], ["CTX", "CLM01\x1f26403774"], ["IK4", "2", "782", "7", "ABC"]], ["R", "5"]),
    ([["IK3", "CLM", "20", "2300", "8"], ["CTX", "CLM01\x1fK1"], ["IK4", "5\x1f3", "1325", "1"]], ["E", "5"]),
])  # fmt: skip


@LENIENT
@given(st.lists(VERDICTS, min_size=1, max_size=4), MARKS)
def test_acknowledgements_of_the_test_writer_are_right_and_count(
    read: Reader, verdicts: list[tuple[list[list[str]], list[str]]], marks: Marks
) -> None:
    body = [["AK1", "HC", "2120", "005010X224A2"]]
    for number, (noted, verdict) in enumerate(verdicts, 1):
        body += [["AK2", "837", f"{number:04d}", "005010X224A2"], *noted, ["IK5", *verdict]]
    taken = sum(verdict[0] != "R" for _, verdict in verdicts)
    whole = "A" if taken == len(verdicts) else "P" if taken else "R"
    body.append(["AK9", whole, str(len(verdicts)), str(len(verdicts)), str(taken)])
    text = interchange([("999*005010X231A1", body)], marks)
    assert errors(text) == []
    theirs, ours = counted(text), read(text)
    sets = [event for event in ours.rows("claim_event") if not event["claim_number"] and event["set_number"]]
    assert [value("IK501") for value in theirs.of("IK5")] == [event["category"] for event in sets]
    assert theirs.in_sets() == ours.one("x12_set")["segments"]


def test_pyx12_does_object_to_what_is_wrong() -> None:
    """Without this, an empty list of errors would prove nothing."""
    right = write([Era([Claim("K1", [Line("D2740", 100_00)])])])
    assert errors(right) == []
    assert any("CLP06" in said for said in errors(right.replace("**12*P1", "**CI*P1")))
    assert errors(right.replace("SE*16*", "SE*17*")) and errors(right.replace("PER*BL*EDI*TE*5035550100~\n", ""))
