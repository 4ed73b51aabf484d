"""Lists of several practices and deliveries in one folder: nobody's file takes the place of another's (docs/deliveries.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.clock import FixedClock
from hub.config import Config, load_config
from hub.config.file_names import file_word
from hub.contract import DeliveryContext, ItemRow, ListSummary
from hub.errors import SettingsError
from hub.output.safe_text import file_stem
from hub.plugin_host import load_plugins
from hub.plugin_host.named import scope_of
from plugins.deliver_csv import CsvDelivery

MADE_AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
LONG = "Lakeside Family and Cosmetic Dentistry of Greater Minneapolis, {} office"


def _config(folder: Path, names: dict[str, str], *deliveries: str) -> Config:
    practices = [
        f'[[practice]]\nid = "{id}"\nname = "{name}"\ntimezone = "America/Chicago"\n' for id, name in names.items()
    ]
    tables = [f"[[delivery]]\n{delivery}" for delivery in deliveries]
    path = folder / "hub.toml"
    path.write_text("\n".join([*practices, *tables]), encoding="utf-8")
    return load_config(path)


def _list(name: str, folder: Path | str, more: str = "", settings: str = "") -> str:
    return f'name = "{name}"\ndelivery = "csv"\n{more}\n[delivery.settings]\nfolder = "{folder}"\n{settings}\n'


def _written(
    config: Config, folder: Path, item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary]
) -> dict[str, str]:
    """File name -> text of the newest lists, each with one item that carries its practice's id."""
    for delivery in config.delivery:
        for practice in config.practice:
            rows = [item(id=practice.id.upper())]
            told = summary_of(rows, practice_id=practice.id, practice_name=practice.name)
            own = CsvDelivery.settings.model_validate(delivery.settings)
            CsvDelivery().deliver(
                rows, told, DeliveryContext(delivery.name, own, folder / practice.id, FixedClock(MADE_AT), "key")
            )
    return {path.name: path.read_text("utf-8-sig") for path in folder.glob("*latest.csv")}


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (
            {"north": "Lakeside Dental", "south": "Lakeside Dental"},
            ["Lakeside Dental (north) outstanding latest.csv", "Lakeside Dental (south) outstanding latest.csv"],
        ),
        (  # a share of Windows knows no letter case
            {"north": "Lakeside Dental", "south": "LAKESIDE DENTAL"},
            ["LAKESIDE DENTAL (south) outstanding latest.csv", "Lakeside Dental (north) outstanding latest.csv"],
        ),
        (  # 60 characters, of which the last 8 are the id
            {"north": LONG.format("North"), "south": LONG.format("South")},
            [
                f"Lakeside Family and Cosmetic Dentistry of Greater Mi ({id}) outstanding latest.csv"
                for id in ("north", "south")
            ],
        ),
        (
            {"north": "Lakeside", "south": "Hillside"},
            ["Hillside outstanding latest.csv", "Lakeside outstanding latest.csv"],
        ),
    ],
    ids=["one name", "letter case", "cut", "two names"],
)
def test_two_practices_keep_their_own_files_in_one_folder(
    tmp_path: Path,
    names: dict[str, str],
    files: list[str],
    item: Callable[..., ItemRow],
    summary_of: Callable[..., ListSummary],
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    written = _written(_config(tmp_path, names, _list("morning", share)), share, item, summary_of)
    assert sorted(written) == files
    assert all(("NORTH" in text) != ("SOUTH" in text) for text in written.values())


def test_names_stay_as_they_are_where_nothing_meets(tmp_path: Path) -> None:
    names = {"north": "Lakeside Dental", "south": "Lakeside Dental"}
    own = _list("morning", tmp_path, 'practice = "north"'), _list("late", tmp_path / "south", 'practice = "south"')
    for deliveries in ((), ('name = "page"\ndelivery = "html"',), own):
        assert [practice.name for practice in _config(tmp_path, names, *deliveries).practice] == ["Lakeside Dental"] * 2
    apart = _list("morning", tmp_path, 'practice = "north"'), _list("late", tmp_path, 'practice = "south"')
    assert [practice.name for practice in _config(tmp_path, names, *apart).practice] == [
        "Lakeside Dental (north)",
        "Lakeside Dental (south)",
    ]


def test_a_second_delivery_of_the_same_files_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    plugins = load_plugins()
    names = {"main": "Lakeside Dental"}
    config = _config(
        tmp_path, names, _list("all", tmp_path, 'owners = ["TC"]'), _list("claims", f"{tmp_path}/", 'owners = ["IC"]')
    )
    assert scope_of(plugins, config.delivery[0]).owners == ("TC",)
    with pytest.raises(
        SettingsError, match='claims: .*"all" writes another list to the same files; .*list_name'
    ) as told:
        scope_of(plugins, config.delivery[1])
    assert told.value.code == "HUB-S04"


def test_the_same_list_at_two_times_may_renew_the_same_files(tmp_path: Path) -> None:
    morning, noon = (
        f'schedule = "daily {hour}:30"\nowners = ["{owner}"]' for hour, owner in (("06", "TC"), ("12", "tc"))
    )
    config = _config(tmp_path, {"main": "Lakeside Dental"}, _list("a", tmp_path, morning), _list("b", tmp_path, noon))
    for delivery in config.delivery:
        scope_of(load_plugins(), delivery)


@pytest.mark.parametrize(
    "second",
    [
        _list("claims", "{0}", settings='list_name = "claims"'),
        _list("claims", "{0}/claims"),
        _list("claims", ""),
        'name = "claims"\ndelivery = "html"\n[delivery.settings]\nfolder = "{0}"\n',
    ],
    ids=["list name", "folder", "own folder", "another format"],
)
def test_deliveries_that_differ_in_one_part_are_not_the_same_files(tmp_path: Path, second: str) -> None:
    config = _config(
        tmp_path,
        {"main": "Lakeside Dental"},
        _list("all", tmp_path, 'owners = ["TC"]'),
        second.replace("{0}", str(tmp_path)),
    )
    for delivery in config.delivery:
        scope_of(load_plugins(), delivery)


def test_a_vendors_delivery_names_its_files_itself(tmp_path: Path) -> None:
    config = _config(
        tmp_path, {"main": "Lakeside Dental"}, _list("all", tmp_path, 'owners = ["TC"]'), _list("claims", tmp_path)
    )
    plugins = load_plugins()
    plugins.deliveries["csv"] = type("Own", (CsvDelivery,), {"settings": type("Plain", (Config,), {})})
    scope_of(plugins, config.delivery[1])


@pytest.mark.parametrize(
    "name",
    ["Lakeside Dental", "Smile/Bright  Co.", "x" * 80, "Zahn & Ärzte", " . ~$A~", "a:b\tc\u2028d\u200ee", "NUL", "???"],
)
def test_the_settings_know_a_file_name_as_the_lists_write_it(name: str) -> None:
    assert file_word(name) == file_stem(name).casefold()


def test_a_long_name_without_a_twin_is_cut_as_ever(
    item: Callable[..., ItemRow], summary_of: Callable[..., ListSummary], tmp_path: Path
) -> None:
    told = replace(summary_of([]), practice_name=LONG.format("North"))
    own = CsvDelivery.settings()
    receipt = CsvDelivery().deliver([], told, DeliveryContext("x", own, tmp_path, FixedClock(MADE_AT), "key"))
    assert (
        receipt.files[1].name == "Lakeside Family and Cosmetic Dentistry of Greater Minneapoli outstanding latest.csv"
    )
