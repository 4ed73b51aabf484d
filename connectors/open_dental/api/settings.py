"""What an office says about its API: keys, addresses, what it pays for, and how much of the night may be used."""

from __future__ import annotations

import difflib
import re
from datetime import time
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from connectors.open_dental.streams import BY_NAME

REMOTE = "https://api.opendental.com/api/v1/"
_NIGHT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class ApiSettings(BaseModel):
    """The API's part of the `[source.settings]` of an Open Dental source."""

    developer_key: SecretStr = Field(
        default=SecretStr(""), title="Developer key", description="Yours as developer, for example ${OD_DEVELOPER_KEY}."
    )
    customer_key: SecretStr = Field(
        default=SecretStr(""), title="Customer key",
        description="The office's key, enabled in Setup > Advanced Setup > API; write ${OD_CUSTOMER_KEY}.",
    )  # fmt: skip
    service_url: str = Field(
        default="", title="API Service on site",
        description="Address of the OpenDentalAPIService, tried first; empty: only through headquarters.",
        examples=["http://server:30223/api/v1/"],
    )  # fmt: skip
    remote_url: str = Field(
        default=REMOTE, title="Headquarters", description="Tried when the service cannot be reached; empty: never."
    )
    tier: Literal["free", "paid", "enterprise"] = Field(
        default="free", title="Tier",
        description="What the office pays for: one request per 5 seconds, per second, or two per second. Not counted on site.",
    )  # fmt: skip
    overlap_minutes: int = Field(
        default=10, ge=1, le=1440, title="Overlap", description="How far before the last pass reading starts again."
    )
    full_every_hours: int = Field(
        default=20, ge=1, le=720, title="Whole lists",
        description="Lists that cannot be asked for changes are read whole after so many hours.",
    )  # fmt: skip
    full_every: dict[str, int] = Field(
        default={}, title="Whole lists by name",
        description="Other hours for single streams, for example { lab_cases = 4 }: lists read whole, and whole passes over others.",
    )  # fmt: skip
    sweep_hours: int | None = Field(
        default=None,
        ge=1,
        title="Look for deleted records",
        description="Every list is read whole after so many hours to find what was deleted without a trace. Empty: each night"
        " (20) on site, each week (168) through headquarters, where short lists of single patients or plans are read each night.",
    )
    night_hours: str = Field(
        default="20:00-06:00", title="Night",
        description="Practice-local hours in which whole lists may be read through headquarters.",
    )  # fmt: skip
    minutes_per_stream: int = Field(
        default=45, ge=1, title="Patience",
        description="Through headquarters one stream may take so long in one run; the next run goes on there. At night until its end. Lists that are gone through again by patients share it.",
    )  # fmt: skip

    @field_validator("full_every")
    @classmethod
    def _streams(cls, value: dict[str, int]) -> dict[str, int]:
        unknown, known = sorted(value.keys() - BY_NAME.keys()), sorted(BY_NAME)
        if unknown:
            close = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.5)
            instead = f"did you mean {close[0]}?" if close else f"streams are {', '.join(known)}"
            raise ValueError(f"there is no stream {unknown[0]}; {instead}")
        if min(value.values(), default=1) < 1:
            raise ValueError("at least one hour")
        return value

    @field_validator("night_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if _NIGHT.fullmatch(value) is None:
            raise ValueError("write it as 20:00-06:00")
        return value

    @property
    def night(self) -> tuple[time, time]:
        start, _, end = self.night_hours.partition("-")
        return time.fromisoformat(start), time.fromisoformat(end)
