"""What an office says about its database."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class SqlSettings(BaseModel):
    """The database's part of the `[source.settings]` of an Open Dental source."""

    host: str = Field(default="", title="Server", description="Name or address of the database server; a replica is better.")
    port: int = Field(default=3306, ge=1, le=65535, title="Port", description="Where the server listens.")
    database: str = Field(
        default="opendental", title="Database", pattern=r"^\w+$", description="Its name on the server."
    )
    user: str = Field(default="", title="User", description="An account of its own with the right to read, never root.")
    password: SecretStr = Field(default=SecretStr(""), title="Password", description="For example ${OD_SQL_PASSWORD}.")
    tls: Literal["off", "preferred", "required"] = Field(
        default="preferred", title="Encryption",
        description="required: no connection without it; preferred: without it when the server offers none.",
    )  # fmt: skip
    tls_ca: str = Field(default="", title="CA file", description="Proves who the server is; a path beside hub.toml or absolute.")
    connect_seconds: int = Field(
        default=10, ge=1, le=120, title="Time to connect", description="A server that does not answer so long is away."
    )
    statement_seconds: int = Field(
        default=60, ge=5, le=3600, title="Longest statement", description="The server stops a longer one, where it can."
    )
    page_rows: int = Field(
        default=100, ge=10, le=20000, title="Rows per page", description="To begin with; pages grow and shrink by themselves."
    )
    page_milliseconds: int = Field(
        default=50, ge=5, le=5000, title="Time per page",
        description="A table of type MyISAM cannot be written while it is read, so no page should take longer.",
    )  # fmt: skip
    clock_overlap_minutes: int = Field(
        default=65, ge=1, le=1440, title="Overlap",
        description="How far before the last pass reading starts again; more than an hour, because clocks go back once a year.",
    )  # fmt: skip
    keys_every_hours: int = Field(
        default=20, ge=1, le=720, title="Look for deleted records",
        description="After so many hours the keys of every table are read to find what was deleted.",
    )  # fmt: skip
    reread_days: int = Field(
        default=7, ge=1, le=90, title="Read everything again",
        description="After so many days, in the night of night_hours, every row is read once more: some edits move no stamp.",
    )  # fmt: skip
