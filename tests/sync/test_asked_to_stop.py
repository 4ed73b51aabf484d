"""A sync that was asked to stop begins nothing new: no confirmation of deletions, no stored file read again."""

from __future__ import annotations

from pathlib import Path

from sync_office import MAPPING, Exports, Office, export

from hub.contract import SourceContext

MANY = [(n, f"Name{n}", "1.00") for n in range(1, 101)]


class AskedAtTheFolder(Exports):
    """The service asks to stop just before the first file is looked at."""

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        ctx.stop.set()
        return super().folders(ctx)


class AskedAtOnce(Exports):
    """It asks as soon as anything is asked of the connector."""

    def reads_files(self, ctx: SourceContext) -> bool:
        ctx.stop.set()
        return super().reads_files(ctx)


def test_deletions_are_not_confirmed_from_a_list_that_is_not_the_newest(plain_office: Office) -> None:
    plain_office.deliver(export(MANY))
    plain_office.sync()
    plain_office.deliver(export(MANY[:40]))  # 60 of 100 vanish: more than the brake lets pass
    assert plain_office.sync().status == "partial" and len(plain_office.patients()) == 100
    plain_office.deliver(export(MANY[:99]))  # the corrected list lies there, and is not reached any more
    plain_office.connector = AskedAtTheFolder
    result = plain_office.sync(accept_missing=True)
    assert (result.status, result.counts.deleted, len(plain_office.patients())) == ("interrupted", 0, 100)
    plain_office.connector = Exports
    plain_office.sync(accept_missing=True)
    assert len(plain_office.patients()) >= 99


def test_a_corrected_mapping_is_applied_by_the_next_run(plain_office: Office) -> None:
    plain_office.deliver(export(MANY[:2]))
    plain_office.sync()
    plain_office.mapping(MAPPING.replace("version = 1", "version = 2"))
    plain_office.connector = AskedAtTheFolder
    result = plain_office.sync()
    assert (result.status, result.counts.read, result.outcomes) == ("interrupted", 0, [])
    plain_office.connector = Exports
    assert plain_office.sync().counts.read == 2


def test_what_was_set_aside_stays_so_when_reading_it_again_is_broken_off(plain_office: Office) -> None:
    plain_office.deliver(export([(1, "Lane", "1.00"), (2, "Bird", "1.2.50")]))
    plain_office.sync()
    plain_office.connector = AskedAtOnce
    result = plain_office.sync(retry_only=True)
    assert (result.status, result.counts.read) == ("interrupted", 0)
    assert [(row["status"], row["attempts"]) for row in plain_office.rows("quarantine")] == [("open", 1)]
    plain_office.connector = Exports
    assert plain_office.sync(retry_only=True).counts.read == 2
