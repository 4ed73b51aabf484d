"""Kept bytes are read by zlib, whichever library compressed them."""

from __future__ import annotations

import importlib
import sys
import zlib
from collections.abc import Iterator

import pytest

from hub.sync import packing


@pytest.fixture(params=["isal", "zlib"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)  # a machine without a wheel of it
    else:
        pytest.importorskip("isal")
    importlib.reload(packing)
    yield request.param
    monkeypatch.undo()
    importlib.reload(packing)


@pytest.mark.parametrize("raw", [b"", b"1,Lopez,Ana\r\n" * 200_000, bytes(range(256)) * 9], ids=["nothing", "a list", "all bytes"])
def test_zlib_reads_it_again(by: str, raw: bytes) -> None:
    assert packing.fastest.__name__.endswith({"isal": "isal_zlib", "zlib": "zlib"}[by])
    stream = packing.packer()
    parts = [stream.compress(raw[at : at + 65_536]) for at in range(0, len(raw), 65_536)]
    whole = b"".join([*parts, stream.flush()])
    assert zlib.decompress(whole) == raw == zlib.decompress(packing.packed(raw))
    assert len(whole) < 1000 + len(raw) // 4
