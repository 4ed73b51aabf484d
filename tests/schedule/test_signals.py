"""What a signal does inside `stopping_signals`, and that what was there before comes back."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from hub.schedule.signals import stopping_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def test_a_signal_sets_stop_and_afterwards_all_is_as_before() -> None:
    stop, before = threading.Event(), signal.getsignal(signal.SIGINT)
    with stopping_signals(stop):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
        os.kill(os.getpid(), signal.SIGTERM)  # the service winds down as long as it needs
    assert signal.getsignal(signal.SIGINT) is before


def test_for_a_command_the_second_ctrl_c_ends_it_at_once() -> None:
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt), stopping_signals(stop, once=True):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()


def test_a_second_sigterm_ends_nothing() -> None:
    """systemd may send one to the child and one to the service, which asks its children in turn."""
    stop = threading.Event()
    with stopping_signals(stop, once=True):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.wait(5)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()


def test_a_forked_helper_leaves_the_decision_to_who_forked_it() -> None:
    """Else the helper would end its file early with its own copy of `stop`, and half a file would count as a whole one."""
    stop = threading.Event()
    with stopping_signals(stop, once=True):
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            os._exit(3 if stop.wait(0.3) else 0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not stop.is_set()


def test_outside_the_main_thread_nothing_is_caught() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def elsewhere() -> None:
        with stopping_signals(threading.Event(), once=True):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join(5)
    assert seen == [before]
