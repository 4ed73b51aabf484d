"""The shape of hub.toml. Unknown keys are errors; every setting's description is its documentation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, field_validator, model_validator

from hub.workdays import Workdays

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


class Strict(BaseModel):
    """Settings read from outside: unknown keys refused, values never echoed in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HubSettings(Strict):
    """`[hub]`"""

    data_dir: Path = Field(Path("data"), description="where the database, the key and the lists lie; a local disk")
    plugins_dir: Path | None = Field(None, description="folder with site plugins (one .py file each); empty: none")
    mappings_dir: Path | None = Field(
        None, description="folder with the office's own mappings, laid out like mappings/"
    )
    disabled_plugins: tuple[str, ...] = Field((), description="plugins that are not to be loaded, by name")
    job_memory_mb: int = Field(2048, ge=256, description="hub serve ends a job that takes more memory (Linux)")
    job_minutes: int = Field(120, ge=1, description="hub serve ends a job that takes longer")
    log_level: Literal["DEBUG", "INFO", "WARNING"] = Field("INFO", description="how much goes to the log")


class StoreSettings(Strict):
    """`[store]`"""

    url: str = Field("", description="empty: SQLite in data_dir; or postgresql+psycopg://user:password@host/database")
    encrypt: bool = Field(True, description="encrypt the SQLite database (SQLCipher); ignored for PostgreSQL")
    keep_raw_days: int = Field(400, ge=1, description="how long replaced source files are kept, in days")


class PracticeSettings(Strict):
    """`[[practice]]`"""

    id: Name = Field(description="short stable name; part of every row")
    name: str = Field(description="as it appears on the lists")
    timezone: str = Field(description="IANA name, for example America/Chicago")
    open_days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        ("mon", "tue", "wed", "thu", "fri"), min_length=1, description="weekly open days"
    )
    closures: tuple[date, ...] = Field((), description="closed days: holidays, vacation")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not an IANA time zone; write for example America/Chicago")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def workdays(self) -> Workdays:
        return Workdays(self.open_days, self.closures)


class SourceSettings(Strict):
    """`[[source]]`: one configured connector"""

    name: Name = Field(description="your name for it; part of every key, do not change it later")
    practice: Name = Field(description="id of the practice it belongs to")
    connector: str = Field(description="connector id, see `hub connectors`")
    schedule: str | None = Field(
        None, description='"every 15 minutes", "daily 06:00", "weekdays 06:30"; empty: by hand'
    )
    max_age_hours: int | None = Field(
        None, ge=1, description="older than this it is stale and its items neither open nor close; empty: what the connector says"
    )
    enabled: bool = Field(True, description="false: not read, its facts stay")
    settle_seconds: float = Field(
        10, ge=0, le=3600, description="a file counts as finished when nobody touched it for so long"
    )
    archive_dir: Path | None = Field(
        None, description="move files here once they are stored; empty: files are never moved or deleted"
    )
    settings: dict[str, object] = Field(default_factory=dict, description="the connector's own settings")


class DeliverySettings(Strict):
    """`[[delivery]]`: one list that goes out"""

    name: Name = Field(description="your name for it")
    delivery: str = Field(description="delivery id, see `hub plugins`")
    practice: Name | None = Field(None, description="id of the practice; empty: one list per practice")
    schedule: str | None = Field(None, description="when; empty: after each `hub run`")
    kinds: tuple[str, ...] = Field((), description="item codes; empty: all")
    owners: tuple[str, ...] = Field((), description="roles (TC, PC, IC, BL, FD, OM); empty: all")
    settings: dict[str, object] = Field(default_factory=dict, description="the delivery's own settings")
    _same_files_as: str = PrivateAttr("")

    @property
    def same_files_as(self) -> str:
        """Name of an earlier delivery over whose files this one would write another list; empty: none."""
        return self._same_files_as

    def second_to(self, earlier: str) -> DeliverySettings:
        """A copy that knows of the earlier one."""
        copy = self.model_copy()
        copy._same_files_as = earlier
        return copy


class Config(Strict):
    """The whole of hub.toml, after `${NAME}` was replaced from the environment or .env."""

    hub: HubSettings = HubSettings()  # type: ignore[call-arg]
    store: StoreSettings = StoreSettings()  # type: ignore[call-arg]
    practice: tuple[PracticeSettings, ...] = Field(min_length=1)
    source: tuple[SourceSettings, ...] = ()
    delivery: tuple[DeliverySettings, ...] = ()
    items: dict[str, dict[str, object]] = Field(
        default_factory=dict,
        description="thresholds by item code, for example [items.CLAIM-AGING] electronic_days = 30",
    )
    path: Path = Field(Path("hub.toml"), exclude=True)

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        practices = [practice.id for practice in self.practice]
        for what, names in (
            ("practice id", practices),
            ("source name", [source.name for source in self.source]),
            ("delivery name", [delivery.name for delivery in self.delivery]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f'{what} "{name}" is used twice; give each its own')
        named = [(source.name, source.practice) for source in self.source]
        named += [(delivery.name, delivery.practice) for delivery in self.delivery if delivery.practice is not None]
        for name, practice in named:
            if practice not in practices:
                raise ValueError(f'"{name}" names practice "{practice}", which is not in [[practice]]')
        return self

    @property
    def base_dir(self) -> Path:
        """The folder of hub.toml: relative paths in it start here."""
        return self.path.parent

    @property
    def data_dir(self) -> Path:
        return (self.base_dir / self.hub.data_dir).resolve()

    def practice_by_id(self, practice_id: str) -> PracticeSettings:
        return next(practice for practice in self.practice if practice.id == practice_id)

    def sources_of(self, practice_id: str) -> tuple[SourceSettings, ...]:
        return tuple(source for source in self.source if source.practice == practice_id)
