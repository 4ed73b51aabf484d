"""What an office says about its clearinghouse folder."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class ClearinghouseSettings(BaseModel):
    """The `[source.settings]` of a clearinghouse source."""

    model_config = ConfigDict(extra="forbid")

    folder: list[str] = Field(
        title="Folder",
        description="Where the files arrive: one path or a list of paths; a relative one starts beside hub.toml.",
        examples=["inbox/clearinghouse"],
        min_length=1,
    )
    patterns: list[str] = Field(
        default=["*"],
        title="File names",
        description="Only files whose name fits one of these are looked at, for example *.835; capitals do not matter.",
    )
    ignore: list[str] = Field(
        default=[".*", "~$*", "*.tmp", "*.part", "*.filepart", "*.crdownload", "*.done", "*.ctl"],
        title="Ignored names",
        description="Files that are never looked at: downloads under way, and partners that only mark the end of one.",
    )
    payee_tax_ids: list[str] = Field(
        default=[],
        title="Our tax ids",
        description="With this or payee_npis: a remittance to another payee is set aside. Dashes do not matter.",
        examples=[["12-3456789"]],
    )
    payee_npis: list[str] = Field(
        default=[],
        title="Our NPIs",
        description="With this or payee_tax_ids: a remittance to another payee is set aside.",
        examples=[["1999999984"]],
    )
    accept_test_files: bool = Field(
        default=False,
        title="Read test files",
        description="Read interchanges that say they are tests (ISA15 = T). Leave off in a working office.",
    )

    @field_validator("folder", "patterns", "ignore", "payee_tax_ids", "payee_npis", mode="before")
    @classmethod
    def _one_is_a_list_of_one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("payee_tax_ids", "payee_npis")
    @classmethod
    def _digits(cls, values: list[str]) -> list[str]:
        return [plain_id(value) for value in values]


def plain_id(text: str) -> str:
    """An id without dashes and blanks, so that `12-3456789` and `123456789` are the same."""
    return text.replace("-", "").replace(" ", "").upper()
