"""The `hub` command. Only this file and typer are imported to answer `--help`; each command imports what it needs.

Exit codes: 0 done, 1 finished with problems, 2 could not start, 3 busy.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

app = typer.Typer(
    name="hub", help="One true list of what is outstanding in a dental practice.", no_args_is_help=True, add_completion=False,
    rich_markup_mode=None, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
quarantine_app = typer.Typer(help="Records that could not be read: list, try again, discard.", no_args_is_help=True)
item_app = typer.Typer(help="Items in your hands: assign, snooze, dismiss, reopen.", no_args_is_help=True)
mapping_app = typer.Typer(help="Mappings: list, explain, or preview a file.", no_args_is_help=True)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(mapping_app, name="mapping")
app.add_typer(item_app, name="item")



class DismissReason(StrEnum):
    """Why an item is shut by a person."""

    NOT_REAL = "NOT_REAL"
    PATIENT_DECLINED = "PATIENT_DECLINED"
    DUPLICATE = "DUPLICATE"
    TOO_SMALL = "TOO_SMALL"
    WRITTEN_OFF = "WRITTEN_OFF"
    MOVED_AWAY = "MOVED_AWAY"
    HANDLED_ELSEWHERE = "HANDLED_ELSEWHERE"
    DO_NOT_CONTACT = "DO_NOT_CONTACT"
    OTHER = "OTHER"


class SnoozeReason(StrEnum):
    """Why an item may sleep longer than thirty days."""

    PATIENT_WISH = "PATIENT_WISH"
    HEALING = "HEALING"


class DemoSystem(StrEnum):
    """The practice systems that `hub demo` can keep its practice in."""

    dentrix = "dentrix"
    open_dental = "open_dental"


ItemNumbers = Annotated[list[str], typer.Argument(metavar="ID", help="Numbers of items, as the list shows them.")]
By = Annotated[Optional[str], typer.Option(help="Who does it; your account's name without it.")]  # noqa: UP045
Note = Annotated[Optional[str], typer.Option(help="A few words, kept with the item.")]  # noqa: UP045
Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="hub.toml to use (else HUB_CONFIG, ./hub.toml, the platform's folder)."),
]
_config: dict[str, Path | None] = {"path": None}


@app.callback()
def _common(config: Config = None) -> None:
    _config["path"] = config


@app.command()
def version() -> None:
    """Print the program's version."""
    from hub import __version__

    typer.echo(f"practice-hub {__version__}")


@app.command()
def demo(
    directory: Annotated[Optional[Path], typer.Argument(help="Folder for the made-up practice.")] = None,  # noqa: UP045
    patients: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=300, max=100_000, help="How many patients (2000; 500 with open_dental, which is asked one by one)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same practice.")] = 7,
    pms: Annotated[
        DemoSystem, typer.Option(help="Practice system: dentrix by its exports, open_dental by its API, served meanwhile.")
    ] = DemoSystem.dentrix,
) -> None:
    """Make a made-up practice with several source systems, run the whole job on it, show the list."""
    from hub.cli.demo import run_demo

    _finish(run_demo(directory, patients, seed, pms.value))


@app.command()
def init(directory: Annotated[Optional[Path], typer.Argument(help="Folder for hub.toml and the data.")] = None) -> None:  # noqa: UP045
    """Write a first configuration, make the key and the database (or upgrade an existing one)."""
    from hub.cli.setup import run_init

    _finish(run_init(directory, _config["path"]))


@app.command()
def check(source: Annotated[Optional[str], typer.Argument(help="One source; all of them without it.")] = None) -> None:  # noqa: UP045
    """One harmless call per source: are settings, rights and addresses right?"""
    from hub.cli.setup import run_check

    _finish(run_check(_config["path"], source))


@app.command()
def doctor() -> None:
    """Look for what is wrong with this installation and say how to mend it."""
    from hub.cli.doctor import run_doctor

    _finish(run_doctor(_config["path"]))


@app.command()
def sync(
    source: Annotated[Optional[list[str]], typer.Argument(help="Sources; all of them without it.")] = None,  # noqa: UP045
    full: Annotated[bool, typer.Option("--full", help="Read known files and whole listings again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Go the whole way and write nothing.")] = False,
    accept_missing: Annotated[
        bool,
        typer.Option(
            "--accept-missing", help="Confirm that records missing from the newest full export are really gone."
        ),
    ] = False,
    undo_deletes: Annotated[
        int, typer.Option("--undo-deletes", metavar="RUN", help="Bring back what that run deleted.")
    ] = 0,
) -> None:
    """Pull from the sources and bring everything into the shared model."""
    from hub.cli.work import run_sync

    _finish(run_sync(_config["path"], source or [], full, dry_run, accept_missing, undo_deletes))


@app.command()
def reconcile(
    as_of: Annotated[Optional[str], typer.Option(help="Look from this day (YYYY-MM-DD).")] = None,  # noqa: UP045
    practice: Annotated[Optional[str], typer.Option(help="Practice id; all of them without it.")] = None,  # noqa: UP045
) -> None:
    """Work out who is who, what matches what, and what is outstanding."""
    from hub.cli.work import run_reconcile

    _finish(run_reconcile(_config["path"], as_of, practice))


@app.command()
def run() -> None:
    """Sync all sources, reconcile, and hand the lists over."""
    from hub.cli.work import run_all

    _finish(run_all(_config["path"]))


@app.command()
def deliver(
    name: Annotated[str | None, typer.Argument(help="One delivery; all of them without it.")] = None,
    practice: Annotated[Optional[str], typer.Option(help="Practice id; all of them without it.")] = None,  # noqa: UP045
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written into another system; write nothing.")
    ] = False,
) -> None:
    """Hand the lists over now."""
    from hub.cli.work import run_deliver

    _finish(run_deliver(_config["path"], name, dry_run, practice))


@app.command()
def items(
    kind: Annotated[Optional[list[str]], typer.Option(help="Item code, for example CLAIM-AGING.")] = None,  # noqa: UP045
    owner: Annotated[Optional[list[str]], typer.Option(help="Role: TC, PC, IC, BL, FD, OM.")] = None,  # noqa: UP045
    status: Annotated[
        list[str] | None, typer.Option(help="OPEN, IN_PROGRESS, SNOOZED, RESOLVED, DISMISSED, EXPIRED.")
    ] = None,
    patient: Annotated[Optional[str], typer.Option(help="Part of a name, or the patient's key.")] = None,  # noqa: UP045
    practice: Annotated[Optional[str], typer.Option(help="Practice id; all of them without it.")] = None,  # noqa: UP045
    tray: Annotated[str, typer.Option(help="today, backlog, waiting, in_person or all.")] = "today",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    csv: Annotated[Optional[Path], typer.Option("--csv", help="Write a CSV file.")] = None,  # noqa: UP045
    xlsx: Annotated[Optional[Path], typer.Option("--xlsx", help="Write an Excel file.")] = None,  # noqa: UP045
) -> None:
    """What is outstanding."""
    from hub.cli.lists import ItemQuery, run_items

    query = ItemQuery(tuple(kind or ()), tuple(owner or ()), tuple(status or ()), patient, practice, tray)
    _finish(run_items(_config["path"], query, as_json, csv, xlsx))


@app.command()
def explain(item: Annotated[str, typer.Argument(help="The item's number, as the list shows it.")]) -> None:
    """Why an item is there, where each fact came from, and what would clear it."""
    from hub.cli.lists import run_explain

    _finish(run_explain(_config["path"], item))


@app.command()
def claim(
    number: Annotated[str, typer.Argument(help="Our claim number, the payer's, or a predetermination number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    source: Annotated[bool, typer.Option("--source", help="Show the lines of the files that it was read from.")] = False,
) -> None:
    """The whole life of one claim, from all sources: sent, received, accepted, paid, posted."""
    from hub.cli.lookups import run_claim

    _finish(run_claim(_config["path"], number, as_json, source))


@app.command()
def remit(
    trace: Annotated[str, typer.Argument(help="The check or EFT number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """One payment with its claims, whether it adds up, and what of it is posted."""
    from hub.cli.lookups import run_remit

    _finish(run_remit(_config["path"], trace, as_json))


@app.command()
def runs(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20) -> None:
    """The run history, newest first, with full accounting."""
    from hub.cli.lists import run_runs

    _finish(run_runs(_config["path"], limit))


@quarantine_app.command("list")
def quarantine_list(everything: Annotated[bool, typer.Option("--all", help="Closed entries too.")] = False) -> None:
    """What was set aside and why (no patient data)."""
    from hub.cli.lists import run_quarantine

    _finish(run_quarantine(_config["path"], everything))


@quarantine_app.command("retry")
def quarantine_retry(
    source: Annotated[str | None, typer.Argument(help="One source; all of them without it.")] = None,
) -> None:
    """Read the stored bytes again, for example after a mapping was corrected."""
    from hub.cli.work import run_retry

    _finish(run_retry(_config["path"], source))


@quarantine_app.command("discard")
def quarantine_discard(
    entry: Annotated[int, typer.Argument(help="The entry's number, as the list shows it.")],
    reason: Annotated[str, typer.Option(help="Why it may be left out; without names, lists show it.")] = "",
) -> None:
    """Close an entry for good: the record is none to wait for. What was set aside is kept."""
    from hub.cli.work import run_discard

    _finish(run_discard(_config["path"], entry, reason))


@item_app.command("assign")
def item_assign(
    ids: ItemNumbers,
    to: Annotated[str, typer.Option(help='Who is to do it; "" gives it back to its role.')],
    by: By = None,
) -> None:
    """Give items to somebody."""
    from hub.cli.acts import run_assign

    _finish(run_assign(_config["path"], ids, to, by))


@item_app.command("snooze")
def item_snooze(
    ids: ItemNumbers,
    until: Annotated[str, typer.Option(help="First day it shows again (YYYY-MM-DD); at most 30 days ahead.")],
    because: Annotated[
        Optional[SnoozeReason],  # noqa: UP045
        typer.Option(case_sensitive=False, help="For longer: 90 days on the patient's wish, 180 for planned healing."),
    ] = None,
    note: Note = None,
    by: By = None,
) -> None:
    """Put items off until a day. They wake early when state, value or deadline change."""
    from hub.cli.acts import run_snooze

    _finish(run_snooze(_config["path"], ids, until, because.value if because else "", note, by))


@item_app.command("dismiss")
def item_dismiss(
    ids: ItemNumbers,
    reason: Annotated[DismissReason, typer.Option(case_sensitive=False, help="Why; OTHER needs --note.")],
    note: Note = None,
    by: By = None,
) -> None:
    """Shut items. They come back only when their state or value changes, or by `hub item reopen`."""
    from hub.cli.acts import run_dismiss

    _finish(run_dismiss(_config["path"], ids, reason.value, note, by))


@item_app.command("reopen")
def item_reopen(ids: ItemNumbers, note: Note = None, by: By = None) -> None:
    """Undo a snooze or a dismissal."""
    from hub.cli.acts import run_reopen

    _finish(run_reopen(_config["path"], ids, note, by))


@mapping_app.command("list")
def mapping_list() -> None:
    """The mappings there are, and where each comes from."""
    from hub.cli.mappings import run_list

    _finish(run_list(_config["path"]))


@mapping_app.command("explain")
def mapping_explain(mapping: Annotated[str, typer.Argument(help="For example dentrix/patients.")]) -> None:
    """A mapping in sentences: which labels, which are needed, what makes the key."""
    from hub.cli.mappings import run_explain_mapping

    _finish(run_explain_mapping(_config["path"], mapping))


@mapping_app.command("preview")
def mapping_preview(
    file: Annotated[Path, typer.Argument(help="A file of the practice.")],
    mapping: Annotated[Optional[str], typer.Option(help="Mapping to try; found by the labels without it.")] = None,  # noqa: UP045
) -> None:
    """Column by column what would be read; nothing is written."""
    from hub.cli.mappings import run_preview

    _finish(run_preview(_config["path"], file, mapping))


@app.command()
def connectors() -> None:
    """The connectors there are, what they read, and their known limits."""
    from hub.cli.lists import run_connectors

    _finish(run_connectors(_config["path"]))


@app.command()
def plugins() -> None:
    """What is plugged in and why something is not. Imports no plugin to answer."""
    from hub.cli.lists import run_plugins

    _finish(run_plugins(_config["path"]))


@app.command()
def serve() -> None:
    """Run the schedules of hub.toml until stopped."""
    from hub.cli.service import run_serve

    _finish(run_serve(_config["path"]))


def _finish(code: int) -> None:
    if code:
        raise typer.Exit(code)


def main() -> None:
    """Entry point: every expected failure becomes one line on standard error and an exit code."""
    from hub.cli.streams import unbreakable_output
    from hub.errors import Busy, HubError
    from hub.log import printable, whereabouts

    unbreakable_output()
    try:
        _add_plugin_commands(sys.argv[1:])
        app()
    except Busy as error:
        typer.echo(printable(str(error)), err=True)
        sys.exit(3)
    except HubError as error:
        typer.echo(printable(str(error)), err=True)
        sys.exit(2)
    except Exception as error:  # the text of a foreign error may quote a record, so only its place is told
        typer.echo(
            f"HUB-B99 unexpected error: {whereabouts(error)}; nothing was half-written; report this line", err=True
        )
        sys.exit(1)


def _add_plugin_commands(words: list[str]) -> None:
    """Plugins are imported for their commands only when the first word is none of ours."""
    first, config = _first_word(words)
    ours = {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    if not first or first in ours | {str(group.name) for group in app.registered_groups}:
        return
    from hub.cli.common import plugins_for_commands

    plugins_for_commands(config).call("hub_cli", app=app)


def _first_word(words: list[str]) -> tuple[str, Path | None]:
    """The command, and the configuration named before it."""
    config: Path | None = None
    rest = iter(words)
    for word in rest:
        if word in ("--config", "-c"):
            config = Path(next(rest, ""))
        elif word.startswith("--config="):
            config = Path(word.partition("=")[2])
        elif not word.startswith("-"):
            return word, config
    return "", config
