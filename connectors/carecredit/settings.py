"""What an office says about the folder of its CareCredit reports."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CareCreditSettings(BaseModel):
    """The `[source.settings]` of a CareCredit source."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    folder: str = Field(
        title="Folder",
        description="Where the downloaded reports are saved; a relative path starts beside hub.toml. Not a mapped drive letter.",
        examples=["reports/carecredit", r"\\server\reports\carecredit"],
        min_length=1,
    )
    patterns: tuple[str, ...] = Field(
        ("*.csv", "*.txt", "*.xlsx"),
        title="File names",
        description="Only files whose name fits one of these are looked at; capitals do not matter.",
    )
    ignore: tuple[str, ...] = Field(
        (".*", "~$*", "*.tmp", "*.part"),
        title="Ignored names",
        description="Files that are never looked at: downloads under way and the lock files of open workbooks.",
    )
