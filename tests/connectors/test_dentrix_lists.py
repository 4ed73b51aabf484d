"""The Dentrix starter mappings on hand-written lines; expected values are read off the lines by eye."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.connectors.conftest import Seen

Reading = Callable[[str, str], Seen]
PATIENTS = "Patient ID,Chart #,Last Name,First Name,MI,Birthdate,SSN,Status,Guarantor ID,Home Phone,Balance\r\n"


def test_a_patient_is_read_with_balance_mask_and_status(reading: Reading) -> None:
    seen = reading(
        "dentrix/patients",
        PATIENTS
        + '1042,LO0012,Lopez,Ana,M,04/09/1981,000-00-0000,Active,1042,(555)555-0131,125.00\r\n'
        + "1043,,O'Neil,Pat,,,000-00-0000,Inactive,1042,(   )   -,(40.00)\r\n",
    )
    assert seen.bad == []
    ana, pat = seen.facts
    assert (ana["source_key"], ana["birth_date"], ana["balance_cents"], ana["status"]) == ("1042", "1981-04-09", 12500, "ACTIVE")
    assert ana["household_key"] == "1042"
    assert (pat["last_name"], pat["birth_date"], pat["phone"], pat["balance_cents"]) == ("O'Neil", None, None, -4000)
    assert pat["status"] == "INACTIVE"
    assert not any("000-00" in str(value) for fact in seen.facts for value in fact.values())


@pytest.mark.parametrize("total", ["Total,,,,,,,,,,1.00", "Grand Total: 1,,,,,,,,,,", '"Total","","","","","","","","","","$1.00"', "TOTAL,,,,,,,,,,(4.00)"])
def test_a_totals_row_is_no_patient(reading: Reading, total: str) -> None:
    seen = reading("dentrix/patients", PATIENTS + f"1042,,Lopez,Ana,M,04/09/1981,,Active,1042,,1.00\r\n{total}\r\n")
    assert [fact["source_key"] for fact in seen.facts] == ["1042"]
    assert (seen.bad, seen.skipped["totals"]) == ([], 1)


def test_a_patient_whose_name_begins_with_total_is_read(reading: Reading) -> None:
    names = "Last Name,First Name,Patient ID\nTotal,Ana,7\nTotalski,Bo,8\nTotal,Cy,9\n"
    assert [fact["source_key"] for fact in reading("dentrix/patients", names).facts] == ["7", "8", "9"]


@pytest.mark.parametrize(
    ("last", "is_test"), [("ZZ Test", True), ("zztest", True), ("Test", True), ("Testarossa", False), ("Lopez", False)]
)
def test_dummies_are_marked_by_their_last_name(reading: Reading, last: str, is_test: bool) -> None:
    seen = reading("dentrix/patients", PATIENTS + f"7,,{last},Pat,,,,Active,7,,0.00\r\n")
    assert seen.facts[0]["is_test"] is is_test


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Created", "UNKNOWN"), ("Printed", "PROPOSED"), ("Pre-Auth (Primary)", "PROPOSED"), ("Pre-Auth (Secondary)", "PROPOSED"),
        ("Follow-up Made", "PROPOSED"), ("Preferred", "PROPOSED"), ("Proposed", "PROPOSED"), ("Accepted", "ACCEPTED"),
        ("Rejected", "DECLINED"), ("Completed", "COMPLETED"), ("accepted", "ACCEPTED"),
    ],
)  # fmt: skip
def test_every_case_status_of_the_vendor_has_a_meaning(reading: Reading, word: str, status: str) -> None:
    seen = reading(
        "dentrix/cases",
        f"Case ID,Patient ID,Case Name,Status,Date Created,Status Date,Linked Group,Recommended\n9,42,Crown,{word},03/01/2026,,7,Y\n",
    )
    assert seen.facts[0]["status"] == status
    assert (seen.facts[0]["alt_group_key"], seen.facts[0]["is_recommended"]) == ("7", True)


def test_an_unknown_case_status_is_set_aside_not_guessed(reading: Reading) -> None:
    seen = reading("dentrix/cases", "Case ID,Patient ID,Status\n9,42,Maybe\n")
    assert seen.facts == []
    assert seen.reasons == ["mapping"]


def test_one_procedure_in_two_cases_is_two_rows_with_one_canonical_key(reading: Reading) -> None:
    head = "Proc ID,Case ID,Patient ID,Code,Description,Tooth,Surf,Status,Severity,Date Planned,Fee,Write-off,Ins Est,Pat Est\n"
    row = '77,{case},42,D2740,crown,30,,Treatment Planned,{severity},03/05/2026,"1,150.00",230.00,460.00,460.00\n'
    seen = reading("dentrix/treatment", head + row.format(case=1, severity="") + row.format(case=2, severity="Immediate"))
    first, second = seen.facts
    assert first["source_key"] != second["source_key"]
    assert first["canonical_key"] == second["canonical_key"] == "77"
    assert (first["fee_cents"], first["est_writeoff_cents"], first["est_patient_cents"]) == (115000, 23000, 46000)
    assert (first["priority"], second["priority"]) == (None, "URGENT")
    assert (first["status"], first["cdt"], first["tooth"]) == ("PLANNED", "D2740", "30")


def test_office_codes_stay_and_are_no_cdt(reading: Reading) -> None:
    head = "Proc ID,Case ID,Patient ID,Code,Status,Date Planned,Fee\n"
    seen = reading("dentrix/treatment", head + "1,1,42,WATCH,Treatment Planned,03/05/2026,0.00\n")
    assert (seen.facts[0]["code"], seen.facts[0]["cdt"], seen.facts[0]["fee_cents"]) == ("WATCH", None, 0)


def test_a_visit_starts_at_the_utc_moment_of_its_local_time(reading: Reading) -> None:
    seen = reading(
        "dentrix/appointments",
        "Appt ID,Patient ID,Date,Time,Status,Codes,CC Type,Amount,Date Made\n"
        "5,42,07/01/2026,4:30 PM,Scheduled,D2740 #30; D2950 #30,,920.00,06/01/2026\n"
        "6,42,01/15/2026,8:00 AM,Completed,D1110,Prophy,112.00,07/10/2025\n",
    )
    summer, winter = seen.facts
    # Chicago is UTC-5 in July and UTC-6 in January
    assert (summer["start_date"], summer["start_at"]) == ("2026-07-01", "2026-07-01 21:30:00.000000")
    assert winter["start_at"] == "2026-01-15 14:00:00.000000"
    assert summer["procedure_tokens"] == "|D2740#30|D2950#30|"
    assert (winter["status"], winter["recall_type"], winter["procedure_tokens"]) == ("COMPLETED", "PROPHY", "|D1110|")


@pytest.mark.parametrize(("word", "status"), [("Broken", "BROKEN"), ("W/Call", "WAITLIST"), ("No Show", "NO_SHOW")])
def test_will_call_on_the_unscheduled_list_is_not_broken(reading: Reading, word: str, status: str) -> None:
    seen = reading(
        "dentrix/broken_appointments",
        f"Appt ID,Patient ID,Original Date,Status,Codes,Amount,Date Broken\n5,42,03/06/2026,{word},D2740 #30,740.00,03/06/2026\n",
    )
    assert (seen.facts[0]["status"], seen.facts[0]["broken_date"], seen.facts[0]["amount_cents"]) == (status, "2026-03-06", 74000)


def test_recalls_know_their_trigger_codes_and_a_plus_is_some_other_visit(reading: Reading) -> None:
    seen = reading(
        "dentrix/continuing_care",
        "Continuing Care List,,,,,,Page 1\nPatient ID,Patient,Type,Date,Appt?,Status,Prior Treat.\n"
        '42,"Lopez, Ana",PROPHY,03/01/2026,+,Left message,08/22/2025\n'
        '43,"Kim, Jae",Whitening,03/02/2026,,,\n'
        '44,"Ng, Bo",PERIO,03/02/2026,04/02/2026,,\n'
        "Total Patients: 3,,,,,,\n",
    )
    assert seen.problems == []
    first, second, third = seen.facts
    assert (first["recall_type"], first["trigger_codes"], first["has_appointment"]) == ("PROPHY", "|D1110|D1120|", False)
    assert (second["recall_type"], second["trigger_codes"], second["has_appointment"]) == ("WHITENING", None, False)
    assert (third["recall_type"], third["has_appointment"]) == ("PERIO", True), "the day of its own visit"


def test_a_cut_recall_list_is_noticed_by_its_total(reading: Reading) -> None:
    seen = reading(
        "dentrix/continuing_care",
        "Patient ID,Patient,Type,Date,Appt?,Status,Prior Treat.\n"
        '42,"Lopez, Ana",PROPHY,03/01/2026,+,Left message,08/22/2025\nTotal Patients: 3,,,,,,\n',
    )
    assert len(seen.problems) == 1


def test_ledger_signs_kinds_and_equal_lines(reading: Reading) -> None:
    seen = reading(
        "dentrix/ledger",
        "Patient ID,Guarantor ID,Date,Type,Code,Tooth,Claim ID,Check #,Amount\n"
        '42,40,03/02/2026,Charge,D2740,30,,,"1,150.00"\n'
        "42,40,03/09/2026,Insurance Payment,,,20417,EFT991,(460.00)\n"
        "42,40,03/09/2026,CareCredit Payment,,,,T600,(200.00)\n"
        "42,40,03/09/2026,CareCredit Payment,,,,T601,(200.00)\n"
        'Entries: 4,,,,,,,Total,290.00\n',
    )
    assert seen.bad == [] and seen.problems == []
    assert [fact["amount_cents"] for fact in seen.facts] == [115000, -46000, -20000, -20000]
    assert [fact["kind"] for fact in seen.facts] == ["CHARGE", "INS_PAYMENT", "FINANCING", "FINANCING"]
    assert (seen.facts[1]["claim_number"], seen.facts[1]["external_ref"]) == ("20417", "EFT991")
    assert len({fact["source_key"] for fact in seen.facts}) == 4
    assert str(seen.facts[3]["source_key"]).endswith("~2")


def test_an_unknown_ledger_type_waits_for_the_office_and_is_counted(reading: Reading) -> None:
    seen = reading(
        "dentrix/ledger", "Patient ID,Date,Type,Amount\n42,03/02/2026,Mystery Credit,(10.00)\n42,03/02/2026,Charge,10.00\n"
    )
    assert len(seen.facts) == 1
    assert seen.reasons == ["mapping"]
    assert seen.unmapped == {"kind": {"Mystery Credit": 1}}


def test_a_ledger_total_that_does_not_agree_is_reported_with_both_figures(reading: Reading) -> None:
    seen = reading(
        "dentrix/ledger",
        "Patient ID,Guarantor ID,Date,Type,Code,Tooth,Claim ID,Check #,Amount\n42,40,03/02/2026,Charge,,,,,10.00\n"
        "Entries: 1,,,,,,,Total,11.00\n",
    )
    assert len(seen.problems) == 1
    assert "11.00" in seen.problems[0] and "10.00" in seen.problems[0]
