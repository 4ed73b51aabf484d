"""Properties of reading 835s: any balanced remittance comes back as it was written, whatever its wrapping; a cut file
never leaves half a payment; no bytes make the reader fail."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from era_writer import Claim, Era, Line, Marks, segments, write
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.remits import CUT_COPY, adjustments_in
from hub.readers.x12 import read_blocks

Reader = Callable[..., Any]

CENTS = st.integers(1, 9_999_99)
SIGNED = st.integers(-500_00, 500_00).filter(bool)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ éÑü-'", min_size=1, max_size=12).map(str.strip).filter(bool)
IDS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=12)
CAS = st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["1", "2", "3", "45", "23", "97"]), SIGNED)
LINES = st.builds(Line, IDS.map(lambda text: "D" + text[:4]), CENTS, st.lists(CAS, max_size=4), IDS)
CLAIMS = st.builds(
    Claim, IDS, st.lists(LINES, max_size=3), st.lists(CAS, max_size=2), st.sampled_from(["1", "2", "4", "19", "22"]),
    NAMES, NAMES, IDS, IDS, CENTS,
)  # fmt: skip
PLBS = st.lists(st.tuples(st.sampled_from(["WO", "FB", "L6", "72"]), IDS, SIGNED), max_size=3)


def eras(traces: st.SearchStrategy[str]) -> st.SearchStrategy[Era]:
    return st.builds(Era, st.lists(CLAIMS, max_size=4), traces, plb=PLBS)


OWN_TRACES = st.lists(eras(IDS), min_size=1, max_size=3, unique_by=lambda era: era.trace)
SHARED_TRACES = st.lists(eras(st.sampled_from(["12345", "0", ""])), min_size=2, max_size=4)


def _as_written(era: Era) -> list[tuple[object, ...]]:
    """Claims, lines and adjustments of an era in file order."""
    found: list[tuple[object, ...]] = []
    for claim in era.claims:
        found.append((claim.number, claim.status, claim.charge, claim.paid, claim.last, claim.first, claim.member))
        found += [("CLAIM", *cas) for cas in claim.cas]
        for line in claim.lines:
            found.append((line.code, line.charge, line.paid, line.number or None))
            found += [("LINE", *cas) for cas in line.cas]
    return found + [("PAYMENT", code, reference, cents) for code, reference, cents in era.plb]


def _as_read(got: Any, remit_key: object) -> list[tuple[object, ...]]:
    rows: list[tuple[object, tuple[object, ...]]] = []
    claims = [row for row in got.rows("remit_claim") if row["remit_key"] == remit_key]
    claim_columns = (
        "claim_number",
        "status_code",
        "charge_cents",
        "paid_cents",
        "patient_last",
        "patient_first",
        "member_id",
    )
    rows += [(row["locator"], tuple(row[name] for name in claim_columns)) for row in claims]
    lines = [
        row for row in got.rows("remit_line") if row["remit_claim_key"] in {claim["source_key"] for claim in claims}
    ]
    line_columns = ("code", "charge_cents", "paid_cents", "line_number")
    rows += [(row["locator"], tuple(row[name] for name in line_columns)) for row in lines]
    for level, parents in (("CLAIM", claims), ("LINE", lines)):
        for row in parents:
            for each in adjustments_in(row["adjustments"]):
                rows.append((row["locator"], (level, each.group, each.reason, each.cents)))
    for row in got.rows("remit_adj"):
        if row["remit_key"] == remit_key:
            rows.append((row["locator"], ("PAYMENT", row["reason"], row["reference"], row["amount_cents"])))
    return [values for _, values in sorted(rows, key=lambda row: row[0])]  # type: ignore[arg-type,return-value]


@settings(max_examples=60, deadline=None)
@given(OWN_TRACES)
def test_what_was_written_comes_back_and_balances(read: Reader, written: list[Era]) -> None:
    got = read(write(written))
    remits = got.rows("remit")
    assert [row["amount_cents"] for row in remits] == [era.amount for era in written]
    for row, era in zip(remits, written, strict=True):
        assert _as_read(got, row["source_key"]) == _as_written(era)
        assert row["plb_cents"] == sum(cents for *_, cents in era.plb)
        assert row["balanced"] == (era.amount >= 0)
    assert all(row["balanced"] for row in got.rows("remit_claim"))
    assert not got.bad


@settings(max_examples=40, deadline=None)
@given(
    SHARED_TRACES,
    st.sampled_from(
        [Marks("|", ">", "!"), Marks("*", ":", "\n", ""), Marks("\x1d", "\x1f", "\x1c", ""), Marks(after="\r\n  ")]
    ),
    st.integers(20, 200),
)
def test_facts_do_not_depend_on_delimiters_wrapping_or_line_ends(
    read: Reader, written: list[Era], marks: Marks, width: int
) -> None:
    plain = write(written, Marks(after=""))
    expected = read(plain).said()
    assert read(write(written, marks)).said() == expected
    assert read("\r\n".join(plain[at : at + width] for at in range(0, len(plain), width))).said() == expected


@settings(max_examples=40, deadline=None)
@given(SHARED_TRACES, st.randoms(use_true_random=False))
def test_facts_do_not_depend_on_order_repetition_or_envelopes(read: Reader, written: list[Era], chance: Any) -> None:
    """Also where payers give several payments one trace: contents are told apart the same way in any order."""
    expected = read(write(written)).said()
    files = [write([era], control=number) for number, era in enumerate(written + written, 1)]
    chance.shuffle(files)
    assert read("".join(files)).said() == expected


@settings(max_examples=30, deadline=None)
@given(OWN_TRACES)
def test_a_concatenation_holds_what_its_files_hold(read: Reader, written: list[Era]) -> None:
    files = [write([era], control=number) for number, era in enumerate(written, 1)]
    together = read("".join(files)).said()
    for entity, rows in together.items():
        assert rows == set().union(*(read(file).said().get(entity, set()) for file in files))


def whole_key(row: tuple[object, ...]) -> tuple[object, ...]:
    """The row with the keys that it has in a file that was not cut."""
    return tuple(value.replace(CUT_COPY, "") if isinstance(value, str) else value for value in row)


@settings(max_examples=15, deadline=None)
@given(st.lists(eras(IDS), min_size=2, max_size=2, unique_by=lambda era: era.trace))
def test_a_file_cut_after_any_segment_never_leaves_half_a_payment(read: Reader, written: list[Era]) -> None:
    whole = write(written, Marks(after=""))
    everything = read(whole).said()
    cuts = [at + 1 for at, letter in enumerate(whole) if letter == "~"]
    ends = [whole.index(f"SE*{len(segments(era)) + 2}*{n:04d}") for n, era in enumerate(written, 1)]
    for cut in cuts[2:-1]:
        got = read(whole[:cut])
        complete = sum(end < cut for end in ends)
        assert len(got.rows("remit")) == complete
        assert len(got.bad) == (whole[:cut].count("~ST*") > complete)
        keys = {row["source_key"] for row in got.rows("remit")}
        for row in got.rows("remit_claim"):
            assert row["remit_key"] in keys
        for entity, rows in got.said().items():
            assert {whole_key(row) for row in rows} <= everything[entity] or entity == "x12_set"
        states = sorted(str(row["state"]) for row in got.rows("x12_set"))
        assert states == ["READ"] * complete + ["SET_ASIDE"] * len(got.bad)


SAMPLE = write(
    [Era([Claim("K1", [Line("D2740", 100_00, [("CO", "45", 20_00)], "L1")])], plb=[("WO", "X", 1_00)])] * 2,
    Marks(after=""),
).encode()
EDITS = st.lists(
    st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 2), st.binary(min_size=1, max_size=3)),
    min_size=1,
    max_size=6,
)


def _edited(edits: list[tuple[int, int, bytes]]) -> bytes:
    raw = bytearray(SAMPLE)
    for at, kind, new in edits:
        at = min(at, len(raw))
        raw[at : at + (len(new) if kind == 0 else 3 if kind == 1 else 0)] = b"" if kind == 1 else new
    return bytes(raw)


@settings(max_examples=300, deadline=None)
@given(EDITS)
def test_no_damage_makes_the_reader_fail(read: Reader, edits: list[tuple[int, int, bytes]]) -> None:
    got = read(_edited(edits))
    assert got.pages or got.bad


@settings(max_examples=200, deadline=None)
@given(EDITS, st.integers(1, 400))
def test_segments_do_not_depend_on_the_size_of_the_reads(edits: list[tuple[int, int, bytes]], size: int) -> None:
    raw = _edited(edits) + SAMPLE
    expected = [segment for block in read_blocks(BytesIO(raw)) for segment in block.segments]
    numbered = [(b.number + n, s) for b in read_blocks(BytesIO(raw), size) for n, s in enumerate(b.segments)]
    assert numbered == list(enumerate(expected, 1))
