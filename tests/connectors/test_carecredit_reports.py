"""The CareCredit starter mappings: what is read, what is cut, what is left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.connectors.conftest import Seen

Reading = Callable[[str, str], Seen]
APPLICATIONS = (
    "Application ID,Merchant Number,Applicant Name,SSN,Patient/Client ID,Type,Status,Requested Amount,Approved Amount,"
    "Date Submitted,Decision Date,Expiration Date,Account Number\n"
)
SALES = (
    "Transaction ID,Merchant Number,Transaction Date,Post Date,Cardholder Name,Account Number,Patient/Client ID,Transaction Type,"
    "Amount,Promo Code,Discount,Net,Auth Code,Original ID,Settlement #,Funding Date\n"
)


def test_an_application_keeps_four_digits_of_the_account_and_no_social_security_number(reading: Reading) -> None:
    seen = reading(
        "carecredit/applications",
        APPLICATIONS
        + "A1,5348120000000017,Ines Frost Sr,123-45-6789,1042,Application,Approved,3000.00,4800.00,02/20/2026,02/20/2026,03/22/2026,"
        "6019123412345678\n",
    )
    fact = seen.facts[0]
    assert (fact["account_last4"], fact["client_ref"], fact["lender_ref"]) == ("5678", "1042", "A1")
    assert (fact["applicant_last"], fact["applicant_first"]) == ("Frost", "Ines")
    assert (fact["status"], fact["approved_cents"], fact["expires_date"]) == ("APPROVED", 480000, "2026-03-22")
    told = " ".join(str(value) for value in fact.values())
    assert "6789" not in told and "60191234" not in told


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Approved", "APPROVED"), ("Pre-Approved", "CREATED"), ("PreApproved", "CREATED"), ("Declined", "DECLINED"),
        ("Pending", "PENDING"), ("CallForAuth", "PENDING"), ("Cancelled", "CANCELLED"), ("DupQS", "CANCELLED"), ("Expired", "EXPIRED"),
        ("UnknownError", "ERROR"), ("AccountFound", "CREATED"), ("AccountNotFoundQS", "CANCELLED"),
        ("Pre Approved", "CREATED"), ("Not Pre-Approved", "CANCELLED"), ("Auto Approved", "APPROVED"), ("AutoApproved", "APPROVED"),
        ("Approved - new account", "APPROVED"), ("Not Approved", "DECLINED"), ("NotApproved", "DECLINED"), ("Disapproved", "DECLINED"),
        ("Unapproved", "DECLINED"), ("Declined - not approved", "DECLINED"), ("Not yet approved", "PENDING"),
        ("Pending - not yet approved", "PENDING"), ("Approved (expired)", "EXPIRED"), ("Approved - cancelled", "CANCELLED"),
        ("PendingError", "ERROR"), ("CreatedError", "ERROR"), ("Incomplete", "CREATED"),
    ],
)  # fmt: skip
def test_pre_approved_is_not_approved(reading: Reading, word: str, status: str) -> None:
    seen = reading("carecredit/applications", APPLICATIONS + f"A1,1,Ines Frost,,,Application,{word},,,02/20/2026,,,\n")
    assert seen.facts[0]["status"] == status


@pytest.mark.parametrize("word", ["To be approved", "Never approved", "Approvedish", "Awaiting"])
def test_a_word_that_is_no_plain_approval_is_set_aside(reading: Reading, word: str) -> None:
    seen = reading("carecredit/applications", APPLICATIONS + f"A1,1,Ines Frost,,,Application,{word},,,02/20/2026,,,\n")
    assert (seen.facts, seen.reasons) == ([], ["mapping"])


@pytest.mark.parametrize("number", ["6.01918E+15", "6.01918e+15"])
def test_an_account_number_that_a_spreadsheet_damaged_gives_no_last_four(reading: Reading, number: str) -> None:
    """Two patients' cards would otherwise share the digits of the exponent."""
    sale = f"T1,53,03/06/2026,,Ines Frost,{number},1042,Purchase,25.00,,,,,,,\n"
    for mapping, text in (
        ("carecredit/transactions", SALES + sale),
        ("carecredit/applications", APPLICATIONS + f"A1,1,Ines Frost,,,Application,Approved,,,02/20/2026,,,{number}\n"),
    ):
        seen = reading(mapping, text)
        assert (seen.facts, seen.reasons) == ([], ["type"])
        assert "was changed by a spreadsheet" in seen.bad[0] and "1915" not in seen.bad[0]


@pytest.mark.parametrize(
    ("mapping", "head", "cells"),
    [("applications", APPLICATIONS, 13), ("transactions", SALES, 16)],
)
def test_a_totals_row_is_no_record(reading: Reading, mapping: str, head: str, cells: int) -> None:
    seen = reading(f"carecredit/{mapping}", head + "Total" + "," * (cells - 2) + ",4800.00\n")
    assert (seen.facts, seen.bad, seen.skipped["totals"]) == ([], [], 1)


def test_soft_look_ups_are_left_out_whatever_they_say(reading: Reading) -> None:
    seen = reading("carecredit/applications", APPLICATIONS + "A1,1,Ines Frost,,,Quickscreen,Declined,,,02/20/2026,,,\n")
    assert (seen.facts, seen.filtered, seen.bad) == ([], 1, [])


def test_a_sale_a_refund_and_a_hold(reading: Reading) -> None:
    line = "T{n},53,03/06/2026,03/06/2026,Ines Frost,6019123412345678,1042,{kind},1200.00,012,{fee},{net},004711,{orig},S9,03/10/2026\n"
    seen = reading(
        "carecredit/transactions",
        SALES + line.format(n=1, kind="Purchase", fee="118.80", net="1081.20", orig="")
        + line.format(n=2, kind="Refund", fee="0.00", net="1200.00", orig="T1")
        + line.format(n=3, kind="Authorization Only", fee="", net="", orig=""),
    )  # fmt: skip
    assert [fact["kind"] for fact in seen.facts] == ["SALE", "REFUND", "AUTHORIZATION"]
    sale, refund, hold = seen.facts
    assert (sale["amount_cents"], sale["fee_cents"], sale["net_cents"]) == (120000, 11880, 108120)
    assert (sale["promo_code"], sale["auth_code"], sale["account_last4"]) == ("012", "004711", "5678")
    assert refund["original_ref"] == "T1"
    assert hold["fee_cents"] is None


def test_a_negative_amount_is_set_aside_because_the_type_says_the_direction(reading: Reading) -> None:
    seen = reading("carecredit/transactions", SALES + "T1,53,03/06/2026,,Ines Frost,,,Refund,-25.00,,,,,,,\n")
    assert (seen.facts, seen.reasons) == ([], ["type"])


def test_a_deposit(reading: Reading) -> None:
    seen = reading(
        "carecredit/settlement",
        "Settlement #,Merchant Number,Funding Date,Sales,Refunds,Chargebacks,Fees,Net Funded\n"
        "S9,53,03/10/2026,3000.00,400.00,0.00,300.00,2300.00\n",
    )
    fact = seen.facts[0]
    assert fact["source_key"] == "53|S9"
    assert (fact["sales_cents"], fact["refunds_cents"], fact["fees_cents"], fact["net_cents"]) == (300000, 40000, 30000, 230000)
