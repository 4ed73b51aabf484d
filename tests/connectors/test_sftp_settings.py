"""What an office may write about its SFTP server, and what is offered to the server when it signs in."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.clearinghouse.settings import ClearinghouseSettings
from connectors.clearinghouse.transports import transport_of
from connectors.clearinghouse.transports.sftp_connection import _authenticate
from connectors.clearinghouse.transports.sftp_settings import SftpSettings, fingerprints

NEEDED: dict[str, object] = {"host": "sftp.example.com", "user": "office", "password": "s3cret"}
# A made-up key: the fingerprint is the SHA-256 of its bytes, base64 without padding (RFC 4253 §6.6, ssh-keygen -l).
KEY = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(range(32))
LINE = f"ssh-ed25519 {base64.b64encode(KEY).decode()}"
FINGERPRINT = "SHA256:" + base64.b64encode(hashlib.sha256(KEY).digest()).decode()[:43]


@pytest.mark.parametrize("pin", [FINGERPRINT, f"{FINGERPRINT}=", LINE, f"{LINE} host@example", f"[sftp.example.com]:2222 {LINE}"])
def test_a_server_key_may_be_written_in_any_usual_way(pin: str) -> None:
    own = SftpSettings.model_validate({**NEEDED, "host_key": pin})
    assert fingerprints(own.host_key) == {FINGERPRINT}


@pytest.mark.parametrize(
    "pin", ["MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "SHA256:short", "ssh-ed25519", "ssh-rsa AAAAB3=x", "*", "any"]
)
def test_what_is_no_key_is_refused(pin: str) -> None:
    with pytest.raises(ValidationError, match="neither SHA256"):
        SftpSettings.model_validate({**NEEDED, "host_key": pin})


def test_some_way_to_sign_in_is_needed_and_no_secret_is_shown() -> None:
    with pytest.raises(ValidationError, match="one of password and key_file"):
        SftpSettings.model_validate({"host": "h", "user": "u"})
    own = SftpSettings.model_validate({**NEEDED, "key_passphrase": "als0"})
    assert "s3cret" not in repr(own) and "als0" not in repr(own)
    with pytest.raises(ValidationError) as refused:
        SftpSettings.model_validate({**NEEDED, "port": "s3cret"})
    assert "s3cret" not in str(refused.value)


def test_a_source_without_transport_is_a_folder_as_before() -> None:
    own = ClearinghouseSettings.model_validate({"folder": "inbox"})
    assert (own.transport, own.folder, transport_of(own).name) == ("folder", ["inbox"], "folder")


def test_a_transport_needs_its_own_settings() -> None:
    with pytest.raises(ValidationError, match='"folder" is missing'):
        ClearinghouseSettings.model_validate({})
    with pytest.raises(ValidationError, match=r"needs a table \[source.settings.sftp\]"):
        ClearinghouseSettings.model_validate({"transport": "sftp", "folder": "inbox"})
    own = ClearinghouseSettings.model_validate({"transport": "sftp", "sftp": NEEDED, "folder": "also"})
    assert (transport_of(own).name, own.folder) == ("sftp", ["also"])


class Line:
    """The far end of a sign-in: what it still asks for after a key and after a password."""

    def __init__(self, after_key: list[str], after_password: list[str]) -> None:
        self.after_key, self.after_password = after_key, after_password
        self.offered: list[tuple[str, object]] = []

    def auth_publickey(self, user: str, key: object) -> list[str]:
        self.offered.append(("key", key))
        return self.after_key

    def auth_password(self, user: str, password: str) -> list[str]:
        self.offered.append(("password", password))
        return self.after_password


@pytest.mark.parametrize(
    ("key", "password", "after_key", "after_password", "offered", "in_"),
    [
        (None, "s3cret", [], [], ["password"], True),
        ("key", None, [], [], ["key"], True),
        ("key", "s3cret", [], [], ["key"], True),
        ("key", "s3cret", ["password"], [], ["key", "password"], True),
        ("key", None, ["password"], [], ["key"], False),
        (None, "s3cret", [], ["keyboard-interactive"], ["password"], False),
    ],
)
def test_no_more_is_offered_than_the_server_asks_for(
    key: Any, password: str | None, after_key: list[str], after_password: list[str], offered: list[str], in_: bool
) -> None:
    paramiko = pytest.importorskip("paramiko")
    own = SftpSettings.model_validate({**NEEDED, "password": password, "key_file": key})
    line = Line(after_key, after_password)
    if in_:
        _authenticate(paramiko, line, own, key)
    else:
        with pytest.raises(paramiko.BadAuthenticationType):
            _authenticate(paramiko, line, own, key)
    assert [kind for kind, _ in line.offered] == offered
