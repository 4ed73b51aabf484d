"""Through headquarters every request is counted: look-ups that cannot be left out, lists that can only be read parent by
parent, windows; and names of large lists on site. The pulls are those of test_api_listing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.open_dental.api import joins
from hub.errors import Unavailable
from tests.open_dental.api_fake import NOON, FakeApi, office_of, patient
from tests.open_dental.test_api_listing import OLD, Held, adjustment, api, at, ledger, procedure, pull

__all__ = ["api", "ledger"]  # fixtures


# Through headquarters: lists that can only be read parent by parent


def sheets(count: int) -> list[dict[str, object]]:
    return [{"SheetNum": number, "PatNum": number, "SheetType": "Consent", "Description": "Consent", "DateTimeSheet": OLD,
             "DateTSheetEdited": OLD} for number in range(1, count + 1)]  # fmt: skip


def signature(number: int, value: str = "0signed") -> dict[str, object]:
    return {"SheetFieldNum": number, "SheetNum": number, "FieldType": "SigBox", "FieldValue": value, "DateTimeSig": OLD}


@pytest.fixture
def forms(api: FakeApi) -> FakeApi:
    """Sixty patients, each with a consent form and its box: three pages of twenty, more look-ups than a page may have for
    labels that could be left out, and in all more than a run may have."""
    api.rows |= {
        "patients/Simple": [patient(number) for number in range(1, 61)], "sheets": sheets(60), "procedurelogs": [],
        "appointments": [], "sheetfields": [signature(number) for number in range(1, 61)],
    }  # fmt: skip
    return api


def test_no_consent_form_is_ever_called_gone_because_its_boxes_were_not_looked_up(
    forms: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joins, "FEW", 3)
    monkeypatch.setattr(joins, "FEW_IN_A_RUN", 5)
    held = Held()
    for run in range(40):
        try:
            pull(at(forms, run / 4, 5.0, minutes_per_stream=1), "consents", held)
            break
        except Unavailable as error:
            assert error.code == "HUB-U12"
        finally:
            assert held.gone == []
    assert held.complete and run > 1 and held.keys() == {str(number) for number in range(1, 61)}
    assert {row["boxes"] for row in held.rows[""].values()} == {"1"}


def signed_lines(api: FakeApi, patients: int, each: int) -> None:
    """Every patient signed a plan with so many lines, whose procedures are numbered like the lines."""
    api.rows |= {
        "patients/Simple": [patient(number) for number in range(1, patients + 1)],
        "treatplans": [{"TreatPlanNum": number, "PatNum": number, "TPStatus": "Saved", "isSigned": "true", "SecDateTEdit": OLD}
                       for number in range(1, patients + 1)],
        "proctps": [{"ProcTPNum": number * 100 + line, "TreatPlanNum": number, "PatNum": number, "ProcCode": "D2740",
                     "ProcNumOrig": number * 100 + line, "FeeAmt": "10.0", "PriInsAmt": "0.0", "SecInsAmt": "0.0", "PatAmt": "10.0"}
                    for number in range(1, patients + 1) for line in range(each)],
        "procedurelogs": [procedure(number * 100 + line, number) for number in range(1, patients + 1) for line in range(each)],
    }  # fmt: skip


@pytest.mark.parametrize("version", ["25.3.12.0", "22.4.10.0"])
def test_lines_of_signed_plans_always_say_how_their_procedure_stands(api: FakeApi, version: str) -> None:
    """450 lines: more than one page and one run look up for what may be left out; asked for by patient, not by number."""
    api.preferences["ProgramVersion"] = version
    signed_lines(api, 50, 9)
    api.rows["procedurelogs"].pop()
    held = pull(at(api, 0, 5.0), "signed_plan_lines", Held())
    assert len(held.keys()) == 450 and held.complete
    assert {key: row["status"] for key, row in held.rows[""].items()} == {
        key: "1" if key != "5008" else "6" for key in held.rows[""]
    }
    assert api.paths().count("procedurelogs") == 50


@pytest.mark.parametrize("interval", [0.0, 5.0])
def test_completing_a_procedure_reads_the_lines_of_its_signed_plan_again(api: FakeApi, interval: float) -> None:
    """The saved plan itself is not touched by it (reference 4.4)."""
    signed_lines(api, 3, 2)
    api.rows["treatplans"].append({"TreatPlanNum": 99, "PatNum": 2, "TPStatus": "Active", "isSigned": "false", "SecDateTEdit": OLD})
    held = pull(at(api, 0, interval), "signed_plan_lines", Held())
    next(row for row in api.rows["procedurelogs"] if row["ProcNum"] == 201).update(
        ProcStatus="C", DateTStamp="2026-03-10 12:30:00"
    )
    api.asked.clear()
    pull(at(api, 1, interval), "signed_plan_lines", held)
    assert {key: row["status"] for key, row in held.rows[""].items() if row["status"] != "1"} == {"201": "2"}
    assert [params["TreatPlanNum"] for params in api.lists("proctps")] == ["2"], "of the signed plan only"


def test_benefits_of_an_office_without_categories_are_read_as_far_as_they_are_known(api: FakeApi) -> None:
    def benefit(number: int, **more: object) -> dict[str, object]:
        return {"BenefitNum": number, "PlanNum": 1, "PatPlanNum": 0, "BenefitType": "Limitations", "MonetaryAmt": "1500.0",
                "QuantityQualifier": "None", "TimePeriod": "CalendarYear", "CovCatNum": 0, "CodeNum": 0, "Percent": -1} | more  # fmt: skip

    api.preferences["ProgramVersion"] = "23.3.7.0"
    api.rows |= {
        "patients/Simple": [patient(1)], "procedurecodes": [],
        "benefits": [benefit(1), benefit(2, CovCatNum=3), benefit(3, BenefitType="CoInsurance", Percent=80, CovCatNum=3)],
    }  # fmt: skip
    held = pull(at(api, 0, 5.0), "benefits", Held())
    assert {key: row["benefit_kind"] for key, row in held.rows[""].items()} == {"1": "ANNUAL_MAX", "3": "PERCENT"}
    assert held.complete, "2 may be the maximum of the year or one of a category: nobody knows"


def nights(api: FakeApi, held: Held, folder: Path | None, first: float, stream: str = "adjustments", **settings: object) -> int:
    """One run in each quarter of an hour of the night; how many it took until the list was gone through again."""
    before = held.cursor["whole_at"]  # type: ignore[index]
    for run in range(40):
        pull(at(api, first + run / 4, 5.0, folder, minutes_per_stream=1, **settings), stream, held)
        if held.cursor["whole_at"] != before:  # type: ignore[index]
            return run + 1
    raise AssertionError("never")


def test_a_list_by_parents_is_gone_through_again_at_night_in_pieces(ledger: FakeApi, tmp_path: Path) -> None:
    """An adjustment entered alone, one deleted, and one made while the pass is under way; sixty patients at five seconds
    each and a minute a run: a page of twenty."""
    held = pull(at(ledger, 0, 5.0, tmp_path), "adjustments", Held())
    ledger.rows["adjustments"] = [row for row in ledger.rows["adjustments"] if row["AdjNum"] != 3]
    ledger.rows["adjustments"].append(adjustment(500, 33))
    pull(at(ledger, 1, 5.0, tmp_path), "adjustments", held)
    assert "500" not in held.rows[""] and held.as_of == NOON, "noon: as old as the whole list"
    ledger.asked.clear()
    pull(at(ledger, 34, 5.0, tmp_path, minutes_per_stream=1), "adjustments", held)  # 22:00
    assert held.cursor["again"] and held.swept == () and held.as_of == NOON  # type: ignore[index]
    reached = max(int(params["PatNum"]) for params in ledger.lists("adjustments"))
    assert reached == 20
    ledger.asked.clear()
    pull(at(ledger, 46, 5.0, tmp_path), "adjustments", held)
    assert ledger.lists("adjustments") == [] and held.as_of == NOON, "10:00: by day only changes are read"
    ledger.rows["procedurelogs"][0] = procedure(1, 1, "2026-03-12 12:00:00")
    ledger.rows["adjustments"].append(adjustment(501, 1))  # its patient was gone through before
    took = nights(ledger, held, tmp_path, 58)
    assert took > 1 and {"500", "501"} <= held.keys()
    assert held.swept == ("ledger_entry",) and held.listed["ledger_entry"] == {
        f"adj:{number}" for number in (*range(1, 91), 500, 501) if number != 3
    }
    assert held.as_of == NOON + timedelta(hours=34), "when that pass began"
    assert list(tmp_path.glob("*.keys")) == []


@pytest.mark.parametrize("lost", ["no folder", "file lost", "other pass"])
def test_keys_that_were_not_all_kept_say_nothing_about_deletions(ledger: FakeApi, tmp_path: Path, lost: str) -> None:
    folder = None if lost == "no folder" else tmp_path
    held = pull(at(ledger, 0, 5.0, folder), "adjustments", Held())
    pull(at(ledger, 34, 5.0, folder, minutes_per_stream=1), "adjustments", held)
    assert len(list(tmp_path.glob("*.keys"))) == (folder is not None)
    for path in tmp_path.glob("*.keys"):
        if lost == "file lost":
            path.unlink()
        else:
            path.write_text("another pass\n" + "".join(f"{number}\n" for number in range(1, 91)))
    nights(ledger, held, folder, 34.25)
    assert held.swept == () and "again" not in held.cursor  # type: ignore[operator]


def test_a_short_list_by_parents_is_gone_through_each_night_and_a_long_one_each_week(ledger: FakeApi) -> None:
    held = pull(at(ledger, 0, 5.0), "adjustments", Held())
    assert pull(at(ledger, 34, 5.0), "adjustments", held).swept, "sixty patients: five minutes"
    patient_enough = {"minutes_per_stream": 600}
    held = pull(at(ledger, 0, 61.0, **patient_enough), "adjustments", Held())
    assert not pull(at(ledger, 34, 61.0, **patient_enough), "adjustments", held).swept, "an hour and a minute"
    assert pull(at(ledger, 34, 61.0, full_every={"adjustments": 20}, **patient_enough), "adjustments", held).swept, "if the office says so"
    assert pull(at(ledger, 34 + 168, 61.0, **patient_enough), "adjustments", held).swept


def test_an_adjustment_that_moved_a_balance_is_read_by_day(ledger: FakeApi) -> None:
    held = pull(at(ledger, 0, 5.0), "adjustments", Held())
    ledger.rows["adjustments"].append(adjustment(500, 33))
    ledger.rows["patients/Simple"][32] = patient(33, "2026-03-10 12:30:00", EstBalance="15.11")
    ledger.asked.clear()
    pull(at(ledger, 1, 5.0), "adjustments", held)
    assert "500" in held.rows[""] and [params["PatNum"] for params in ledger.lists("adjustments")] == ["33"]


def test_a_patient_of_several_changes_is_asked_for_once(ledger: FakeApi) -> None:
    held = pull(at(ledger, 0), "adjustments", Held())
    later = "2026-03-10 12:30:00"
    ledger.rows["procedurelogs"][0] = procedure(1, 7, later)
    ledger.rows["claims"] = [{"ClaimNum": 5, "PatNum": 7, "SecDateTEdit": later}]
    ledger.rows["payments"] = [{"PayNum": 5, "PatNum": 7, "DateEntry": "2026-03-10"}]
    ledger.asked.clear()
    pull(at(ledger, 1), "adjustments", held)
    assert [params["PatNum"] for params in ledger.lists("adjustments")] == ["7"]


def test_contacts_are_read_back_as_far_as_the_window_and_stay_on_later_lists(api: FakeApi) -> None:
    def contact(number: int, stamp: str) -> dict[str, object]:
        return {"CommlogNum": number, "PatNum": 1, "CommDateTime": stamp, "DateTStamp": stamp, "Mode_": "Phone"}

    api.rows |= {"patients/Simple": [patient(1)], "userods": [],
                 "commlogs": [contact(1, "2024-01-01 08:00:00"), contact(2, "2025-02-10 08:00:00"), contact(3, OLD)]}  # fmt: skip
    held = pull(at(api, 0), "contacts", Held())
    assert held.keys() == {"2", "3"} and api.lists("commlogs")[0]["DateTStamp"][:10] == "2025-02-03", "400 days before"
    pull(at(api, 24 * 40 + 10), "contacts", held)
    assert held.swept == ("comm_event",) and held.listed["comm_event"] == {"2", "3"}, "2 was not deleted, it only grew old"
    api.preferences["ProgramVersion"] = "25.1.12.0"
    assert pull(at(api, 0), "contacts", Held()).keys() == {"1", "2", "3"}, "before 25.1.13 there is no such filter"


# Names of large lists


def test_on_site_a_few_names_are_asked_for_by_number_and_many_by_the_whole_list(api: FakeApi) -> None:
    """Reference 12.10: a whole list of 818,000 procedures for the tooth of one line is 818 requests."""
    api.rows |= {
        "patients/Simple": [patient(1)], "insplans": [], "carriers": [], "procedurecodes": [], "claims": [], "patplans": [],
        "claimpayments": [], "procedurelogs": [procedure(number, 1) | {"ToothNum": str(number)} for number in range(1, 501)],
        "claimprocs": [{"ClaimProcNum": 1, "ClaimNum": 0, "PatNum": 1, "ProcNum": 7, "Status": "NotReceived", "InsPayAmt": "0.0",
                        "WriteOff": "0.0", "ProcDate": "2026-01-01", "PlanNum": 0}],
    }  # fmt: skip
    assert pull(at(api, 0), "claim_lines", Held()).rows[""]["1"]["tooth"] == "7"
    assert "procedurelogs/7" in api.paths() and "procedurelogs" not in api.paths()
    api.rows["claimprocs"] = [api.rows["claimprocs"][0] | {"ClaimProcNum": number, "ProcNum": number, "PatNum": number}
                              for number in range(1, 301)]  # fmt: skip
    api.most, api.asked = 1000, []
    held = pull(office_of(api, page=1000), "claim_lines", Held())
    assert {key: row["tooth"] for key, row in held.rows[""].items()} == {key: key for key in held.rows[""]}
    assert api.paths().count("procedurelogs") <= 2 and not any(path.startswith("procedurelogs/") for path in api.paths())


def test_on_site_payments_of_a_few_splits_are_asked_for_by_patient(api: FakeApi) -> None:
    def split(number: int, patient_number: int, payment: int) -> dict[str, object]:
        return {"SplitNum": number, "PatNum": patient_number, "PayNum": payment, "SplitAmt": "10.0", "DatePay": "2026-01-01",
                "ProcNum": 0, "UnearnedType": 0}  # fmt: skip

    api.rows |= {
        "patients/Simple": [patient(1), patient(2)], "definitions": [{"DefNum": 3, "ItemName": "Check"}], "procedurelogs": [],
        "payments": [{"PayNum": number, "PatNum": 1 + number % 2, "PayAmt": "10.0", "PayType": 3, "CheckNum": f"C{number}",
                      "DateEntry": "2026-01-01"} for number in range(1, 301)],
        "paysplits": [split(1, 1, 2), split(2, 2, 3)],
    }  # fmt: skip
    held = pull(at(api, 0), "payments", Held())
    assert {key: row["check_number"] for key, row in held.rows[""].items()} == {"1": "C2", "2": "C3"}
    assert all("PatNum" in params for params in api.lists("payments"))
    api.rows["paysplits"].append(split(3, 1, 5))  # somebody of the family paid
    held = pull(at(api, 0), "payments", Held())
    assert held.rows[""]["3"]["check_number"] == "C5", "then the whole list is read"
