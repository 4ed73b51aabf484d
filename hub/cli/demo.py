"""`hub demo`: a made-up practice, the whole job on it through the real pipeline, and a short table of the outcome."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from hub.app import open_app
from hub.cli.common import PROBLEMS, say, table
from hub.cli.setup import prepare
from hub.cli.work import chosen, deliver_all, reconcile_all, sync_all
from hub.clock import SystemClock, local_date
from hub.config import load_config
from hub.contract import ListSummary
from hub.demo import make_practice, write_config
from hub.demo.open_dental.practice import serve_practice
from hub.errors import SettingsError
from hub.jobs import read_list
from hub.money import dollars
from hub.plugin_host.named import EVERYTHING
from hub.sync.job import SyncOrder

ZONE = "America/Chicago"
PATIENTS = {"dentrix": 2000, "open_dental": 500}  # an API is asked patient by patient
# Kept apart: one folder is one practice system.
FOLDERS = {"dentrix": "practice-hub-demo", "open_dental": "practice-hub-demo-open-dental"}
MAKING = "Making a practice of {} patients in {} (nobody in it exists) …"


def run_demo(folder: Path | None, patients: int | None, seed: int, pms: str = "dentrix") -> int:
    """Exit code of the demo: 0, unless a step really failed (what it plants as problems is expected)."""
    folder, patients = (folder or Path(FOLDERS[pms])).resolve(), patients or PATIENTS[pms]
    today = local_date(SystemClock().now(), ZONE)
    _refuse_foreign_folder(folder, pms)
    folder.mkdir(parents=True, exist_ok=True)
    say(MAKING.format(patients, folder))
    return (_with_open_dental if pms == "open_dental" else _with_exports)(folder, patients, seed, today)


def _with_exports(folder: Path, patients: int, seed: int, today: date) -> int:
    make_practice(folder, patients=patients, seed=seed, today=today)
    write_config(folder, today)
    config = folder / "hub.toml"
    prepare(load_config(config))
    return _run(config, folder, today)


def _with_open_dental(folder: Path, patients: int, seed: int, today: date) -> int:
    """The same practice in Open Dental. A folder that was used before is brought up to date."""
    used = (folder / "data").exists()
    with serve_practice(folder, patients=patients, seed=seed, today=today):
        say("Serving its Open Dental API on this computer, until this command ends …")
        config = folder / "hub.toml"
        prepare(load_config(config))
        code = _run(config, folder, today, anew="pms" if used else "")
    say(
        "\nThe API was served for this command only: items, explain and claim go on without it, a sync of pms does not."
    )
    return code


def _refuse_foreign_folder(folder: Path, pms: str) -> None:
    """Never mix made-up patients into a real installation, nor two practice systems into one."""
    config = folder / "hub.toml"
    if config.exists() and not (folder / "planted.json").exists():
        raise SettingsError(
            "HUB-S14",
            f"{folder} holds a configuration that is not a demo; choose another folder: hub demo OTHER_FOLDER",
        )
    if config.exists() and f'connector = "{pms}"' not in config.read_text(encoding="utf-8"):
        raise SettingsError(
            "HUB-S14",
            f"{folder} holds the demo of another practice system; choose another folder: hub demo --pms {pms} OTHER_FOLDER",
        )


def _run(config: Path, folder: Path, today: date, anew: str = "") -> int:
    """The whole job; the source `anew` is read whole again, because its practice was made anew."""
    app = open_app(config)
    try:
        for source in chosen(app, []):
            sync_all(app, [source], SyncOrder(full=source.name == anew))
        code = reconcile_all(app, None)
        say()
        delivered = deliver_all(app, None)
        _print_outcome(app.config.practice[0].name, read_list(app, app.config.practice[0], EVERYTHING, "hub demo")[1], today)
    finally:
        app.close()
    hub = f"{_program()} --config {_shown(folder / 'hub.toml')}"
    say(f"\nNext:  {hub} items --kind CLAIM-DENIED")
    say(f"       {hub} explain ITEM       (ITEM is the number in the first column)")
    return PROBLEMS if code or delivered else 0


def _program() -> str:
    """How this program was called, so that the line can be pasted: `.venv/bin/hub`."""
    return sys.argv[0] if Path(sys.argv[0]).stem == "hub" else "hub"


def _shown(path: Path) -> str:
    """Relative where that is shorter, in quotes where a blank needs them."""
    try:
        text = str(path.relative_to(Path.cwd()))
    except ValueError:
        text = str(path)
    return f'"{text}"' if " " in text else text


def _print_outcome(name: str, told: ListSummary, today: date) -> None:
    say(f"\n{name}, {today:%A %B %d, %Y}: outstanding today")
    rows = [(count, dollars(cents), title, code) for code, title, count, cents in told.kinds if count]
    rows.append((sum(row[2] for row in told.kinds), dollars(sum(row[3] for row in told.kinds)), "in all", ""))
    table(("items", "at stake", "what", "kind"), rows, right=(0, 1))
    for tray, (count, cents) in told.trays.items():
        if tray != "today" and count:
            say(f"kept out of the list: {count} in {tray} ({dollars(cents)})")
