"""What an office says about writing items into its Open Dental. Nothing is written for a kind that is not named."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from connectors.open_dental.api.settings import REMOTE


class BackSettings(BaseModel):
    """The `[delivery.settings]` of delivery `open_dental`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    source: str = Field(description="name of the Open Dental source: its patients can be tied to a task")
    kinds: tuple[str, ...] = Field(
        min_length=1, description='item codes that are written, for example ["TX-ACCEPTED-UNBOOKED", "CLAIM-DENIED"]'
    )
    write: Literal["task", "commlog"] = Field(
        "task", description="task: permission AllOthers, can be completed; commlog: permission Comm, stays in the chart"
    )
    per: Literal["item", "patient"] = Field(
        "item", description="item: one each; patient: one call card with everything about one patient"
    )
    task_list: int = Field(0, ge=0, description="TaskListNum the tasks go to; see `hub check` or GET /tasklists")
    user: int = Field(0, ge=0, description="UserNum the tasks are written as")
    priority: int = Field(0, ge=0, description="PriorityDefNum of the tasks (definition category 33); 0: none")
    comm_type: int = Field(
        0, ge=0, description="CommType of the commlogs (definition category 27); 0: the office's default"
    )
    most: int = Field(
        200, ge=1, le=5_000, description="at most so many new ones in one run; the rest follows in the next"
    )
    developer_key: SecretStr = Field(description="yours as developer, for example ${OD_DEVELOPER_KEY}")
    customer_key: SecretStr = Field(description="the office's key; write ${OD_CUSTOMER_KEY}")
    service_url: str = Field(
        "", description="address of the OpenDentalAPIService, tried first; empty: only through headquarters"
    )
    remote_url: str = Field(REMOTE, description="headquarters; empty: never")
    tier: Literal["paid", "enterprise"] = Field(
        "paid", description="what the office pays for; writing needs a paid key"
    )

    @field_validator("kinds")
    @classmethod
    def _upper(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(kind.upper() for kind in kinds)

    @model_validator(mode="after")
    def _task_needs_a_place(self) -> BackSettings:
        if self.write == "task" and not (self.task_list and self.user):
            raise ValueError("tasks need task_list and user; ask Open Dental for TaskListNum and UserNum")
        if not (self.service_url or self.remote_url):
            raise ValueError("service_url and remote_url are both empty; leave one of them")
        return self
