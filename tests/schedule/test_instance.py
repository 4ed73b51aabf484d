from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import Busy, SettingsError
from hub.schedule.instance import LOCK_NAME, single_instance

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
_HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from hub.schedule.instance import single_instance
with single_instance(Path(sys.argv[1]), datetime(2026, 11, 21, 12, 30, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


def _hold(folder: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_service_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    with _hold(tmp_path) as holder:
        try:
            with pytest.raises(Busy) as caught, single_instance(tmp_path, NOW):
                pass
        finally:
            holder.kill()
    assert caught.value.code == "HUB-J02"
    assert f"process {holder.pid} since 2026-11-21T12:30:00+00:00" in caught.value.message


def test_the_lock_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with _hold(tmp_path) as holder:
        holder.kill()
    with single_instance(tmp_path, NOW):
        assert (tmp_path / LOCK_NAME).exists()


def test_the_lock_is_free_again_after_a_clean_end(tmp_path: Path) -> None:
    for _ in range(2):
        with single_instance(tmp_path, NOW):
            held = json.loads((tmp_path / LOCK_NAME).read_text())
        assert held["started_at"] == "2026-11-21T12:30:00+00:00"


def test_a_data_folder_that_is_not_there_is_a_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"serve\.lock in the data folder"), single_instance(tmp_path / "no", NOW):
        pass
