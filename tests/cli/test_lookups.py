"""`hub claim` and `hub remit` on a whole practice: the answers agree with the files that were read, independently split."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from faults.practice_runs import Practice


def _claims_of(practice: Practice) -> tuple[str, int, list[list[str]]]:
    """Trace, BPR02 in cents and the CLP segments of one remittance that pays, by plain splitting of the delivered file."""
    for path in sorted(Path(practice.folder).rglob("*.835")):
        text = path.read_text().lstrip()
        segments = [segment.strip().split(text[3]) for segment in text.split(text[105])]
        if not any(each[0] == "BPR" for each in segments):
            continue
        cents = next(round(float(each[2]) * 100) for each in segments if each[0] == "BPR")
        clps = [each for each in segments if each[0] == "CLP"]
        if cents > 0 and clps and sum(each[0] == "ST" for each in segments) == 1:
            return next(each[2] for each in segments if each[0] == "TRN"), cents, clps
    pytest.fail("the practice has no remittance that pays")


def test_a_payment_shows_every_claim_of_its_file(read_office: Practice) -> None:
    trace, cents, clps = _claims_of(read_office)
    said = read_office.hub("remit", trace, "--json")
    assert said.code == 0, said.err
    (view,) = [each for each in json.loads(said.out) if each["amount_cents"] == cents]
    assert [(each["number"], each["charge_cents"], each["paid_cents"]) for each in view["claims"]] == [
        (clp[1], round(float(clp[3]) * 100), round(float(clp[4]) * 100)) for clp in clps
    ]
    shown = read_office.hub("remit", trace)
    assert shown.code == 0 and f"Payment {trace}" in shown.out


def test_a_claim_shows_its_life_and_its_source_lines(read_office: Practice) -> None:
    _trace, _cents, clps = _claims_of(read_office)
    number = clps[0][1]
    said = read_office.hub("claim", number, "--source")
    assert said.code == 0, said.err
    assert any(sep.join(clps[0][:5]) in said.out for sep in "*|") and "stands: " in said.out
    (told,) = json.loads(read_office.hub("claim", number, "--json").out)
    assert told["number"] == number and told["claim"] and told["steps"]


@pytest.mark.parametrize(("command", "code"), [("claim", "HUB-S51"), ("remit", "HUB-S52")])
def test_an_unknown_number_is_one_line_and_exit_2(read_office: Practice, command: str, code: str) -> None:
    said = read_office.hub(command, "no-such-number")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(code) and len(said.err.strip().splitlines()) == 1
