"""A connector of the tests: payments with claims, lines and adjustments, one record to a line, as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from sync_office import Folder

from hub.contract import BadRow, CheckReport, Facts, FileConnector, Match, SourceContext, SourceFile, Stream

PAYMENTS = Stream(
    "payments", ("remit", "remit_claim", "remit_line", "remit_adj"), whole="remit", parts=("remit_claim", "remit_line", "remit_adj")
)  # fmt: skip
_FILLS = {
    "payment": ("remit", "amount_cents"), "claim": ("remit_claim", "paid_cents"), "line": ("remit_line", "paid_cents"),
    "adj": ("remit_adj", "amount_cents"),
}  # fmt: skip


def payment(key: str, cents: int) -> str:
    return f"payment,{key},{cents}\n"


def claim(key: str, cents: int) -> str:
    return f"claim,{key},{cents}\n"


def line(key: str, cents: int) -> str:
    return f"line,{key},{cents}\n"


def adj(key: str, cents: int) -> str:
    return f"adj,{key},{cents}\n"


def bad(payload: str = "damaged", part_of: str = "") -> str:
    """`part_of`: "" of no payment, "?" unknown."""
    return f"bad,{payload},{part_of}\n"


class Payments(FileConnector):
    """Reads such files; neighbours of one kind are a page."""

    id = "exports"
    label = "Payments of the tests"
    settings = Folder
    streams = (PAYMENTS,)

    def check(self, ctx: SourceContext) -> CheckReport:
        return CheckReport(())

    def folders(self, ctx: SourceContext) -> tuple[Path, ...]:
        assert isinstance(ctx.settings, Folder)
        return (ctx.base_dir / ctx.settings.folder,)

    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        return Match("payments")

    def read(self, file: SourceFile, stream: Stream, ctx: SourceContext) -> Iterator[Facts | BadRow]:
        with file.open() as lines:
            rows = [each.decode().strip() for each in lines]
        for each in rows:
            if each.startswith("bad"):
                _, payload, part_of = each.split(",")
                yield BadRow("parse", "cannot be read", payload, part_of=None if part_of == "?" else part_of)
        yield from self.facts([each for each in rows if not each.startswith("bad")])

    @staticmethod
    def facts(rows: Iterable[str]) -> Iterator[Facts]:
        for kind, group in groupby((each.split(",") for each in rows), key=lambda parts: parts[0]):
            entity, column = _FILLS[kind]
            yield Facts(entity, ("source_key", column), [(key, int(cents)) for _, key, cents in group])
