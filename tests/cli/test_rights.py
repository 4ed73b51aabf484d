"""Who may read key, `.env` and data folder: set when they are made, looked at by doctor, commands for Windows built right."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from faults.practice_runs import Practice, call_hub

from hub.cli.rights import account, descriptor_query, icacls, many_people, others, private, shown

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


@posix
def test_what_init_makes_is_closed_and_what_was_there_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / "data").mkdir(mode=0o750)
    (tmp_path / "office" / "data").chmod(0o750)
    before = os.umask(0)
    try:
        assert call_hub("init", str(tmp_path / "office")).code == 0
        assert call_hub("init", str(tmp_path / "new")).code == 0
    finally:
        os.umask(before)
    modes = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for folder in ("office", "new")
        for path in (tmp_path / folder / ".env", tmp_path / folder / "data", tmp_path / folder / "data" / "hub.key")
    }
    assert modes == {
        "office/.env": 0o600, "office/data": 0o750, "office/data/hub.key": 0o600,
        "new/.env": 0o600, "new/data": 0o700, "new/data/hub.key": 0o600,
    }  # fmt: skip


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_doctor_finds_secrets_that_others_can_read(practice: Practice, mode: int) -> None:
    env = practice.folder / ".env"
    env.write_text("KEY=1\n", encoding="utf-8")
    env.chmod(mode)
    said = practice.hub("doctor")
    assert said.code == 1 and f"MEND .env rights: others can read it -> chmod 600 {env}" in said.out
    assert private(env) == "" and others(env) == ""
    assert "ok   .env rights: nobody else can read it" in practice.hub("doctor").out


def test_the_windows_command_leaves_three_and_takes_inheritance_away() -> None:
    assert icacls(Path("data"), True, "OFFICE\\anna") == [
        "icacls", "data", "/inheritance:r", "/grant:r", "OFFICE\\anna:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F",
    ]  # fmt: skip
    assert icacls(Path(".env"), False, "anna")[4:] == ["anna:F", "*S-1-5-18:F", "*S-1-5-32-544:F"]
    assert shown(["icacls", "C:\\my hub", "/grant", "a:(OI)(CI)M"]) == 'icacls "C:\\my hub" /grant "a:(OI)(CI)M"'
    assert descriptor_query(Path("it's"))[-1] == "(Get-Acl -LiteralPath 'it''s').Sddl"


@pytest.mark.parametrize(
    ("environment", "who"),
    [({"USERNAME": "anna", "USERDOMAIN": "OFFICE"}, "OFFICE\\anna"), ({"USERNAME": "anna"}, "anna")],
)
def test_the_account_is_named_with_its_domain(environment: dict[str, str], who: str) -> None:
    assert account(environment) == who


@pytest.mark.parametrize(
    ("descriptor", "many"),
    [
        ("O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;S-1-5-21-1-2-3-1001)", []),
        ("O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)", ["Users", "Authenticated Users"]),
        ("D:(A;;FA;;;WD)(A;;FA;;;WD)", ["Everyone"]),
        ("D:(D;;FA;;;WD)(A;;FA;;;S-1-5-21-10-20-30-513)", ["Domain Users"]),
        ("O:WDG:BUD:P(A;;FA;;;SY)", []),
        ("", []),
    ],
    ids=["closed", "as inherited from C:", "everyone once", "denied is not open", "owner and group are no rights", "nothing"],
)  # fmt: skip
def test_groups_of_many_people_are_found_in_a_security_descriptor(descriptor: str, many: list[str]) -> None:
    """The form: https://learn.microsoft.com/windows/win32/secauthz/ace-strings"""
    assert many_people(descriptor) == many


def test_a_command_that_is_not_there_is_a_warning_that_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.rights.icacls", lambda path, folder, user: ["no-such-icacls", str(path)])
    monkeypatch.setattr("hub.cli.rights._on_windows", lambda: True)
    said = private(tmp_path)
    assert said == f"the rights of {tmp_path} could not be set (no-such-icacls: FileNotFoundError); run: no-such-icacls {tmp_path}"
