"""ERA-LEDGER-MISMATCH: the catalogue's example, its traps, and what clears it.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from plugins.rules_remittance import EraLedgerMismatch, EraUnposted
from tests.rows import Row, claim, claim_line, ledger, patient, remit, remit_adj, remit_claim

FRI, THU, MADE = date(2026, 3, 6), date(2026, 3, 5), date(2026, 1, 20)
LOPEZ = patient("1")


def ours(**values: Any) -> Row:
    given = {"status": "ADJUDICATED", "received_date": FRI, "billed_cents": 40_000}
    return claim("7", "1", **{**given, **values})


def eob(paid: int = 21_200, contract: int = 9_600, share: int | None = None, key: str = "R", on: date = THU, **values: Any) -> list[Row]:
    given = {"contract_cents": contract, "pr_cents": share, "charge_cents": 40_000}
    return [remit(key, paid, payment_date=on), remit_claim(f"C{key}", key, "7", paid, **{**given, **values})]


def finalized() -> list[Row]:
    head, answer = eob()
    return [head.changed(state="FINALIZED"), answer]


def booked(cents: int, kind: str = "INS_PAYMENT", on: date = FRI, key: str = "", **values: Any) -> Row:
    return ledger(key or f"{kind}{cents}{on}", "1", kind, -cents, on, **{"claim_number": "7", **values})


def test_the_example_scores_68(ask: Any, points: Any) -> None:
    # 40 * ln(28)/9.21044 = 14.47; + 35 + 13.5 + 5 = 68.0; posted Fri 03-06 + 2 bd = Tue 03-10
    rows = [LOPEZ, ours(), *eob(), booked(21_200), booked(6_900, "WRITEOFF")]
    (finding,) = ask(EraLedgerMismatch, rows)
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 10), 2_700, 68)
    assert finding.sentence == "EOB says $212 paid, $96 write-off. Ledger has $212 and $69 (M. Lopez, Delta Dental)."
    assert (finding.subject, finding.evidence) == ("claim:pms:7", ("claim:pms:7", "remit_claim:era:CR"))
    assert ask(EraLedgerMismatch, [*rows, booked(2_700, "WRITEOFF")]) == []


PAID = [booked(21_200)]
OFF = [booked(9_600, "WRITEOFF")]
DIFFERS: list[tuple[str, dict[str, Any], list[Row], list[int]]] = [
    ("both sides agree", {}, [*eob(), *PAID, *OFF], []),
    ("entered twice", {}, [*eob(), *PAID, booked(21_200, key="again"), *OFF], [21_200]),
    ("the write-off was entered when the claim was made", {}, [*eob(), *PAID, booked(9_600, "WRITEOFF", MADE)], []),
    ("the write-off is an adjustment", {}, [*eob(), *PAID, booked(9_600, "ADJUSTMENT"), booked(0, "WRITEOFF")], []),
    ("the write-off stands on the procedure", {},
     [*eob(), *PAID, claim_line("l", "7", procedure_key="p", code="D2740"), booked(0, "WRITEOFF"),
      booked(9_600, "WRITEOFF", claim_number=None, procedure_key="p", key="w")], []),
    ("the claim itself states the write-off", {"writeoff_cents": 9_600, "paid_cents": 21_200}, eob(), []),
    ("the claim itself states another", {"writeoff_cents": 6_900, "paid_cents": 21_200}, eob(), [2_700]),
    ("no source states write-offs", {}, [*eob(), *PAID], []),
    ("a cent a line is rounding", {}, [*eob(), *PAID, booked(9_599, "WRITEOFF")], []),
    ("two cents on one line are not", {}, [*eob(), *PAID, booked(9_598, "WRITEOFF")], [2]),
    ("two cents on two lines are", {},
     [*eob(), *PAID, booked(9_598, "WRITEOFF"), claim_line("a", "7"), claim_line("b", "7")], []),
    ("a secondary's contract is the primary's matter", {"ordinal": 2}, [*eob(prior_payer_cents=5_000), *PAID, booked(0, "WRITEOFF")], []),
    ("capitation", {}, [*eob(0, 0, reasons="|CO-24|PR-3|"), booked(0), booked(80_500, "WRITEOFF")], []),
    ("interest of the check, entered on the claim", {},
     [*finalized(), booked(21_542), *OFF, remit_adj("i", "R", "L6", None, -342)], []),
    ("more than the EOB says, without interest", {}, [*finalized(), booked(21_542), *OFF], [342]),
    ("a takeback, mirrored on the claim that it means", {},
     [*eob(), *PAID, *OFF, remit("S", 9_000), remit_adj("w", "S", "WO", "7", 5_000), booked(-5_000)], []),
    ("a takeback of another amount", {},
     [*eob(), *PAID, *OFF, remit("S", 9_000), remit_adj("w", "S", "WO", "7", 5_001), booked(-5_000)], [5_000]),
    ("orthodontics: only payments", {}, [*eob(), *PAID, booked(1_000, "WRITEOFF"), claim_line("a", "7", code="D8080")], []),
    ("patient share, 99 cents", {}, [*eob(share=9_200), *PAID, *OFF, claim_line("a", "7", patient_cents=9_101)], []),
    ("patient share, one dollar", {}, [*eob(share=9_200), *PAID, *OFF, claim_line("a", "7", patient_cents=9_100)], [100]),
    ("patient share while the second plan is open", {},
     [*eob(share=9_200), *PAID, *OFF, claim_line("a", "7", patient_cents=1_000), claim("8", "1", ordinal=2)], []),
    ("patient share not stated on every line", {},
     [*eob(share=9_200), *PAID, *OFF, claim_line("a", "7", patient_cents=1_000), claim_line("b", "7")], []),
    ("two remittances, both posted", {}, [*eob(), *eob(1_000, 0, key="S", on=FRI), *PAID, booked(1_000), *OFF], []),
    ("reversal and correction, both posted", {},
     [*eob(), *eob(-21_200, -9_600, key="S", on=FRI, status_code="22"), *eob(20_000, 9_600, key="T", on=FRI),
      *PAID, booked(-21_200), booked(20_000), *OFF], []),
    ("a remittance that does not balance", {}, [remit("R", 1, state="QUARANTINED"), remit_claim("C", "R", "7", 1), *PAID], []),
    ("one answer does not add up, both are posted", {},
     [*eob(10_000, 0, balanced=False), *eob(5_000, 0, key="S", on=FRI), booked(10_000), booked(5_000)], []),
    ("one answer does not add up, and was entered twice", {},
     [*eob(10_000, 0, balanced=False), *eob(5_000, 0, key="S", on=FRI), booked(10_000), booked(5_000), booked(10_000, key="again")],
     [10_000]),
    ("one answer does not add up, and is not posted", {},
     [*eob(10_000, 0, balanced=False), *eob(5_000, 0, key="S", on=FRI), booked(5_000)], []),
    ("the write-off of an answer that does not add up says nothing", {}, [*eob(balanced=False), *PAID, booked(6_900, "WRITEOFF")], []),
    ("a predetermination", {}, [*eob(status_code="25", is_estimate=True), *PAID], []),
    ("void", {"status": "VOID"}, [*eob(), *PAID, booked(1, "WRITEOFF")], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "claim_values", "more", "cents"), DIFFERS, ids=[case[0] for case in DIFFERS])
def test_what_differs_from_the_eob(
    ask: Any, name: str, claim_values: dict[str, Any], more: list[Row], cents: list[int]
) -> None:
    assert [f.value_cents for f in ask(EraLedgerMismatch, [LOPEZ, ours(**claim_values), *more])] == cents


def test_what_is_not_posted_yet_is_unposted_and_nothing_else(ask: Any) -> None:
    rows = [LOPEZ, ours(status="SENT", received_date=None), *eob(), booked(20_000), booked(6_900, "WRITEOFF")]
    assert ask(EraLedgerMismatch, rows) == []
    assert len(ask(EraUnposted, rows)) == 1


def test_a_finalized_remittance_with_another_amount_is_a_mismatch(ask: Any) -> None:
    head, answer = eob()
    rows = [LOPEZ, ours(status="SENT", received_date=None), head.changed(state="FINALIZED"), answer, booked(20_000)]
    (finding,) = ask(EraLedgerMismatch, rows)
    assert (finding.value_cents, ask(EraUnposted, rows)) == (1_200, [])
    assert finding.sentence.startswith("EOB says $212 paid. Ledger has $200 ")


def test_shuffled_facts_give_the_same_findings(ask: Any) -> None:
    rows = [LOPEZ, ours(), *eob(share=9_200), *PAID, booked(6_900, "WRITEOFF"), claim_line("a", "7", patient_cents=9_000)]
    first = ask(EraLedgerMismatch, rows)
    assert [f.value_cents for f in first] == [2_900]
    random.Random(6).shuffle(rows)
    assert ask(EraLedgerMismatch, rows) == first
