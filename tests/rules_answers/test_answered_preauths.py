"""PREAUTH-ANSWERED and PREAUTH-DENIED: the catalogue's examples, traps, and what clears them.

P by hand: 40 ln(1+$)/ln(10001) + 35 U + 15 L + 10 R, with ln(10001) = 9.21044.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from plugins.rules_claims import PreauthAnswered, PreauthDenied, PreauthPending
from tests.rows import Row, appointment, case, claim, claim_line, comm, patient, procedure, remit, remit_claim, row

MON, THU, FRI, SENT = date(2026, 3, 9), date(2026, 3, 5), date(2026, 3, 6), date(2026, 2, 10)
ALI = patient("4", first_name="Tarik", last_name="Ali")
OTHER_CALL = comm("old", "4", date(2026, 2, 1))  # contacts are logged in this office


def asked(**values: Any) -> list[Row]:
    """A crown on #3, net 1,220 - 200 = $1,020; we expected $612."""
    given = {"claim_type": "PREAUTH", "first_sent_date": SENT, "last_sent_date": SENT, "created_date": SENT,
             "service_from": None, "service_to": None, "payer_name": "Cigna", "billed_cents": 122_000}  # fmt: skip
    work = procedure("p1", "4", tooth="3", fee_cents=122_000, est_writeoff_cents=20_000)
    line = claim_line("l1", "77", procedure_key="p1", tooth="3", est_ins_cents=61_200, billed_cents=122_000, line_number="P1")
    return [ALI, claim("77", "4", **{**given, **values}), work, line, OTHER_CALL]


def answer(*cas: tuple[str, int], on: date = THU, charge: int = 122_000, key: str = "R", **line: Any) -> list[Row]:
    """An 835 with CLP02 25 and one line with its adjustments."""
    text = "".join(f"|{label}:{cents}" for label, cents in cas) + "|"
    head = remit_claim(f"C{key}", key, "77", 0, status_code="25", is_estimate=True, charge_cents=charge, service_from=None, service_to=None)
    given = {"remit_claim_key": f"C{key}", "position": 1, "code": "D2740", "charge_cents": charge, "paid_cents": 0,
             "line_number": "P1", "adjustments": text}  # fmt: skip
    return [remit(key, 0, payment_date=on, method="NON"), head, row("remit_line", f"L{key}", "era", **{**given, **line})]


APPROVED = answer(("CO-45", 20_000), ("PR-2", 40_800), ("OA-101", 61_200))


def visit(**values: Any) -> Row:
    return appointment("v", "4", date(2026, 3, 20), procedure_tokens="|D2740#3|", **values)


def test_the_answered_example_scores_75(ask: Any, points: Any) -> None:
    # 40 * ln(1021)/9.21044 = 30.09; + 35 + 9.75 = 74.8; due Thu 03-05 + 2 bd = Mon 03-09
    (finding,) = ask(PreauthAnswered, [*asked(), *APPROVED])
    assert (finding.due, finding.value_cents, points(finding)) == (MON, 102_000, 75)
    assert finding.sentence == "Approved: Cigna will pay $612 for crown on #3 (T. Ali). The patient has not been told."
    assert finding.evidence == ("claim:pms:77", "remit_claim:era:CR", "procedure:pms:p1")
    assert ask(PreauthPending, [*asked(), *APPROVED]) == []


CALLED = comm("c", "4", FRI, outcome="REACHED")
WAITS: list[tuple[str, list[Row], list[str]]] = [
    ("answered today", [*asked(), *answer(("OA-101", 61_200), on=date(2026, 3, 10))], []),
    ("told, not booked", [*asked(), *APPROVED, CALLED], ["Not booked yet."]),
    ("booked, not told", [*asked(), *APPROVED, visit()], ["The patient has not been told."]),
    ("told and booked", [*asked(), *APPROVED, CALLED, visit()], []),
    ("a call from the patient tells nothing", [*asked(), *APPROVED, CALLED.changed(direction="IN")], ["The patient has not been told."]),
    ("called before the answer", [*asked(), *APPROVED, CALLED.changed(happened_on=date(2026, 3, 4))], ["The patient has not been told."]),
    ("declined", [*asked(), *APPROVED, CALLED.changed(outcome="DECLINED")], []),
    ("nobody logs contacts, booked", [*asked()[:-1], *APPROVED, visit()], []),
    ("nobody logs contacts, not booked", [*asked()[:-1], *APPROVED], ["Not booked yet."]),
    ("on paper: received in the practice system", asked(received_date=THU), ["The patient has not been told."]),
    ("sent again since", [*asked(last_sent_date=FRI), *APPROVED], []),
    ("withdrawn", [*asked(status="VOID"), *APPROVED], []),
    ("an archived patient is not called", [ALI.changed(status="ARCHIVED"), *asked()[1:], *APPROVED], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "ends"), WAITS, ids=[case[0] for case in WAITS])
def test_an_answer_waits_for_a_call_and_a_visit(ask: Any, name: str, rows: list[Row], ends: list[str]) -> None:
    findings = ask(PreauthAnswered, rows)
    assert [finding.sentence.rpartition("). ")[2] for finding in findings] == ends


@pytest.mark.parametrize("status", ["COMPLETED", "DELETED", "REFERRED_OUT"])
def test_work_that_is_done_or_out_of_the_plan_waits_for_nothing(ask: Any, status: str) -> None:
    rows = [each.changed(status=status) if each.key == "p1" else each for each in asked()]
    assert ask(PreauthAnswered, [*rows, *APPROVED]) == []


def test_work_of_a_declined_case_waits_for_nothing(ask: Any) -> None:
    rows = [each.changed(case_key="t") if each.key == "p1" else each for each in asked()]
    assert ask(PreauthAnswered, [*rows, *APPROVED, case("t", "4", status="DECLINED")]) == []
    assert len(ask(PreauthAnswered, [*rows, *APPROVED, case("t", "4")])) == 1


def test_a_failed_call_makes_the_next_less_likely(ask: Any) -> None:
    (finding,) = ask(PreauthAnswered, [*asked(), *APPROVED, CALLED.changed(outcome="VOICEMAIL")])
    assert finding.likelihood == pytest.approx(0.65 * 0.7)


# --- PREAUTH-DENIED ---------------------------------------------------------------------------------------------------


def implant(**values: Any) -> list[Row]:
    """An implant on #30 of which we expected $960."""
    changed = {"p1": {"code": "D6010", "cdt": "D6010", "description": "implant", "tooth": "30"},
               "l1": {"code": "D6010", "tooth": "30", "est_ins_cents": 96_000}}  # fmt: skip
    return [each.changed(**changed.get(each.key, {})) for each in asked(**values)]


DENIED = answer(("PR-204", 122_000), on=MON, code="D6010")


def test_the_denied_example_scores_68(ask: Any, points: Any) -> None:
    # 40 * ln(961)/9.21044 = 29.83; due Mon 03-09 + 2 bd = Wed 03-11, 1 of 5 left: 28; + 5.25 + 5 = 68.1
    (finding,) = ask(PreauthDenied, [*implant(), *DENIED])
    assert (finding.due, finding.value_cents, points(finding)) == (date(2026, 3, 11), 96_000, 68)
    assert finding.sentence == "Denied: implant on #30 (T. Ali), 'not covered'. $960 expected."
    assert ask(PreauthAnswered, [*implant(), *DENIED]) == []


def test_an_alternate_benefit_is_named(ask: Any) -> None:
    instead = answer(("OA-101", 54_000), ("PR-2", 68_000), on=MON, code="D5213", submitted_code="D6010")
    (finding,) = ask(PreauthDenied, [*implant(), *instead])
    assert finding.value_cents == 42_000
    assert finding.sentence == (
        "Not as planned: implant on #30 (T. Ali), $420 less than expected. Alternate benefit: D5213, $540."
    )


REFUSED: list[tuple[str, list[Row], int]] = [
    ("approved", [*implant(), *answer(("OA-101", 96_000), ("PR-2", 26_000), code="D6010")], 0),
    ("all of it is the deductible", [*implant(), *answer(("PR-1", 122_000), code="D6010")], 0),
    ("nothing was expected", [each.changed(est_ins_cents=0) if each.key == "l1" else each for each in implant()] + DENIED, 0),
    ("the patient was called", [*implant(), *DENIED, comm("c", "4", date(2026, 3, 10))], 0),
    ("appealed", [*implant(status="APPEALED"), *DENIED], 0),
    ("sent again", [*implant(last_sent_date=date(2026, 3, 10)), *DENIED], 0),
    ("the plan was revised", [each.changed(status="DELETED") if each.key == "p1" else each for each in implant()] + DENIED, 0),
    ("a newer answer approves it", [*implant(), *DENIED, *answer(("OA-101", 96_000), ("PR-2", 26_000), on=date(2026, 3, 10), key="S", code="D6010")], 0),
    ("no lines, the whole is refused", [*implant(), *(each.changed(adjustments="|PR-204:122000|") if each.entity == "remit_claim" else each
                                                     for each in DENIED[:2])], 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "count"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_refusal_stands_until_somebody_acts(ask: Any, name: str, rows: list[Row], count: int) -> None:
    assert len(ask(PreauthDenied, rows)) == count


def test_a_missing_x_ray_is_sent_not_appealed(ask: Any) -> None:
    (finding,) = ask(PreauthDenied, [*implant(), *answer(("CO-252", 122_000), on=MON, code="D6010")])
    assert finding.next_step.startswith("send what is missing")
    assert finding.sentence == "Denied: implant on #30 (T. Ali), 'attachment missing'. $960 expected."


def both() -> list[Row]:
    """The crown is approved, the build-up on the same claim refused."""
    second = [procedure("p2", "4", tooth="3", code="D2950", description="build-up", fee_cents=30_000),
              claim_line("l2", "77", procedure_key="p2", code="D2950", tooth="3", est_ins_cents=15_000, line_number="P2")]  # fmt: skip
    line = row("remit_line", "L2", "era", remit_claim_key="CR", position=2, code="D2950", charge_cents=30_000, paid_cents=0,
               line_number="P2", adjustments="|PR-204:30000|")  # fmt: skip
    return [*asked(), *second, *APPROVED, line]


def test_lines_answered_differently_make_one_item_at_a_time(ask: Any) -> None:
    """First the refusal; once the patient was called, the approved rest waits for its visit."""
    assert [f.value_cents for f in ask(PreauthDenied, both())] == [15_000]
    assert ask(PreauthAnswered, both()) == []
    called = [*both(), CALLED]
    assert ask(PreauthDenied, called) == []
    assert [f.value_cents for f in ask(PreauthAnswered, called)] == [102_000]


@pytest.mark.parametrize("rule", [PreauthAnswered, PreauthDenied])
def test_shuffled_facts_give_the_same_findings(ask: Any, rule: Any) -> None:
    rows = [*both(), CALLED] if rule is PreauthAnswered else both()
    first = ask(rule, rows)
    assert first
    random.Random(8).shuffle(rows)
    assert ask(rule, rows) == first
