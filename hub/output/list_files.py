"""Where a list goes as a file: one dated file per run, one `latest` copy, old ones cleared. The same for every format.

`Lakeside Dental outstanding 2026-11-21 0630.xlsx` and `Lakeside Dental outstanding latest.xlsx`: the practice's local
time, never a patient in a name. A `latest` that somebody has open stays as it was, and the receipt says so.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.contract import DeliveryContext, ItemRow, ListSummary, Receipt
from hub.errors import SettingsError, Unavailable
from hub.money import dollars
from hub.output import columns as columns_of_the_list
from hub.output import totals, words
from hub.output.safe_file import copy_file, write_file
from hub.output.safe_text import LONGEST_NAME, file_stem

Sleep = Callable[[float], None]


class FileSettings(BaseModel):
    """Settings of every delivery that writes a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    folder: str = Field("", description="folder for the files, as a full path; empty: the hub's own folder for lists")
    keep: int = Field(30, ge=1, le=10_000, description="how many dated files stay; older ones are deleted")
    list_name: str = Field(
        "outstanding",
        min_length=1,
        max_length=40,
        description="second part of the file names; give each list its own when several go to one folder",
    )

    @field_validator("folder")
    @classmethod
    def _whole_path(cls, value: str) -> str:
        if value and not Path(value).is_absolute():
            raise ValueError("not a full path; write it from the drive, the server or the root on")
        return value


class TableSettings(FileSettings):
    """Settings of the deliveries that write columns."""

    columns: tuple[str, ...] = Field(
        (), strict=False, description='columns by name, in order: ["due", "sentence", "value"]; empty: the usual ones'
    )

    @field_validator("columns")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            columns_of_the_list.chosen(value)
        except SettingsError as error:
            raise ValueError(error.message) from None
        return value


def put_list(
    items: Sequence[ItemRow],
    summary: ListSummary,
    ctx: DeliveryContext,
    suffix: str,
    write: Callable[[Path], None],
    sleep: Sleep = time.sleep,
) -> Receipt:
    """Write the dated file, renew `latest`, clear old ones. Raises Unavailable when the folder cannot be written."""
    settings = ctx.settings
    assert isinstance(settings, FileSettings), "the delivery's settings model is a FileSettings"
    folder = _folder(settings, ctx.folder)
    stem = f"{_practice_part(summary)} {file_stem(settings.list_name, 'outstanding')}"
    local = summary.made_at.astimezone(ZoneInfo(summary.timezone))
    dated = folder / f"{stem} {local:%Y-%m-%d %H%M}{suffix}"
    try:
        write_file(dated, write, sleep)
    except OSError as error:
        raise Unavailable("HUB-O04", _refused(ctx.name, error)) from None
    files, notes = _renew_latest(dated, folder / f"{stem} latest{suffix}", sleep)
    _clear_old(folder, stem, suffix, settings.keep)
    listed = totals.total(items)
    message = f"{words.count(listed.items, 'item')} ({dollars(listed.cents)}) in {dated.name}"
    return Receipt("; ".join([message, *notes]), files)


def _practice_part(summary: ListSummary) -> str:
    """The practice as its files are called. The id, which a name has that would meet another one, survives the cut."""
    mark = f" ({summary.practice_id})"
    if not summary.practice_name.endswith(mark):
        return file_stem(summary.practice_name)
    return file_stem(summary.practice_name.removesuffix(mark))[: LONGEST_NAME - len(mark)].rstrip() + mark


def _folder(settings: FileSettings, otherwise: Path) -> Path:
    """The folder, which must exist when it was configured: a share that is offline must not get a local twin."""
    if settings.folder:
        folder = Path(settings.folder)
        if not os.path.isdir(folder):  # Path.is_dir raises for a share that is offline
            raise Unavailable("HUB-O04", f"folder {folder} is not there or not reachable; check the path and the share")
        return folder
    try:
        otherwise.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable("HUB-O04", f"folder for lists cannot be made ({_said(error)}); check rights") from None
    return otherwise


def _renew_latest(dated: Path, latest: Path, sleep: Sleep) -> tuple[tuple[Path, ...], list[str]]:
    try:
        copy_file(dated, latest, sleep)
    except OSError as error:
        # The dated file is there, so the list was delivered: a viewer that holds `latest` is no failure.
        return (dated,), [f"{latest.name} stays an older list: it could not be renewed ({_said(error)}), probably open"]
    return (dated, latest), []


def _clear_old(folder: Path, stem: str, suffix: str, keep: int) -> None:
    pattern = re.compile(re.escape(stem) + r" \d{4}-\d{2}-\d{2} \d{4}" + re.escape(suffix) + r"\Z")
    dated = sorted(path for path in folder.iterdir() if pattern.match(path.name))
    for path in dated[:-keep]:
        try:
            path.unlink()
        except OSError:
            continue  # open somewhere; the next run tries again


def _refused(name: str, error: OSError) -> str:
    return f"{name}: the list could not be written ({_said(error)}); check folder, rights and space"


def _said(error: OSError) -> str:
    return error.strerror or type(error).__name__
