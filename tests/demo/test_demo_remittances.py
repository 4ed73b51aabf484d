"""The 835 and 277CA files of the made-up practice, read by their fixed offsets and added up by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from hub.demo import make_practice
from tests.demo.conftest import TODAY, Made, adjusted, cents, checks, interchanges

FOLDERS = ("clearinghouse", "clearinghouse_old")


def every_check(made: Made) -> list[list[list[str]]]:
    return [check for name in FOLDERS for check in checks(made.folder / "sources" / name)]


def faults_of(check: list[list[str]]) -> list[str]:
    """Reference clearinghouse-x12 §13, rules 1 to 5, in cents."""
    faults: list[str] = []
    total = plb = 0
    claim: dict[str, int] = {}
    line: dict[str, int] = {}

    def end_line() -> None:
        if line and line["charge"] - line["cas"] != line["paid"]:
            faults.append(f"line: {line}")
        line.clear()

    def end_claim() -> None:
        end_line()
        if claim and claim["charge"] - claim["cas"] != claim["paid"]:
            faults.append(f"claim: {claim}")
        if claim and claim["lines"] and claim["charges"] != claim["charge"]:
            faults.append(f"claim lines: {claim}")
        claim.clear()

    for segment in check:
        if segment[0] == "CLP":
            end_claim()
            claim.update(charge=cents(segment[3]), paid=cents(segment[4]), cas=0, lines=0, charges=0)
            total += claim["paid"]
        elif segment[0] == "SVC":
            end_line()
            line.update(charge=cents(segment[2]), paid=cents(segment[3]), cas=0)
            claim["lines"] += 1
            claim["charges"] += line["charge"]
        elif segment[0] == "CAS":
            claim["cas"] += adjusted(segment)
            if line:
                line["cas"] += adjusted(segment)
        elif segment[0] == "PLB":
            plb += cents(segment[4])
    end_claim()
    paid = cents(check[1][2])
    if paid != total - plb:
        faults.append(f"payment: BPR02 {paid}, claims {total}, PLB {plb}")
    if paid < 0:
        faults.append(f"payment below zero: {paid}")
    return faults


def test_every_remittance_balances_by_line_by_claim_and_by_payment(made: Made) -> None:
    found = every_check(made)
    assert len(found) > 100
    assert [fault for check in found for fault in faults_of(check)] == []


@pytest.mark.parametrize("today", [date(2026, 1, 3), date(2026, 7, 5), date(2026, 11, 27), date(2026, 12, 28)])
def test_any_day_of_the_year_gives_balanced_remittances_from_before_that_day(tmp_path: Path, today: date) -> None:
    make_practice(tmp_path, patients=300, seed=today.month, today=today)
    found = [check for name in FOLDERS for check in checks(tmp_path / "sources" / name)]
    assert [fault for check in found for fault in faults_of(check)] == []
    assert max(check[1][16] for check in found) < f"{today:%Y%m%d}"


def test_segment_counts_and_control_numbers_close_what_they_open(made: Made) -> None:
    for name in FOLDERS:
        for path in sorted((made.folder / "sources" / name).iterdir()):
            for parts, _ in interchanges(path):
                starts = [n for n, part in enumerate(parts) if part[0] == "ST"]
                ends = [n for n, part in enumerate(parts) if part[0] == "SE"]
                for first, last in zip(starts, ends, strict=True):
                    assert int(parts[last][1]) == last - first + 1
                    assert parts[last][2] == parts[first][2]
                assert parts[-2][:2] == ["GE", str(len(starts))]
                assert parts[-1][2] == parts[0][13]


def test_payers_write_in_their_own_habits(made: Made) -> None:
    delimiters = set()
    several = 0
    for path in (made.folder / "sources" / "clearinghouse").glob("*.835"):
        found = list(interchanges(path))
        several += len(found) > 1
        text = path.read_text(encoding="ascii")
        delimiters.add((text[3], text[104], text[105]))
    assert len(delimiters) >= 4
    assert several > 0


def test_every_kind_of_answer_occurs(made: Made) -> None:
    claims = [part for check in every_check(made) for part in check if part[0] == "CLP"]
    assert {"1", "2", "4", "22", "25"} <= {claim[2] for claim in claims}
    assert any(cents(claim[4]) == 0 and claim[2] == "1" for claim in claims)
    reasons = {part[3].split(part[3][2])[0] for check in every_check(made) for part in check if part[0] == "PLB"}
    assert reasons == {"L6", "WO"}
    assert any(check[1][4] == "NON" and cents(check[1][2]) == 0 for check in every_check(made))


def test_one_check_was_delivered_twice_with_the_same_content(made: Made) -> None:
    traces = defaultdict(list)
    for check in every_check(made):
        traces[check[2][2]].append(check)
    twice = [found for found in traces.values() if len(found) > 1]
    assert len(twice) == 1
    assert twice[0][0] == twice[0][1]


def test_claims_on_remittances_are_claims_of_the_office_except_the_planted_strangers(made: Made) -> None:
    own = {row["ID Number"] for name in ("claims_received.csv", "preauth_aging.csv") for row in made.rows(name)}
    report = (made.folder / "sources/pms/insurance_aging.txt").read_text(encoding="cp1252")
    own |= {word.split()[0] for word in report.split("   ID ")[1:]}
    numbers = {part[1] for check in every_check(made) for part in check if part[0] == "CLP"}
    strangers = {item.subject_hint for item in made.planted.of("ERA-UNMATCHED")}
    padded = {trap.hint for trap in made.planted.traps if trap.code == "ERA-UNMATCHED"}
    assert numbers - own == strangers | padded
    assert {number.lstrip("0") for number in padded} <= own


def test_the_ledger_holds_what_the_payers_paid_except_on_the_planted_checks(made: Made) -> None:
    paid: dict[str, int] = defaultdict(int)
    seen = set()
    for check in every_check(made):
        trace = check[2][2]
        if trace not in seen:
            paid[trace] += sum(cents(part[4]) for part in check if part[0] == "CLP")
        seen.add(trace)
    posted: dict[str, int] = defaultdict(int)
    for row in made.rows("ledger.csv"):
        if row["Type"] == "Insurance Payment":
            posted[row["Check #"]] -= cents(row["Amount"])
    missing = {trace: amount for trace, amount in paid.items() if posted.get(trace, 0) != amount}
    assert missing == {item.subject_hint: item.value_cents for item in made.planted.of("ERA-UNPOSTED")}


def test_acknowledgements_accept_or_reject_claims_of_the_office(made: Made) -> None:
    rejected = set()
    accepted = set()
    for name in FOLDERS:
        for path in (made.folder / "sources" / name).glob("*.277"):
            for parts, _ in interchanges(path):
                for position, part in enumerate(parts):
                    if part[0] == "STC" and parts[position - 1][:2] == ["TRN", "2"] and parts[position + 1][0] == "DTP":
                        (rejected if part[3] == "U" else accepted).add(parts[position - 1][2])
    planted = {item.subject_hint for item in made.planted.of("CLAIM-REJECTED")}
    again = {trap.hint for trap in made.planted.traps if trap.code == "CLAIM-REJECTED"}
    assert rejected == planted | again
    assert again <= accepted
    assert not planted & accepted
    assert made.today == TODAY
