"""The made-up office's rows: the same every time, whole, adding up to the cent, odd where real ones are, and true to what is planted.

The evidence of each planted kind is looked up here with the words of the reference (open-dental.md 7 and 9), sharing nothing with
the code that planted it.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import hub.demo.open_dental
from hub.demo.open_dental import OpenDental, make_office
from tests.open_dental.office.fixtures import TODAY

EMPTY = date(1, 1, 1)
KINDS = (
    "TX-ACCEPTED-UNBOOKED", "TX-UNSCHEDULED", "TX-PHASE-STALLED", "TX-SEAT-MISSING", "APPT-BROKEN", "APPT-UNCONFIRMED",
    "RECALL-OVERDUE", "REF-NO-REPORT", "LAB-LATE", "PREAUTH-PENDING", "CLAIM-NOT-CREATED", "CLAIM-NOT-SENT", "CLAIM-REJECTED",
    "CLAIM-AGING", "CLAIM-DENIED", "INSPAY-UNFINALIZED", "DEPOSIT-UNAPPLIED", "PAYPLAN-MISSED", "BAL-OVERDUE", "DOC-UNSIGNED",
    "DATA-IDENTITY",
)  # fmt: skip


@pytest.fixture
def rows(untouched_office: OpenDental) -> dict[str, list[dict[str, Any]]]:
    return untouched_office.rows  # type: ignore[return-value]


def worth(office: OpenDental, code: str) -> dict[str, int | None]:
    return {item.subject_hint: item.value_cents for item in office.planted.of(code)}


def cents(value: Decimal) -> int:
    return int(value * 100)


def by_key(listed: list[dict[str, Any]], key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: row for row in listed}


def test_the_same_arguments_give_the_same_rows(untouched_office: OpenDental) -> None:
    again = make_office(today=TODAY)
    assert again.rows == untouched_office.rows
    assert again.planted == untouched_office.planted
    assert make_office(today=TODAY, seed=8).rows["patient"] != untouched_office.rows["patient"]


def test_too_small_a_practice_and_an_unknown_version_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 300"):
        make_office(patients=100, today=TODAY)
    with pytest.raises(ValueError, match=r"no schema of 24\.1"):
        make_office(today=TODAY, version="24.1")


def test_rows_have_every_column_and_keys_are_unique(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    for name, table in untouched_office.schema.items():
        wanted = {column.name for column in table.columns}
        assert all(row.keys() == wanted for row in rows[name]), name
        assert len({row[table.key] for row in rows[name]}) == len(rows[name]), name


def test_nothing_was_written_after_the_evening_before(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    for name, table in untouched_office.schema.items():
        if table.stamp:
            assert all(datetime(2024, 1, 1) < row[table.stamp] < datetime(2026, 3, 10) for row in rows[name]), name


def test_links_lead_somewhere(rows: dict[str, list[dict[str, Any]]]) -> None:
    links = {
        "PatNum": "patient", "ClaimNum": "claim", "ProcNum": "procedurelog", "AptNum": "appointment", "PlanNum": "insplan",
        "InsSubNum": "inssub", "CarrierNum": "carrier", "PayNum": "payment", "ClaimPaymentNum": "claimpayment", "CodeNum": "procedurecode",
        "ProvNum": "provider", "PayPlanNum": "payplan", "SheetNum": "sheet", "LaboratoryNum": "laboratory", "ReferralNum": "referral",
        "RecallTypeNum": "recalltype", "TreatPlanNum": "treatplan", "Guarantor": "patient", "Subscriber": "patient",
        "PlannedAptNum": "appointment", "NextAptNum": "appointment", "EtransMessageTextNum": "etransmessagetext",
    }  # fmt: skip
    keys = {column: {row[next(iter(row))] for row in rows[table]} for column, table in links.items()}
    dangling = [
        (name, column, row[column])
        for name, listed in rows.items() if name != "histappointment"
        for row in listed for column in links.keys() & row.keys()
        if row[column] and row[column] not in keys[column]
    ]  # fmt: skip
    assert dangling == [("etrans", "ClaimNum", 299_999_999)], "an etrans outlives its claim"


def test_money_adds_up(rows: dict[str, list[dict[str, Any]]]) -> None:
    splits: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows["paysplit"]:
        splits[row["PayNum"]] += row["SplitAmt"]
    assert [row["PayNum"] for row in rows["payment"] if splits[row["PayNum"]] != row["PayAmt"]] == []
    checks: dict[int, Decimal] = defaultdict(Decimal)
    billed, paid = defaultdict(Decimal), defaultdict(Decimal)
    for row in rows["claimproc"]:
        checks[row["ClaimPaymentNum"]] += row["InsPayAmt"]
        billed[row["ClaimNum"]] += row["FeeBilled"]
        paid[row["ClaimNum"]] += row["InsPayAmt"] if row["ProcNum"] else 0
    # of a check that is still open 150.00 are not entered yet
    rest = {0: Decimal(0), 1: Decimal("150.00")}
    assert [row for row in rows["claimpayment"] if row["CheckAmt"] - checks[row["ClaimPaymentNum"]] != rest[row["IsPartial"]]] == []
    assert [row["ClaimNum"] for row in rows["claim"] if billed[row["ClaimNum"]] != row["ClaimFee"]] == []
    assert [row["ClaimNum"] for row in rows["claim"] if paid[row["ClaimNum"]] != row["InsPayAmt"]] == []


def test_estimates_of_a_claim_add_up_to_what_is_expected_of_it(rows: dict[str, list[dict[str, Any]]]) -> None:
    expected: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows["claimproc"]:
        expected[row["ClaimNum"]] += row["InsPayEst"]
    assert [row["ClaimNum"] for row in rows["claim"] if expected[row["ClaimNum"]] != row["InsPayEst"]] == []


def test_what_the_aging_run_wrote_is_the_ledger(rows: dict[str, list[dict[str, Any]]]) -> None:
    hidden = {row["DefNum"] for row in rows["definition"] if row["Category"] == 29 and row["ItemValue"]}
    balance: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows["procedurelog"]:
        if row["ProcStatus"] == 2:
            balance[row["PatNum"]] += row["ProcFee"] * max(1, row["UnitQty"] + row["BaseUnits"])
    for row in rows["adjustment"]:
        balance[row["PatNum"]] += row["AdjAmt"]
    for row in rows["paysplit"]:
        balance[row["PatNum"]] -= 0 if row["UnearnedType"] in hidden else row["SplitAmt"]
    for row in rows["claimproc"]:
        balance[row["PatNum"]] -= row["InsPayAmt"] + row["WriteOff"] if row["Status"] in (1, 4, 5, 7) else 0
    family: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows["patient"]:
        assert row["EstBalance"] == balance[row["PatNum"]]
        family[row["Guarantor"]] += balance[row["PatNum"]]
    for row in rows["patient"]:
        assert row["BalTotal"] == (family[row["PatNum"]] if row["PatNum"] == row["Guarantor"] else 0)


def test_only_planted_accounts_owe_anything_beyond_what_insurance_is_to_pay(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    """Denied claims, work on no claim yet, payment plans, prepayments and old balances; a credit is nobody's but the unassigned
    insurance money's."""
    owner = {str(row["ClaimNum"]): str(row["PatNum"]) for row in rows["claim"]}
    owner |= {str(row["PayPlanNum"]): str(row["PatNum"]) for row in rows["payplan"]}
    told = {"CLAIM-DENIED", "CLAIM-NOT-CREATED", "DEPOSIT-UNAPPLIED", "PAYPLAN-MISSED", "BAL-OVERDUE"}
    named = [item.subject_hint for item in untouched_office.planted.items if item.code in told]
    named += [trap.hint for trap in untouched_office.planted.traps if trap.code in told]
    planted = {owner.get(name, name) for name in named}
    left = {
        str(row["PatNum"]): row["BalTotal"] - row["InsEst"]
        for row in rows["patient"]
        if row["PatNum"] == row["Guarantor"]
    }
    open_accounts = {number for number, amount in left.items() if amount > 0}
    assert open_accounts - planted == set()
    credits = {number for number, amount in left.items() if amount < 0}
    unassigned = next(str(row["PatNum"]) for row in rows["patient"] if row["LName"] == "Unapplied")
    assert credits - planted == {unassigned}


def test_the_oddities_of_real_databases_occur(rows: dict[str, list[dict[str, Any]]]) -> None:
    status = Counter(row["ProcStatus"] for row in rows["procedurelog"])
    assert all(status[number] > 0 for number in (1, 2, 3, 4, 5, 6, 7, 8))
    assert all(row["ProcFee"] > 0 for row in rows["procedurelog"] if row["ProcStatus"] == 6), (
        "deleted work keeps its fee"
    )
    visits = Counter(row["AptStatus"] for row in rows["appointment"])
    assert all(visits[number] > 0 for number in (1, 2, 3, 5, 6, 7))
    planned = {row["AptNum"] for row in rows["appointment"] if row["AptStatus"] == 6}
    assert sum(row["NextAptNum"] in planned for row in rows["appointment"]) > 5
    assert len(planned - {row["NextAptNum"] for row in rows["appointment"]}) > 1, "planned and never scheduled"
    assert {row["LinkType"] for row in rows["patientlink"]} == {1, 2}
    merged = {row["PatNumFrom"] for row in rows["patientlink"] if row["LinkType"] == 1}
    assert {row["PatStatus"] for row in rows["patient"] if row["PatNum"] in merged} == {3}
    assert {row["DateService"] for row in rows["claim"] if row["ClaimType"] == "PreAuth"} == {EMPTY}
    assert {row["ClaimStatus"] for row in rows["claim"]} >= set("SRWUHI")
    assert {row["Status"] for row in rows["claimproc"]} >= {0, 1, 2, 4, 5, 6}
    assert any(row["ProcNum"] == 0 and row["InsPayAmt"] for row in rows["claimproc"]), "money by total"
    assert any(row["InsPayAmt"] < 0 for row in rows["claimproc"])
    assert (
        sum(row["InsPayAmt"] for row in rows["claimproc"] if row["IsTransfer"])
        == 0
        < sum(row["IsTransfer"] for row in rows["claimproc"])
    )
    assert all(rows[name] for name in rows), "no table is empty"
    assert sum(row["PayAmt"] == 0 and row["PayType"] == 0 for row in rows["payment"]) > 5, "income transfers"
    assert any(row["PayAmt"] < 0 for row in rows["payment"])
    assert any(row["PlanNum"] and row["InsSubNum"] for row in rows["payplan"]) and any(
        row["IsClosed"] for row in rows["payplan"]
    )
    assert {row["ObjectType"] for row in rows["deletedobject"]} == {0, 2}
    kept = {row["AptNum"] for row in rows["appointment"]}
    assert not kept & {row["ObjectNum"] for row in rows["deletedobject"] if row["ObjectType"] == 0}
    assert {row["TrackingType"] for row in rows["claimtracking"]} == {"StatusHistory", "ClaimUser"}
    assert any("'" in row["LName"] for row in rows["patient"]) and any(
        not row["LName"].isascii() for row in rows["patient"]
    )
    assert any("\r\n" in row["Note"] and "\t" in row["Note"] for row in rows["procnote"])
    assert any(row["Address2"] is None for row in rows["patient"]) and any(
        row["AdmitDate"] == "0000-00-00" for row in rows["patient"]
    )
    large = [row["PatNum"] for row in rows["patient"] if row["PatNum"] > 2**53]
    assert 0.01 < len(large) / len(rows["patient"]) < 0.15
    assert any(row["LabCaseNum"] for row in rows["labcase"] if row["DateTimeDue"].year == 1)
    missed = next(row["CodeNum"] for row in rows["procedurecode"] if row["ProcCode"] == "D9986")
    assert any(row["CodeNum"] == missed for row in rows["procedurelog"])
    assert {row["Etype"] for row in rows["etrans"]} == {0, 22, 27}
    assert {row["AckCode"] for row in rows["etrans"]} >= {"A", "R", "Recd"}


def test_without_random_keys_there_are_none() -> None:
    office = make_office(today=TODAY, random_keys=0.0)
    assert max(office.keys("patient")) < 2**53 and max(office.keys("appointment")) < 2**53


def test_every_kind_is_planted_and_has_look_alikes(untouched_office: OpenDental) -> None:
    planted = Counter(item.code for item in untouched_office.planted.items)
    assert set(planted) == set(KINDS)
    assert min(planted[code] for code in KINDS if code != "DATA-IDENTITY") >= 3
    assert set(KINDS) - {trap.code for trap in untouched_office.planted.traps} == set()
    assert {item.code for item in untouched_office.planted_eras.items} == {"ERA-UNPOSTED", "ERA-UNMATCHED"}


def test_every_hint_is_a_key_or_a_check_number(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    known = {str(key) for name in untouched_office.schema for key in untouched_office.keys(name)}
    known |= {row["CheckNum"] for row in rows["claimpayment"]}
    hints = {item.subject_hint for item in untouched_office.planted.items} | {
        trap.hint for trap in untouched_office.planted.traps
    }
    assert hints - known == set()


def test_claims_not_sent_are_those_in_the_queue(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    waiting = {str(row["ClaimNum"]): cents(row["InsPayEst"]) for row in rows["claim"] if row["ClaimStatus"] in "WU"}
    assert waiting == worth(untouched_office, "CLAIM-NOT-SENT")
    assert all(row["DateSent"] == EMPTY for row in rows["claim"] if row["ClaimStatus"] in "WUHI")


def test_claims_not_created_are_estimates_of_completed_work(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    done = {
        row["ProcNum"]: str(row["PatNum"]) for row in rows["procedurelog"] if row["ProcStatus"] == 2 and row["ProcFee"]
    }
    flat = {row["PlanNum"] for row in rows["insplan"] if row["PlanType"] == "c"}
    found: dict[str, int] = defaultdict(int)
    for row in rows["claimproc"]:
        if (
            row["Status"] == 6
            and row["ClaimNum"] == 0
            and not row["NoBillIns"]
            and row["ProcNum"] in done
            and row["PlanNum"] not in flat
        ):
            found[done[row["ProcNum"]]] += cents(row["InsEstTotal"])
    assert dict(found) == worth(untouched_office, "CLAIM-NOT-CREATED")


def test_unfinalized_money_has_no_check_or_an_open_one(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    entered: dict[str, int] = defaultdict(int)
    for row in rows["claimproc"]:
        if (
            row["ClaimPaymentNum"] == 0
            and row["InsPayAmt"]
            and row["Status"] in (1, 4, 5)
            and not row["IsTransfer"]
            and row["DateEntry"] <= TODAY - timedelta(days=2)
        ):
            entered[str(row["ClaimNum"])] += cents(row["InsPayAmt"])
    entered |= {row["CheckNum"]: 15000 for row in rows["claimpayment"] if row["IsPartial"]}
    assert dict(entered) == worth(untouched_office, "INSPAY-UNFINALIZED")


def test_rejected_claims_are_those_whose_last_sending_was_refused(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    last: dict[int, str] = {}
    for row in sorted(rows["etrans"], key=lambda row: row["DateTimeTrans"]):
        if row["Etype"] == 0:
            last[row["ClaimNum"]] = row["AckCode"]
    sent = by_key(rows["claim"], "ClaimNum")
    refused = {
        str(key): cents(sent[key]["InsPayEst"])
        for key, code in last.items()
        if code == "R" and sent[key]["ClaimStatus"] == "S"
    }
    assert refused == worth(untouched_office, "CLAIM-REJECTED")


def test_preauths_and_claims_without_an_answer_are_old_enough(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    claims = {str(row["ClaimNum"]): row for row in rows["claim"]}
    net: dict[str, int] = defaultdict(int)  # fees less write-offs
    for row in rows["claimproc"]:
        net[str(row["ClaimNum"])] += cents(row["FeeBilled"]) - cents(row["WriteOffEst"])
    for code, days in (("CLAIM-AGING", 15), ("PREAUTH-PENDING", 21)):
        for hint, value in worth(untouched_office, code).items():
            row = claims[hint]
            assert (
                row["ClaimStatus"] == "S"
                and (TODAY - row["DateSent"]).days >= days
                and (net[hint] if code == "PREAUTH-PENDING" else cents(row["InsPayEst"])) == value
            )
            assert (row["ClaimType"] == "PreAuth") == (code == "PREAUTH-PENDING")


def test_denied_claims_are_received_with_nothing_although_something_was_expected(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    claims = {str(row["ClaimNum"]): row for row in rows["claim"]}
    for hint, value in worth(untouched_office, "CLAIM-DENIED").items():
        assert (
            claims[hint]["ClaimStatus"] == "R"
            and claims[hint]["InsPayAmt"] == 0
            and cents(claims[hint]["InsPayEst"]) == value
        )
        reasons = {row["ClaimAdjReasonCodes"] for row in rows["claimproc"] if str(row["ClaimNum"]) == hint}
        assert reasons <= {"204", "29", "96", "50"}


def test_accepted_work_is_signed_for_planned_and_not_booked(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    booked = {
        row["AptNum"] for row in rows["appointment"] if row["AptStatus"] == 1 and row["AptDateTime"].date() >= TODAY
    }
    active = {row["PatNum"] for row in rows["patient"] if row["PatStatus"] in (0, 6) and row["LName"] != "ZZ Test"}
    work = {row["ProcNum"]: row for row in rows["procedurelog"]}
    signed = {
        row["TreatPlanNum"]: row["PatNum"]
        for row in rows["treatplan"]
        if row["TPStatus"] == 0 and len(row["Signature"]) > 1
    }
    open_work: dict[str, int] = defaultdict(int)
    for row in rows["proctp"]:
        live = work[row["ProcNumOrig"]]
        if (
            row["TreatPlanNum"] in signed
            and live["ProcStatus"] == 1
            and live["AptNum"] not in booked
            and live["PatNum"] in active
        ):
            open_work[str(row["TreatPlanNum"])] += cents(row["FeeAmt"] - row["Discount"])
    assert dict(open_work) == worth(untouched_office, "TX-ACCEPTED-UNBOOKED")


def test_stalled_work_follows_a_finished_root_canal(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    codes = {row["CodeNum"]: row["ProcCode"] for row in rows["procedurecode"]}
    booked = {row["AptNum"] for row in rows["appointment"] if row["AptStatus"] == 1}
    canals = {
        (row["PatNum"], row["ToothNum"]) for row in rows["procedurelog"]
        if codes[row["CodeNum"]] == "D3330" and row["ProcStatus"] == 2 and (TODAY - row["DateComplete"]).days > 30
    }  # fmt: skip
    off = {row["ProcNum"]: max(Decimal(0), row["WriteOffEst"]) for row in rows["claimproc"] if row["Status"] == 6}
    found: dict[str, int] = defaultdict(int)
    for row in rows["procedurelog"]:
        if row["ProcStatus"] == 1 and row["AptNum"] not in booked and (row["PatNum"], row["ToothNum"]) in canals:
            found[str(row["PatNum"])] += cents(row["ProcFee"] - off.get(row["ProcNum"], Decimal(0)))
    told = {item.also[-1]: item.value_cents for item in untouched_office.planted.of("TX-PHASE-STALLED")}
    assert dict(found) == told


def test_missing_seats_are_groups_in_process_without_a_visit(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    work = by_key(rows["procedurelog"], "ProcNum")
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows["procmultivisit"]:
        groups[row["GroupProcMultiVisitNum"]].append(work[row["ProcNum"]])
    open_groups = [
        group for group in groups.values() if not any(row["AptNum"] for row in group if row["ProcStatus"] == 1)
    ]
    assert {str(group[0]["PatNum"]) for group in open_groups} == set(worth(untouched_office, "TX-SEAT-MISSING"))
    for group in open_groups:
        crown = next(row for row in group if row["ProcStatus"] == 2)
        off = next(row["WriteOffEst"] for row in rows["claimproc"] if row["ProcNum"] == crown["ProcNum"])
        assert cents(crown["ProcFee"] - off) == worth(untouched_office, "TX-SEAT-MISSING")[str(crown["PatNum"])]


def test_unconfirmed_visits_are_a_fifth_of_their_net_fees(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    soon = [
        row for row in rows["appointment"] if row["AptStatus"] == 1 and row["AptDateTime"].date() <= date(2026, 3, 12)
    ]
    found = {}
    for row in soon:
        if row["Confirmed"] in (18, 19, 20):
            held = {
                work["ProcNum"]: work["ProcFee"] for work in rows["procedurelog"] if work["AptNum"] == row["AptNum"]
            }
            off = sum(cp["WriteOffEst"] for cp in rows["claimproc"] if cp["ProcNum"] in held)
            found[str(row["AptNum"])] = cents((sum(held.values()) - off) / 5)
    assert found == worth(untouched_office, "APPT-UNCONFIRMED")


def test_late_lab_cases(untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]) -> None:
    visits = by_key(rows["appointment"], "AptNum")
    late = set()
    for row in rows["labcase"]:
        due, seat = (
            row["DateTimeDue"].date(),
            visits[row["AptNum"]]["AptDateTime"].date() if row["AptNum"] else date.max,
        )
        if row["DateTimeRecd"].year == 1 and (EMPTY < due < TODAY or seat <= date(2026, 3, 12)):
            late.add(str(row["LabCaseNum"]))
    assert late == set(worth(untouched_office, "LAB-LATE"))


def test_open_referrals_went_out_more_than_thirty_days_ago(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    found = {
        str(row["RefAttachNum"]) for row in rows["refattach"]
        if row["RefType"] == 0 and row["DateProcComplete"] == EMPTY and row["RefToStatus"] not in (1, 5) and (TODAY - row["RefDate"]).days >= 30
    }  # fmt: skip
    assert found == set(worth(untouched_office, "REF-NO-REPORT"))


def test_prepayments_lie_unused(untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]) -> None:
    unearned: dict[str, int] = defaultdict(int)
    for row in rows["paysplit"]:
        if row["UnearnedType"] == 288:
            unearned[str(row["PatNum"])] += cents(row["SplitAmt"])
    young = {trap.hint for trap in untouched_office.planted.traps if trap.code == "DEPOSIT-UNAPPLIED"}
    assert {key: amount for key, amount in unearned.items() if amount and key not in young} == worth(
        untouched_office, "DEPOSIT-UNAPPLIED"
    )


def test_missed_instalments_are_charges_less_payments(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    behind = {}
    for plan in rows["payplan"]:
        if plan["PlanNum"] == 0 and not plan["IsClosed"]:
            due = sum(
                c["Principal"]
                for c in rows["payplancharge"]
                if c["PayPlanNum"] == plan["PayPlanNum"] and c["ChargeDate"] < TODAY - timedelta(days=5)
            )
            paid = sum(s["SplitAmt"] for s in rows["paysplit"] if s["PayPlanNum"] == plan["PayPlanNum"])
            behind[str(plan["PayPlanNum"])] = cents(Decimal(due - paid))
    assert {key: amount for key, amount in behind.items() if amount > 0} == worth(untouched_office, "PAYPLAN-MISSED")


def test_overdue_balances_were_billed_more_than_thirty_days_ago(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    first: dict[int, date] = {}
    for row in rows["statement"]:
        first[row["PatNum"]] = min(row["DateSent"], first.get(row["PatNum"], date.max))
    found = {
        str(row["PatNum"]): cents(row["BalTotal"] - row["InsEst"]) for row in rows["patient"]
        if row["BalTotal"] - row["InsEst"] >= 20 and (TODAY - first.get(row["PatNum"], TODAY)).days > 30
    }  # fmt: skip
    assert found == worth(untouched_office, "BAL-OVERDUE")


def test_unsigned_consents_have_an_empty_box(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    forms = {row["SheetNum"] for row in rows["sheet"] if row["SheetType"] == 6 and not row["IsDeleted"]}
    boxes = [row for row in rows["sheetfield"] if row["FieldType"] == 9 and row["SheetNum"] in forms]
    unsigned = {str(row["SheetNum"]) for row in boxes if len(row["FieldValue"]) <= 1}
    assert unsigned == set(worth(untouched_office, "DOC-UNSIGNED"))
    assert {row["FieldValue"] for row in boxes if len(row["FieldValue"]) <= 1} == {"", "0"}


def test_missed_visits_hold_their_procedures(
    untouched_office: OpenDental, rows: dict[str, list[dict[str, Any]]]
) -> None:
    off = {row["ProcNum"]: row["WriteOffEst"] for row in rows["claimproc"] if row["Status"] == 6}
    for item in untouched_office.planted.of("APPT-BROKEN"):
        missed = [
            row for row in rows["appointment"] if str(row["PatNum"]) == item.subject_hint and row["AptStatus"] in (3, 5)
        ]
        held = [row for row in rows["procedurelog"] if row["AptNum"] == missed[0]["AptNum"] and row["ProcFee"]]
        assert sum(cents(row["ProcFee"] - off.get(row["ProcNum"], 0)) for row in held) == item.value_cents


@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2025, 11, 28), date(2027, 1, 1)])
def test_any_day_of_the_year_gives_an_office(today: date) -> None:
    office = make_office(today=today, seed=today.month)
    assert {item.code for item in office.planted.items} == set(KINDS)
    for row in office.rows["payment"]:
        assert isinstance(row["PayDate"], date) and row["PayDate"] < today


def test_more_patients_mean_more_rows_and_more_planted() -> None:
    office = make_office(today=TODAY, patients=900)
    assert len(office.rows["patient"]) >= 900
    assert len(office.planted.of("CLAIM-NOT-SENT")) == 4


def test_the_office_shares_nothing_with_the_engine_the_rules_or_the_connector() -> None:
    for path in Path(hub.demo.open_dental.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith(("hub", "connectors", "plugins")) or name.startswith(
                    ("hub.demo", "hub.workdays")
                ), f"{path.name}: {name}"
