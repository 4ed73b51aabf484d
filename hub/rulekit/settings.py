"""The base of a rule's settings: `[items.CODE]` in hub.toml, unknown keys refused, values never echoed in errors."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RuleSettings(BaseModel):
    """Thresholds of one kind; every field has the catalogue's default and a description."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
