"""What an office says about its account at Stedi (reference clearinghouse-x12 §22)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

SetId = Literal["271", "277", "835", "997", "999"]


class StediSettings(BaseModel):
    """`[source.settings.stedi]`"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    api_key: SecretStr = Field(
        title="API key", description="From Stedi's portal; write ${STEDI_API_KEY} and keep it in .env.", min_length=1
    )
    sets: list[SetId] = Field(
        default=["835", "277", "999", "271"],
        title="Transaction sets",
        description="Which of the transactions that came in are fetched: 835, 277 (acknowledgements and status), 999, 997, 271.",
        min_length=1,
    )
    first_days: int = Field(
        default=30, ge=1, le=730, title="First days", description="How many days back the very first run starts."
    )
    overlap_minutes: int = Field(
        default=60, ge=0, le=10_080, title="Overlap",
        description="How far before the last transaction to start again when Stedi no longer takes the place that was kept.",
    )  # fmt: skip
    page_size: int = Field(default=100, ge=1, le=500, title="Page size", description="Transactions asked for at a time.")
    document: Literal["file", "transaction"] = Field(
        default="file",
        title="Document",
        description="file: the whole file with its envelope, so that delimiters and the test mark are known; transaction: each set alone (ST to SE), where an account may not fetch files.",
    )
    core_url: str = Field(
        default="https://core.us.stedi.com/2023-08-01", title="Core address", description="Where transactions are listed and fetched."
    )
    healthcare_url: str = Field(
        default="https://healthcare.us.stedi.com/2024-04-01", title="Healthcare address", description="Where questions to payers go."
    )
    timeout_seconds: int = Field(default=30, ge=1, le=600, title="Patience", description="How long a silent server is waited for.")
    payer_seconds: int = Field(
        default=120, ge=1, le=600, title="Patience with payers", description="How long a payer's answer to a question is waited for."
    )

    @field_validator("api_key")
    @classmethod
    def _plain_key(cls, value: SecretStr) -> SecretStr:
        return plain_secret(value)

    @field_validator("core_url", "healthcare_url")
    @classmethod
    def _over_tls(cls, value: str) -> str:
        return https_only(value)


def https_only(value: str) -> str:
    """An address without its last slash. Raises ValueError unless it is https."""
    if not value.startswith("https://") or any(mark in value for mark in " \t\r\n?#"):
        raise ValueError("not an https:// address")
    return value.rstrip("/")


def plain_secret(value: SecretStr) -> SecretStr:
    """A secret that can be sent, without blanks around it. Raises ValueError, which does not show it."""
    text = value.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("empty, or holds characters that no key has")
    return SecretStr(text)
