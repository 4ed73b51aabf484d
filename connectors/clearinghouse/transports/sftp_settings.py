"""What an office says about its clearinghouse's SFTP server."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_KEY_LINE = re.compile(r"(?:^|\s)((?:ssh|ecdsa|rsa)-[a-z0-9@.-]+)\s+(AAAA[A-Za-z0-9+/]+={0,2})(?:\s|$)")
_NOT_A_PIN = "neither SHA256:… (as ssh-keygen -l writes it) nor a line like ssh-ed25519 AAAA…"


class SftpSettings(BaseModel):
    """`[source.settings.sftp]`"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    host: str = Field(title="Host", description="Name or address of the server.", examples=["sftp.example.com"], min_length=1)
    port: int = Field(default=22, ge=1, le=65_535, title="Port", description="Port of the server.")
    user: str = Field(title="User", description="Name to sign in with.", min_length=1)
    password: SecretStr | None = Field(
        default=None, title="Password", description="Write ${CLEARINGHOUSE_PASSWORD} and keep it in .env. With or instead of key_file."
    )
    key_file: str | None = Field(
        default=None,
        title="Key file",
        description="Private key to sign in with, as ssh-keygen writes it; a relative path starts beside hub.toml.",
    )
    key_passphrase: SecretStr | None = Field(
        default=None, title="Passphrase", description="Of the key file, when it has one; keep it in .env."
    )
    host_key: list[str] = Field(
        default=[],
        title="Server's key",
        description="What the clearinghouse says its server's key is: SHA256:… or a line ssh-ed25519 AAAA…; several when it changes. Without it nothing is fetched; hub check shows what the server offers.",
        examples=[["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"]],
    )
    folders: list[str] = Field(
        default=["."],
        title="Folders",
        description="Folders on the server to fetch from, not below them; a relative one starts where the sign-in lands.",
        min_length=1,
    )
    remove_after: bool = Field(
        default=False,
        title="Remove fetched files",
        description="Remove a file on the server once its copy is safe here. Leave off when another program fetches there too.",
    )
    settle_seconds: int = Field(
        default=10,
        ge=0,
        le=600,
        title="Settle time",
        description="A new file is looked at twice, so many seconds apart, and taken when size and time stay as they were.",
    )
    timeout_seconds: int = Field(
        default=30, ge=1, le=600, title="Patience", description="How long a silent server is waited for."
    )
    max_mb: int = Field(default=512, ge=1, le=4_000, title="Largest file", description="Larger files are reported and not fetched, in MB.")

    @field_validator("host_key", "folders", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("host_key")
    @classmethod
    def _pins(cls, values: list[str]) -> list[str]:
        given = [value.strip() for value in values if value.strip()]
        fingerprints(given)
        return given

    @model_validator(mode="after")
    def _some_way_to_sign_in(self) -> SftpSettings:
        if self.password is None and self.key_file is None:
            raise ValueError("one of password and key_file is needed")
        return self


def fingerprints(pins: Sequence[str]) -> frozenset[str]:
    """`SHA256:…` of every pin. Raises ValueError for text that is none."""
    return frozenset(_fingerprint(pin) for pin in pins)


def _fingerprint(pin: str) -> str:
    if _FINGERPRINT.fullmatch(pin.rstrip("=")):
        return pin.rstrip("=")
    line = _KEY_LINE.search(pin)
    if line is None:
        raise ValueError(_NOT_A_PIN)
    try:
        key = base64.b64decode(line[2], validate=True)
    except binascii.Error:
        raise ValueError(_NOT_A_PIN) from None
    return fingerprint_of(key)


def fingerprint_of(key: bytes) -> str:
    """A public key as OpenSSH shows it: SHA-256 of its bytes, base64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
