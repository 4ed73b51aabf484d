"""Work in a second process, whose results come back as they are made, while this one stores what came before.

The child is a fork that knows everything its parent does. It never touches the database and ends with its parent. Where
there is no fork (Windows), one core, or another thread, or little to do, the same work is done in this process.
"""

from __future__ import annotations

import gc
import logging
import marshal
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from hub import errors
from hub.errors import BadRecord, HubBug, HubError, Unavailable

LEAST_BYTES = 2 << 20
_PIPE_BYTES = 1 << 20
_SIZE = struct.Struct(">Q")
_F_SETPIPE_SZ = 1031  # Linux; elsewhere a pipe keeps its size
_RESULT, _KNOWN, _UNKNOWN, _DONE = range(4)
_log = logging.getLogger("hub.sync")


class FailedThere(Exception):
    """An unexpected error in the second process, which logged it; `kind` is the name of its class."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def pays_off(size: int) -> bool:
    """Is a second process possible, safe and worth its start for a file of `size` bytes?"""
    alone = threading.active_count() == 1
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and alone and size >= LEAST_BYTES


def made_there(make: Callable[[], Iterator[object]]) -> Iterator[Any]:
    """What `make` yields, made in a second process: text, numbers, tuples, lists and dicts of such (what marshal takes).

    Raises what the work raised when that is one of `hub.errors`, FailedThere for anything else, HubBug HUB-B07 when the
    child is gone without a word.
    """
    with _child(make) as results:
        while True:
            packed = _receive(results)
            if packed is None:
                raise HubBug("HUB-B07", "the second process of a large file ended too early; nothing was written; run again")
            kind, value = marshal.loads(packed)
            if kind == _DONE:
                return
            if kind == _KNOWN:
                raise _known(*value)
            if kind == _UNKNOWN:
                raise FailedThere(value)
            yield value


@contextmanager
def _child(make: Callable[[], Iterator[object]]) -> Iterator[int]:
    """Start the child and give the end of the pipe that its answers come from; it is gone when this is left."""
    results, from_child = os.pipe()
    _widen(results)
    child = os.fork()
    if child == 0:
        os.close(results)
        _serve(make, from_child)
    os.close(from_child)
    try:
        yield results
    finally:
        os.close(results)
        with suppress(ChildProcessError):  # whoever started us ignores SIGCHLD: the system has seen to it
            os.waitpid(child, 0)


def _widen(pipe: int) -> None:
    """Room for a page or two, so that neither side waits for the other at every page."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)


def _serve(make: Callable[[], Iterator[object]], results: int) -> None:
    """The child's whole life. It leaves without the parent's clean-up: the database is not its own."""
    gc.disable()  # its pages hold no cycles, and it ends with the file
    try:
        with suppress(BrokenPipeError):  # the parent gave up
            _send(results, _last_word(make, results))
    finally:
        os._exit(0)


def _last_word(make: Callable[[], Iterator[object]], results: int) -> tuple[int, Any]:
    try:
        for value in make():
            _send(results, (_RESULT, value))
    except HubError as error:
        return _KNOWN, (_base(type(error)), error.code, error.message, *_more(error))
    except BrokenPipeError:
        raise
    except Exception as error:
        _log.exception("unexpected error in the second process of a large file")
        return _UNKNOWN, type(error).__name__
    return _DONE, None


def _base(kind: type[HubError]) -> str:
    """The nearest of the hub's own classes: a plugin's subclass is what it was made from."""
    known = vars(errors)
    return next(name for name, each in ((each.__name__, each) for each in kind.__mro__) if known.get(name) is each)


def _more(error: HubError) -> tuple[object, ...]:
    """What the classes with a third argument know besides."""
    if isinstance(error, Unavailable):
        return (error.retry_after,)
    return (error.reason,) if isinstance(error, BadRecord) else ()


def _known(kind: str, *arguments: Any) -> HubError:
    made: HubError = getattr(errors, kind)(*arguments)
    return made


def _send(pipe: int, message: tuple[int, Any]) -> None:
    packed = marshal.dumps(message)
    view = memoryview(_SIZE.pack(len(packed)) + packed)
    while view:
        view = view[os.write(pipe, view) :]


def _receive(pipe: int) -> bytes | None:
    """One message; None when the other side is done."""
    head = _read(pipe, _SIZE.size)
    return None if head is None else _read(pipe, _SIZE.unpack(head)[0])


def _read(pipe: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
