"""`hub sync` and `deliver` asked to stop: the page or list under way is finished, the rest is left, and the exit code says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults.practice_runs import Practice, add_site_plugin, configure

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SLOW = """
import time
from pydantic import BaseModel
class Own(BaseModel):
    pass
from hub.contract import Checkpoint, Connector, Stream
from hub.hookspecs import hookimpl
HUB_CONTRACT = ">=1.0,<2"
class Slow(Connector):
    id, label, settings, streams = "slow", "slow", Own, (Stream("patients", ("patient",)),)
    def check(self, ctx):
        raise NotImplementedError
    def pull(self, stream, since, ctx):
        yield Checkpoint({"page": 1})
        (ctx.base_dir / "pulling").touch()
        if not ctx.stop.wait(60):
            raise ValueError("nobody asked to stop")
        (ctx.base_dir / "asked").touch()
        if (ctx.base_dir / "deaf").exists():
            time.sleep(60)
        yield Checkpoint({"page": 2})
@hookimpl
def hub_connectors():
    return [Slow]
"""
TABLES = "".join(f'\n[[source]]\nname = "{name}"\npractice = "main"\nconnector = "slow"\n' for name in ("slow", "later"))

MAIL = """
import time
from pathlib import Path
from pydantic import BaseModel
class Own(BaseModel):
    pass
from hub.contract import Delivery, Receipt
from hub.hookspecs import hookimpl
HUB_CONTRACT = ">=1.0,<2"
class Mail(Delivery):
    id, label, settings, leaves_house = "mail", "mail", Own, True
    def deliver(self, items, summary, ctx):
        (ctx.state_dir.parent / "sending").touch()
        time.sleep(2)
        return Receipt("handed over")
@hookimpl
def hub_deliveries():
    return [Mail]
"""
LISTS = "".join(f'\n[[delivery]]\nname = "{name}"\ndelivery = "mail"\n' for name in ("mail", "later"))


@pytest.fixture
def slow(practice: Practice) -> Practice:
    add_site_plugin(practice, "slow.py", SLOW)
    configure(practice, TABLES)
    return practice


def _started(practice: Practice, words: str = "sync slow later", sign: str = "pulling") -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "hub", "--config", str(practice.config), *words.split()],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    _wait_for(practice.folder / sign)
    return child


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_sync_that_is_asked_to_stop_keeps_its_pages_and_says_it_was_interrupted(slow: Practice, number: signal.Signals) -> None:
    child = _started(slow)
    os.killpg(child.pid, number)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130 and "stopped: what was finished is stored" in err and "Traceback" not in err
    assert "slow: " in out and "later: " not in out, "no further source is begun"
    runs = [row for row in slow.rows("run") if row["name"] in ("slow", "later")]
    assert [row["name"] for row in runs] == ["slow"] and runs[0]["status"] == "interrupted"
    states = [row for row in slow.rows("stream_state") if row["source"] == "slow"]
    assert [row["cursor"] for row in states] == ['{"page": 2}'], "the page that came after the signal was finished is kept"


def test_a_second_ctrl_c_ends_it_at_once(slow: Practice) -> None:
    (slow.folder / "deaf").touch()
    child = _started(slow)
    os.killpg(child.pid, signal.SIGINT)
    _wait_for(slow.folder / "asked")
    begun = time.monotonic()
    os.killpg(child.pid, signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode in (130, -signal.SIGINT) and time.monotonic() - begun < 20


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("words", ["deliver", "run"])
def test_a_list_that_is_leaving_the_house_is_sent_and_noted_and_the_next_one_left(
    practice: Practice, words: str, number: signal.Signals
) -> None:
    add_site_plugin(practice, "mail.py", MAIL)
    configure(practice, LISTS)
    child = _started(practice, words, "sending")
    os.killpg(child.pid, number)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130 and "mail: handed over" in out and "later: " not in out, out + err
    assert "stopped: what was finished is stored" in err and "Traceback" not in err
    assert [(row["delivery"], row["status"]) for row in practice.rows("outbound")] == [("mail", "sent")]
    said = practice.hub("deliver", "mail")
    assert said.code == 0 and "this list was already sent" in said.out
