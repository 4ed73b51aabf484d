"""The text of an expected failure can always be stored, whatever a source put into it."""

from __future__ import annotations

import pytest

from hub.errors import BadRecord, Unavailable


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("two\nlines  here", "two lines here"),
        ("latin\udce9.835 is refused", "latin\\udce9.835 is refused"),
        ("a\x00b", "a\\x00b"),
        ("Zoë €", "Zoë €"),
    ],
)
def test_a_message_is_one_line_that_a_database_takes(given: str, told: str) -> None:
    error = Unavailable("HUB-X36", given)
    assert error.message == told
    assert str(error).encode() == f"HUB-X36 {told}".encode()
    assert BadRecord("HUB-X07", given).message == told
