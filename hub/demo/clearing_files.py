"""The clearinghouse folders: recent files one by one, older ones as the monthly archives that an office gets when it asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from hub.demo.ack_writer import acknowledgement
from hub.demo.claims import Ack, Check, Office
from hub.demo.deliver import deliver
from hub.demo.era_writer import era

RECENT_DAYS, OLD_DAYS = 75, 140
# Every interchange has a number of its own, none that of a payer which numbers them all 1 (see `era`).
FIRST_NUMBER = 101


def write_clearing(office: Office, folder: Path, old: Path) -> None:
    """`folder` gets what the present clearinghouse delivered, `old` what its predecessor did, until 140 days ago."""
    folder.mkdir(parents=True, exist_ok=True)
    old.mkdir(parents=True, exist_ok=True)
    today = office.world.calendar.today
    _write_checks(office, folder, old, today)
    _write_acks(office, folder, old, today)


def _write_checks(office: Office, folder: Path, old: Path, today: date) -> None:
    files: dict[tuple[Path, str], list[Check]] = {}
    for check in sorted(office.checks, key=lambda check: (check.day, check.trace)):
        if check.answers:
            files.setdefault(_era_name(check, folder, old, today), []).append(check)
    numbers = count(FIRST_NUMBER)
    for (place, name), checks in sorted(files.items(), key=lambda item: (item[1][-1].day, item[0][1])):
        deliver(place / name, _interchanges(checks, numbers), checks[-1].day)
    for check in office.twice:
        deliver(folder / f"resent_{check.trace}.835", _interchanges([check], numbers), check.day + timedelta(days=1))


def _era_name(check: Check, folder: Path, old: Path, today: date) -> tuple[Path, str]:
    age = (today - check.day).days
    if age > RECENT_DAYS:
        return (old if age > OLD_DAYS else folder), f"archive_{check.day:%Y-%m}_{check.payer.key}.835"
    if check.alone:
        return folder, f"{check.payer.key}_{check.day:%Y%m%d}_{check.trace}.835"
    # several payers in one file, each in an interchange with its own delimiters
    return folder, f"remits_{check.day:%Y-%m-%d}.835"


def _interchanges(checks: list[Check], numbers: Iterator[int]) -> bytes:
    """Checks of one payer share an interchange; each payer has its own delimiters."""
    payers: dict[str, list[Check]] = {}
    for check in checks:
        payers.setdefault(check.payer.key, []).append(check)
    return "".join(era(part, next(numbers)) for part in payers.values()).encode("ascii")


def _write_acks(office: Office, folder: Path, old: Path, today: date) -> None:
    files: dict[tuple[Path, str], dict[date, list[Ack]]] = {}
    for ack in sorted(office.acks, key=lambda ack: (ack.day, ack.claim.id)):
        age = (today - ack.day).days
        place = old if age > OLD_DAYS else folder
        name = f"{ack.day:%Y-%m}.277" if age > RECENT_DAYS else f"{ack.day:%Y-%m-%d}.277"
        files.setdefault((place, f"acks_{name}"), {}).setdefault(ack.day, []).append(ack)
    numbers = count(FIRST_NUMBER)
    for (place, name), days in files.items():
        content = "".join(acknowledgement(acks, day, next(numbers)) for day, acks in days.items())
        deliver(place / name, content.encode("ascii"), max(days))
