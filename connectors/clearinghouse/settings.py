"""What an office says about its clearinghouse: how the files come, and which of them are its own."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.clearinghouse.transports.optum_settings import OptumSettings
from connectors.clearinghouse.transports.sftp_settings import SftpSettings
from connectors.clearinghouse.transports.stedi_settings import StediSettings
from hub.readers.folder import wanted

TransportName = Literal["folder", "sftp", "stedi", "optum"]


class ClearinghouseSettings(BaseModel):
    """The `[source.settings]` of a clearinghouse source."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    transport: TransportName = Field(
        default="folder",
        title="Transport",
        description="How the files come: folder (another program leaves them there), or the hub fetches them itself: sftp, stedi, optum.",
    )
    folder: list[str] = Field(
        default=[],
        title="Folder",
        description="Where the files arrive: one path or a list of paths; a relative one starts beside hub.toml. Needed for the transport folder; beside another one these folders are read too.",
        examples=["inbox/clearinghouse"],
    )
    sftp: SftpSettings | None = Field(
        default=None, title="SFTP", description="The server to fetch from, for the transport sftp: [source.settings.sftp]."
    )
    stedi: StediSettings | None = Field(
        default=None, title="Stedi", description="The account at Stedi, for the transport stedi: [source.settings.stedi]."
    )
    optum: OptumSettings | None = Field(
        default=None, title="Optum", description="The mailbox at Optum, for the transport optum: [source.settings.optum]."
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

    @model_validator(mode="after")
    def _of_its_transport(self) -> ClearinghouseSettings:
        if self.transport == "folder":
            if not self.folder:
                raise ValueError('"folder" is missing; add it, or choose another transport')
        elif getattr(self, self.transport) is None:
            raise ValueError(f'transport = "{self.transport}" needs a table [source.settings.{self.transport}]')
        return self

    @field_validator("payee_tax_ids", "payee_npis")
    @classmethod
    def _digits(cls, values: list[str]) -> list[str]:
        return [plain_id(value) for value in values]

    def wants(self, name: str) -> bool:
        """Does the office want a file of this name looked at (and fetched)? Capitals do not matter."""
        return wanted(name, self.patterns, self.ignore)


def plain_id(text: str) -> str:
    """An id without dashes and blanks, so that `12-3456789` and `123456789` are the same."""
    return text.replace("-", "").replace(" ", "").upper()
