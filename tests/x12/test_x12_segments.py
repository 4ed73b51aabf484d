"""The segment reader: delimiters, dirt, block sizes; and the scan for complete transaction sets."""

from __future__ import annotations

from io import BytesIO

import pytest
from era_writer import Claim, Era, Line, Marks, interchange, write

from hub.errors import BadRecord
from hub.readers.x12 import Cents, Codes, Dates, composite, find_header, pieces, read_blocks, scan, sniff

ERA = Era([Claim("A1", [Line("D2740", 100_00, [("PR", "2", 20_00)], "L1")])])
PLAIN = write([ERA], Marks(after=""))
TAGS = [segment.split("*")[0] for segment in PLAIN.split("~")[:-1]]


def segments(raw: str | bytes, size: int = 1 << 16) -> list[str]:
    blocks = read_blocks(BytesIO(raw.encode() if isinstance(raw, str) else raw), size)
    return [segment for block in blocks for segment in block.segments]


def sets(raw: str | bytes) -> list[tuple[str, bool, list[str]]]:
    blocks = read_blocks(BytesIO(raw.encode() if isinstance(raw, str) else raw))
    found = list(scan(blocks))
    return [(each.set_id, each.is_whole, each.all_flags()) for each in found]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("line breaks after the terminator", PLAIN.replace("~", "~\n")),
        ("CR LF after the terminator", PLAIN.replace("~", "~\r\n")),
        ("indentation", PLAIN.replace("~", "~\n \t  ")),
        ("blank lines", PLAIN.replace("~", "~\n\n\n")),
        ("doubled terminators", PLAIN.replace("~", "~~")),
        ("a BOM", "\ufeff" + PLAIN),
        ("NULs and blanks before ISA", "\0\0  \r\n" + PLAIN),
        ("a banner that speaks of VISA* and ISA", "VISA*MAILBOX* of ISA* office, 3 files\n" + PLAIN),
        ("a long banner", "banner line without anything\n" * 500 + PLAIN),
        ("Ctrl-Z at the end", PLAIN + "\x1a"),
        ("lines of 80 characters", "\r\n".join(PLAIN[at : at + 80] for at in range(0, len(PLAIN), 80))),
        ("lines of 105 characters, cut right before the first terminator",
         "\n".join(PLAIN[at : at + 105] for at in range(0, len(PLAIN), 105))),
        ("LF as terminator", PLAIN.replace("~", "\n")),
        ("CR LF as terminator", PLAIN.replace("~", "\r\n")),
        ("CR as terminator", PLAIN.replace("~", "\r")),
        ("LF as terminator with blank lines", PLAIN.replace("~", "\n\n")),
        ("no terminator at the very end", PLAIN[:-1]),
    ],
)  # fmt: skip
def test_dirt_around_segments_changes_no_segment(name: str, raw: str) -> None:
    expected = PLAIN.split("~")[:-1]
    for size in (5, 100, 1 << 16):
        assert segments(raw, size) == expected, f"{name}, blocks of {size}"


def test_unusual_delimiters_are_taken_from_the_header() -> None:
    raw = write([ERA], Marks(element="|", component=">", terminator="!"))
    found = segments(raw)
    assert [segment.split("|")[0] for segment in found] == TAGS
    assert "SVC|AD>D2740|100.00|80.00" in found


def test_an_isa_with_ids_of_any_width_is_read() -> None:
    for sender in ("A" * 30, "PAYER", "          PAYER"):
        raw = PLAIN.replace("PAYER".ljust(15), sender)
        assert segments(raw)[0].split("*")[6] == sender
        assert segments(raw)[1:] == PLAIN.split("~")[1:-1]
    assert sets(PLAIN.replace("PAYER".ljust(15), "A" * 30))[0][2] == ["ISA width"]


@pytest.mark.parametrize(
    ("isa11", "version", "expected"),
    [("^", "00501", "^"), ("U", "00401", None), ("^", "00401", None), ("U", "00501", None), ("^", "00402", "^")],
)
def test_isa11_is_a_separator_only_from_00402_and_only_when_it_is_a_mark(
    isa11: str, version: str, expected: str | None
) -> None:
    raw = PLAIN.replace("*^*00501*", f"*{isa11}*{version}*").encode()
    found = find_header(raw)
    assert found is not None
    assert found[1].delimiters.repetition == expected


def test_each_interchange_of_a_file_has_its_own_delimiters() -> None:
    other = write([ERA], Marks("|", ">", "\n", ""))
    raw = PLAIN + "banner between\n" + other + PLAIN
    assert [segment.replace("|", "*").split("*")[0] for segment in segments(raw) if "banner" not in segment] == TAGS * 3
    assert [(name, whole) for name, whole, _ in sets(raw)] == [("835", True)] * 3


def test_binary_bytes_are_jumped_over_even_when_they_look_like_segments() -> None:
    inside = "~SE*1*0001~" + PLAIN
    body = [["BIN", str(len(inside)), inside], ["REF", "X", "1"]]
    raw = interchange([("275", body)], Marks(after=""))
    for size in (7, 1 << 16):
        found = segments(raw, size)
        assert found[3:5] == [f"BIN*{len(inside)}*", "REF*X*1"]
    assert sets(raw) == [("275", True, [])]


def test_text_is_utf8_and_where_that_fails_cp1252_for_that_segment_only() -> None:
    utf8 = PLAIN.replace("*MADEUP*", "*MÜLLER*").encode()
    raw = utf8.replace(b"EXAMPLE PLAN", b"CAF\xc9 PLAN")
    for size in (9, 1 << 16):
        found = segments(raw, size)
        assert "N1*PR*CAFÉ PLAN*XV*PLAN1" in found
        assert any("*MÜLLER*" in segment for segment in found)


def test_numbers_count_segments_through_the_whole_file() -> None:
    raw = "\ufeff" + PLAIN.replace("~", "~\n\n") + PLAIN
    blocks = list(read_blocks(BytesIO(raw.encode()), 50))
    numbered = {block.number + n: s for block in blocks for n, s in enumerate(block.segments)}
    count = len(TAGS)
    assert sorted(numbered) == list(range(1, 2 * count + 1))
    assert numbered[1].startswith("ISA") and numbered[count + 1].startswith("ISA") and numbered[3] == "ST*835*0001"


def test_a_body_without_envelope_is_read_and_said_to_be_one() -> None:
    body = PLAIN[PLAIN.index("ST*835") : PLAIN.index("GE*")]
    assert sets(body) == [("835", True, ["no envelope"])]
    assert sets("\n  " + body.replace("~", "\n")) == [("835", True, ["no envelope"])]


def test_what_starts_at_gs_is_no_interchange() -> None:
    assert segments(PLAIN[PLAIN.index("GS*") :]) == []


@pytest.mark.parametrize(
    ("old", "new", "flag"),
    [
        ("SE*18*", "SE*99*", "SE01 count"),
        ("SE*18*0001", "SE*18*0002", "SE02 number"),
        ("GE*1*", "GE*7*", "GE01 count"),
        ("GE*1*1", "GE*1*2", "GE02 number"),
        ("IEA*1*", "IEA*3*", "IEA01 count"),
        ("IEA*1*000000001", "IEA*1*000000009", "IEA02 number"),
        ("IEA*1*000000001~", "", "truncated"),
        ("GE*1*1~", "", "truncated"),
    ],
)
def test_counts_and_numbers_that_disagree_are_flags_and_never_fatal(old: str, new: str, flag: str) -> None:
    assert old in PLAIN
    assert sets(PLAIN.replace(old, new)) == [("835", True, [flag])]


def test_a_set_without_its_end_is_cut_and_its_neighbours_are_whole() -> None:
    raw = write([ERA, ERA, ERA], Marks(after=""))
    parts = raw.split("ST*835*")
    parts[2] = parts[2][: parts[2].index("SE*")]
    found = sets("ST*835*".join(parts))
    assert [whole for _, whole, _ in found] == [True, False, True]


def test_stc_and_svc_are_not_taken_for_envelope_segments() -> None:
    raw = interchange([("277*005010X214", [["STC", "A1:20"], ["SVC", "AD:D1"], ["STX", "1"], ["GEX", "1"]])])
    assert sets(raw) == [("277", True, [])]


def test_pieces_gives_exactly_the_segments_of_the_wanted_sets() -> None:
    raw = write([Era([Claim(f"C{n}", [Line("D1", 100)])], trace=f"T{n}") for n in range(5)], Marks(after="")).encode()
    wanted = [each for each in scan(read_blocks(BytesIO(raw))) if each.control in ("0002", "0005")]
    got: dict[str, list[str]] = {}
    for transaction, part, number in pieces(read_blocks(BytesIO(raw), 64), wanted):
        kept = got.setdefault(transaction.control, [])
        assert number == transaction.first + len(kept)
        kept += part
    texts = raw.decode().split("ST*835*")
    # ST, 10 of the head, CLP, NM1, SVC, DTM, SE: 16 segments each
    assert got == {n: f"ST*835*{texts[int(n)]}".split("~")[:16] for n in ("0002", "0005")}


def test_a_file_whose_terminator_never_comes_is_refused_in_bounded_memory() -> None:
    raw = PLAIN[:120] + "X" * 3_000_000
    with pytest.raises(BadRecord, match="no segment terminator"):
        segments(raw)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"PK\x03\x04 ISA*", "zip archive"),
        (b"%PDF-1.7", "PDF document"),
        (b"<!DOCTYPE html><html>", "HTML page"),
        (b"\xef\xbb\xbf<HTML>", "HTML page"),
        (b"<?xml version='1.0'?>", "XML document"),
        (b"CLAIM REPORT\nISA* is not here\n", "text"),
        (b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0", "binary"),
        (PLAIN.encode(), "x12"),
        (PLAIN.encode()[:400], "x12"),
    ],
)
def test_a_file_is_known_by_its_content(raw: bytes, kind: str) -> None:
    assert sniff(raw).kind == kind


def test_amounts_are_exact_cents_and_anything_else_is_refused() -> None:
    cents = Cents()
    assert [cents[text] for text in ("45", "45.5", "45.50", ".5", "-12", "-0.01", "", " 7.00 ")] == [
        4500, 4550, 4550, 50, -1200, -1, 0, 700,
    ]  # fmt: skip
    for bad in ("3,600.00", "$5", "1.2.50", "1.234", "5-", "NaN", "1e3", ".", "-", "٣.٠٠"):
        with pytest.raises(BadRecord):
            cents[bad]


def test_impossible_dates_are_none() -> None:
    dates = Dates()
    assert [dates[text] for text in ("20261301", "20002316", "", "2026-03-01", "20990080")] == [None] * 5
    assert str(dates["20260301"]) == "2026-03-01" and str(dates["20260301-20260305"]) == "2026-03-01"


def test_procedures_are_found_whatever_the_component_separator() -> None:
    codes = Codes(":")
    assert [codes[text] for text in ("AD:D2740", "HC>55669", "HC>12345>26", "AD|D1110", "D0120", "HC", "")] == [
        "D2740", "55669", "12345", "D1110", "D0120", None, None,
    ]  # fmt: skip
    assert composite("A7|562|85", ":") == ["A7", "562", "85"]


def test_many_small_interchanges_are_read_block_by_block_and_not_all_at_once() -> None:
    stream = BytesIO(PLAIN.encode() * 300)
    used = 0
    for block in read_blocks(stream, 4096):
        used += len(block.text) + 1
        assert stream.tell() - used <= 3 * 4096
    assert used == len(PLAIN) * 300
