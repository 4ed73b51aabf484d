"""What an office says about its Open Dental: which way in, and what that way needs."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.export.settings import ExportSettings
from connectors.open_dental.sql.settings import SqlSettings


class OpenDentalSettings(ApiSettings, SqlSettings, ExportSettings):
    """The `[source.settings]` of an Open Dental source. Only the chosen mode's part is looked at."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    mode: Literal["api", "sql", "export"] = Field(
        title="Way in",
        description="api: the REST API; sql: the database, read-only; export: saved query results.",
    )
