"""Every 271 of the sample files, counted by an independent plain split and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Reader = Callable[..., Any]
FILES = {
    "Kartik-Hirijaganer+X12-Parser-Encoder/271_active_response.x12": Counter(ACTIVE=1),
    "Kartik-Hirijaganer+X12-Parser-Encoder/271_ls_le_wrapper.x12": Counter(ACTIVE=1),
    "Kartik-Hirijaganer+X12-Parser-Encoder/271_multiple_eb_segments.x12": Counter(ACTIVE=1),
    "Kartik-Hirijaganer+X12-Parser-Encoder/271_rejected_subscriber.x12": Counter(NOT_FOUND=1),
    "Kartik-Hirijaganer+X12-Parser-Encoder/gainwell_271_redacted.edi": None,
    "LinuxForHealth+x12/dependent-health-benefit-check.271": Counter(ACTIVE=1),
    "LinuxForHealth+x12/subscriber-health-benefit-check-error.271": Counter(ERROR=1),
    "LinuxForHealth+x12/subscriber-health-benefit-check.271": Counter(ACTIVE=1),
    "imsweb+x12-parser/x271.txt": Counter(ACTIVE=1),
}


def plain(path: Path) -> list[list[list[str]]]:
    """The elements of every set, by splitting at the usual marks only."""
    text = path.read_text(encoding="latin-1").replace("\r", "").replace("\n", "")
    sets: list[list[list[str]]] = []
    for segment in (part.strip().split("*") for part in text.split("~")):
        if segment[0] == "ST":
            sets.append([])
        if sets and segment[0] not in ("GE", "IEA", ""):
            sets[-1].append(segment)
    return sets


def expected_reply(one: list[list[str]]) -> str:
    """For these files: any EB*1 is active; a reject of the patient is not found, another an error."""
    kinds = {segment[1] for segment in one if segment[0] == "EB"}
    rejects = {segment[3] for segment in one if segment[0] == "AAA"}
    if "1" in kinds:
        return "PARTIAL" if rejects else "ACTIVE"
    return "PARTIAL" if kinds else "NOT_FOUND" if rejects & {"71", "72", "73", "75"} else "ERROR"


@pytest.mark.parametrize("name", FILES)
def test_a_sample_gives_what_a_plain_split_counts(name: str, samples: Path, read: Reader) -> None:
    got, sets = read(samples / name, accept_test_files=True), plain(samples / name)
    checks = got.rows("eligibility_check")
    assert not got.bad and len(checks) == len(sets)
    assert Counter(row["reply"] for row in checks) == Counter(map(expected_reply, sets))
    assert FILES[name] in (None, Counter(row["reply"] for row in checks))
    rejects = [segment for one in sets for segment in one if segment[0] == "AAA"]
    told = [code for row in checks for code in (row["rejects"] or "").strip("|").split("|") if code]
    assert Counter(told) == Counter(f"{segment[3]}:{segment[4]}" for segment in rejects)
    lines = [segment for one in sets for segment in one if segment[0] == "EB" and segment[1] not in "12345678"]
    types = sum(len((segment[3] if len(segment) > 3 else "").split("^")) for segment in lines)
    assert len(got.rows("benefit_snapshot")) == types
    traces = [next((s[2] for s in one if s[0] == "TRN" and s[1] == "2"), None) for one in sets]
    assert [row["trace"] for row in checks] == traces
    births = [[s[2] for s in one if s[0] == "DMG"][-1:] for one in sets]
    assert [str(row["patient_birth_date"] or "").replace("-", "") for row in checks] == ["".join(day) for day in births]


def test_the_large_sample_holds_what_its_description_says(samples: Path, read: Reader) -> None:
    got = read(samples / "Kartik-Hirijaganer+X12-Parser-Encoder/gainwell_271_redacted.edi", accept_test_files=True)
    checks = got.rows("eligibility_check")
    assert len(checks) == 153 and len({row["source_key"] for row in checks}) == 153
    # 140 EB in all, of which R, L, MC and B are one each and stand alone: 136 active, 4 without a status, 13 rejects
    assert Counter(row["reply"] for row in checks) == {"ACTIVE": 136, "PARTIAL": 4, "NOT_FOUND": 13}
    assert checks[0]["plan_name"] == "TEST PLAN|A001|MEDICAID" and not any(row["may_retry"] for row in checks)


def test_every_sample_of_the_list_is_the_list_of_all(samples: Path) -> None:
    found = {
        path.relative_to(samples).as_posix()
        for path in samples.rglob("*")
        if path.is_file() and b"ST*271*" in path.read_bytes()
    }
    assert found == set(FILES)
