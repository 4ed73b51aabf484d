"""What an office says about the folder in which it saves the results of the queries."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ExportSettings(BaseModel):
    """The exports' part of the `[source.settings]` of an Open Dental source."""

    folder: str = Field(
        default="",
        title="Folder",
        description="Where the results are saved; a relative path starts beside hub.toml. Not a mapped drive letter.",
        examples=["exports/open_dental", r"\\server\OpenDentalExports"],
    )
    patterns: tuple[str, ...] = Field(
        ("*.txt", "*.csv", "*.xls"),
        title="File names",
        description="Only files whose name fits one of these are looked at; .xls of Open Dental is text.",
    )
    ignore: tuple[str, ...] = Field(
        (".*", "~$*", "*.tmp", "*.part"),
        title="Ignored names",
        description="Files that are never looked at: downloads under way and the lock files of open workbooks.",
    )
