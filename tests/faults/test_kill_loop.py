"""Kill -9 at every named point of a run: after a restart the result is that of an undisturbed run."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.kill_office import KILLED, Ending, all_points, broken_invariants, make_kill_office, next_delivery
from faults.practice_runs import Practice, copy_of

# Between these two nobody can know whether the fax went out: it is shown, and never sent again.
IN_DOUBT = {"sending_noted", "sent"}
# Points of a second night in the default run; the complete loop is `-m slow`.
SAMPLE = (9, 27)
# Points of a first run in the default run: one of each kind of step. The others are `-m slow`, as is the complete loop.
FIRST = {"blob_opened", "before_commit", "after_commit", "file_fetched", "items_written", "sent"}


@pytest.fixture(scope="session")
def evening(fresh_practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """Nothing read yet."""
    return make_kill_office(fresh_practice, tmp_path_factory.mktemp("evening") / "office")


@pytest.fixture(scope="session")
def morning(evening: Practice, tmp_path_factory: pytest.TempPathFactory) -> tuple[Practice, Ending]:
    """After an undisturbed first run, with its ending."""
    office = copy_of(evening, tmp_path_factory.mktemp("morning") / "office")
    said = office.process("run")
    assert said.code == 0, said.err
    return office, Ending.of(office)


@pytest.fixture(scope="session")
def second_night(
    morning: tuple[Practice, Ending], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Practice, Ending]:
    """The office with the next exports delivered but not read, and the ending of an undisturbed run over them."""
    waiting = copy_of(morning[0], tmp_path_factory.mktemp("waiting") / "office")
    next_delivery(waiting)
    office = copy_of(waiting, tmp_path_factory.mktemp("second") / "office")
    said = office.process("run")
    assert said.code == 1 and "1 set aside" in said.out, "one row is unreadable"
    return waiting, Ending.of(office)


def _kill_and_finish(start: Practice, folder: Path, at: str, wanted: Ending) -> bool:
    """Kill a run at that point, run again, compare. False when the run never came to the point."""
    office = copy_of(start, folder)
    killed = office.process("run", HUB_KILL_AT=at)
    if killed.code != KILLED:
        assert killed.code in (0, 1) and "Traceback" not in killed.err, killed.err
        return False
    again = office.hub("run")
    doubtful = "HUB-O01" in again.err
    assert again.code in (0, 1) and "Traceback" not in again.err, again.err
    ending = Ending.of(office)
    assert ending.rows == wanted.rows, (at, ending.differences(wanted))
    assert list(broken_invariants(office)) == [], at
    assert set(ending.faxes) <= set(wanted.faxes) if doubtful else ending.faxes == wanted.faxes, at
    statuses = [row["status"] for row in office.rows("run")]
    assert statuses.count("interrupted") <= 1 and "running" not in statuses
    return True


@pytest.mark.parametrize(
    "point", [point if point in FIRST else pytest.param(point, marks=pytest.mark.slow) for point in sorted(all_points())]
)
def test_a_kill_at_this_point_of_a_first_run_leaves_no_trace(
    point: str, evening: Practice, morning: tuple[Practice, Ending], tmp_path: Path
) -> None:
    assert _kill_and_finish(evening, tmp_path / "office", point, morning[1]), f"no run ever reaches {point}"


@pytest.mark.parametrize("number", SAMPLE)
def test_a_kill_in_the_second_night_leaves_no_trace(
    number: int, second_night: tuple[Practice, Ending], tmp_path: Path
) -> None:
    assert _kill_and_finish(second_night[0], tmp_path / "office", str(number), second_night[1])


def test_a_fax_that_may_have_gone_out_is_shown_and_never_repeated(evening: Practice, tmp_path: Path) -> None:
    for point, faxes in (("sending_noted", 0), ("sent", 1)):
        office = copy_of(evening, tmp_path / point)
        assert office.process("deliver", "fax", HUB_KILL_AT=point).code == KILLED
        for _ in range(2):
            said = office.hub("deliver", "fax")
            assert said.code == 1 and said.err.startswith("HUB-O01 fax: an earlier attempt was cut off"), said.err
        assert [row["status"] for row in office.rows("outbound")] == ["unknown"]
        assert len(Ending.of(office).faxes) == faxes


def test_a_kill_while_stored_files_are_read_again_leaves_the_old_reading_whole(
    morning: tuple[Practice, Ending], tmp_path: Path
) -> None:
    office = copy_of(morning[0], tmp_path / "office")
    config = office.config.read_text(encoding="utf-8")
    office.config.write_text(config.replace("[hub]\n", '[hub]\nmappings_dir = "own"\n'), encoding="utf-8")
    layer = office.folder / "own" / "dentrix" / "patients.toml"
    layer.parent.mkdir(parents=True)
    layer.write_text("version = 2\n[money]\nflip_sign = true\n", encoding="utf-8")
    before = {row["source_key"]: row["balance_cents"] for row in office.rows("patient") if row["source"] == "pms"}
    assert office.process("sync", "pms", HUB_KILL_AT="before_commit").code == KILLED
    between = {row["source_key"]: row["balance_cents"] for row in office.rows("patient") if row["source"] == "pms"}
    assert between == before
    assert office.hub("sync", "pms").code == 0
    after = {row["source_key"]: row["balance_cents"] for row in office.rows("patient") if row["source"] == "pms"}
    flipped = {key: None if cents is None else -cents for key, cents in before.items()}
    assert after == flipped and any(cents for cents in before.values())
    assert list((office.data / "spool").glob("*")) == [], "no patient list stays behind in the spool folder"


def test_an_interrupted_run_says_so_in_the_history(evening: Practice, tmp_path: Path) -> None:
    office = copy_of(evening, tmp_path / "office")
    assert office.process("sync", "lender", HUB_KILL_AT="rows_stored").code == KILLED
    assert [row["status"] for row in office.rows("run")] == ["running"]
    assert office.hub("sync", "lender").code == 0
    history = office.hub("runs").out
    assert "interrupted" in history and "the process ended without a word" in history
    assert [row["status"] for row in office.rows("run")] == ["interrupted", "succeeded"]


@pytest.mark.slow
@pytest.mark.parametrize("night", ["first", "second"])
def test_every_single_point_of_a_run_may_be_its_last(
    night: str, evening: Practice, morning: tuple[Practice, Ending], second_night: tuple[Practice, Ending], tmp_path: Path
) -> None:
    start, wanted = (evening, morning[1]) if night == "first" else second_night
    number = 1
    while _kill_and_finish(start, tmp_path / str(number), str(number), wanted):
        number += 1
    assert number > len(all_points()), "the loop ends when a run goes through untouched"
