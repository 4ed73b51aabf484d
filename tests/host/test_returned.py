"""A check and a delivery that hand back something else than the contract says are named; the others are asked and run."""

from __future__ import annotations

import pytest
from faults.practice_runs import Practice, add_site_plugin, configure
from host.test_once_only import FAX, _sent, _statuses
from host.test_plugin_loading import connector

SOURCE = '\n[[source]]\nname = "own"\npractice = "main"\nconnector = "x"\n'


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("True", "the check of connector x returned bool instead of a CheckReport; report it to its author"),
        ("None", "the check of connector x returned nothing instead of a CheckReport"),
        ("CheckReport", "the check of connector x returned a class instead of a CheckReport"),
        ("CheckReport((True,))", "returned a CheckReport of something else than Probes; is a comma missing?"),
        ('CheckReport("well")', "returned a CheckReport of something else than Probes; is a comma missing?"),
    ],
)
@pytest.mark.parametrize("command", ["check", "doctor"])
def test_a_check_that_returns_no_report_is_named_and_the_other_sources_are_asked(
    command: str, report: str, words: str, practice: Practice
) -> None:
    text = connector('Stream("a", ("patient",))').replace("return CheckReport(())", f"return {report}")
    add_site_plugin(practice, "odd.py", text)
    configure(practice, SOURCE)
    said = practice.hub(command)
    told = said.out + said.err
    # The doctor writes what is to be done on a line of its own.
    assert said.code == 1 and "HUB-P04" in told and words.partition(";")[0] in told and "HUB-B99" not in told
    assert "lender-north: ok" in told or command == "doctor"


@pytest.mark.parametrize(
    ("receipt", "words"),
    [
        ("None", "delivery fax returned nothing instead of a Receipt with a message; report it to its author"),
        ("'sent'", "delivery fax returned str instead of a Receipt with a message"),
        ("Receipt(5)", "delivery fax returned Receipt instead of a Receipt with a message"),
    ],
)
def test_a_delivery_that_returns_no_receipt_is_named(receipt: str, words: str, practice: Practice) -> None:
    add_site_plugin(practice, "fax.py", FAX.replace('Receipt(f"{len(items)} items sent")', receipt).replace("Own, True", "Own, False"))
    configure(practice, '\n[[delivery]]\nname = "fax"\ndelivery = "fax"\n')
    said = practice.hub("deliver", "fax")
    assert said.code == 1 and said.err.startswith(f"HUB-P04 {words}")
    assert [row["status"] for row in practice.rows("run") if row["name"] == "fax"] == ["failed"]


def test_what_was_sent_without_a_receipt_is_not_sent_again(practice: Practice) -> None:
    add_site_plugin(practice, "fax.py", FAX.replace('Receipt(f"{len(items)} items sent")', "None"))
    configure(practice, '\n[[delivery]]\nname = "fax"\ndelivery = "fax"\n')
    assert practice.hub("deliver", "fax").err.startswith("HUB-P04 delivery fax returned nothing")
    assert _statuses(practice) == ["sent"]
    again = practice.hub("deliver", "fax")
    assert (again.code, len(_sent(practice))) == (0, 1) and "this list was already sent" in again.out
