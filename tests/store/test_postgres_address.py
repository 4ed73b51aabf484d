"""Mistakes in the address of PostgreSQL: told with what to do, and no part of a password ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import SettingsError, Unavailable
from hub.store import Store, open_store

SCHEME = "postgresql+psycopg://"


def _opened(address: str) -> Store:
    return open_store(Path("nowhere"), SCHEME + address)


def test_an_unknown_host_is_a_server_that_cannot_be_reached() -> None:
    store = _opened("hub:s3cret@no-such-host.invalid:5432/hub")
    with pytest.raises(Unavailable, match=r"HUB-D06 .*no-such-host\.invalid.* cannot be reached .*check server, address") as caught, store.read():
        pass
    assert "s3cret" not in str(caught.value)


def test_a_refused_port_is_a_server_that_cannot_be_reached() -> None:
    with pytest.raises(Unavailable, match="HUB-D06 .*cannot be reached"), _opened("hub:s3cret@127.0.0.1:1/hub").write():
        pass


def test_an_option_that_the_driver_does_not_know_is_a_mistake_in_the_address() -> None:
    with pytest.raises(Unavailable, match="HUB-D06 .*cannot be reached"), _opened("hub@127.0.0.1:1/hub?no_such=1").read():
        pass


@pytest.mark.parametrize(
    "address", ["hub:s3cret@pw@localhost:1/hub", "hub:s3@cr/et@localhost:1/hub", "hub:s3cret@@localhost/hub", "hub:x@y@s3cret@localhost/hub"]
)
def test_a_password_with_an_at_sign_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(SettingsError, match=r"HUB-S06 .*%40") as caught:
        _opened(address)
    said = str(caught.value)
    assert not any(part in said for part in ("s3", "cret", "pw", "cr/et", "localhost"))


@pytest.mark.parametrize("address", ["hub:s3cret@localhost:port/hub", "hub:s3cret@[::1/hub"])
def test_an_address_that_cannot_be_taken_apart_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(SettingsError, match="HUB-S06 ") as caught:
        _opened(address)
    assert "s3cret" not in str(caught.value)


def test_a_password_among_the_options_is_not_shown_either() -> None:
    store = _opened("hub@localhost:1/hub?password=s3cret&sslmode=require")
    assert store.label == "postgresql+psycopg://hub@localhost:1/hub"


def test_signs_that_are_written_as_they_should_be_are_taken() -> None:
    store = _opened("hub%40server:s3%40cret@localhost:5432/hub")
    assert (store.engine.url.username, store.engine.url.password, store.engine.url.host) == ("hub@server", "s3@cret", "localhost")
    assert "cret" not in store.label
    assert _opened("hub@server:pw@localhost/hub").engine.url.username == "hub@server", "some clouds name accounts so"
