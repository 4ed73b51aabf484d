"""What an office says about its mailbox at Optum, formerly Change Healthcare (reference clearinghouse-x12 §25)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from connectors.clearinghouse.transports.stedi_settings import https_only, plain_secret


class OptumSettings(BaseModel):
    """`[source.settings.optum]`"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    client_id: str = Field(title="Client id", description="Of the credentials that Optum gave the office.", min_length=1)
    client_secret: SecretStr = Field(
        title="Client secret", description="Write ${OPTUM_CLIENT_SECRET} and keep it in .env.", min_length=1
    )
    remove_after: bool = Field(
        default=False,
        title="Remove fetched files",
        description="Delete a file in the mailbox once its copy is safe here; Optum wants it so and drops files after about 30 days. Leave off when another program fetches there too.",
    )
    base_url: str = Field(
        default="https://apigw.optum.com/medicalnetwork/reports/v2", title="Mailbox address",
        description="Where the mailbox is; for the sandbox the host is sandbox-apigw.optum.com.",
    )  # fmt: skip
    token_url: str = Field(
        default="https://apigw.optum.com/apip/auth/v2/token", title="Sign-in address", description="Where a token is asked for."
    )
    timeout_seconds: int = Field(default=60, ge=1, le=600, title="Patience", description="How long a silent server is waited for.")

    @field_validator("client_secret")
    @classmethod
    def _plain_secret(cls, value: SecretStr) -> SecretStr:
        return plain_secret(value)

    @field_validator("base_url", "token_url")
    @classmethod
    def _over_tls(cls, value: str) -> str:
        return https_only(value)
