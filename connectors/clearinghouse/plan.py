"""What to do with each transaction set of a file: read it under which key, set it aside, or pass it over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from connectors.clearinghouse import (
    acknowledgement,
    claim_ack,
    eligibility,
    era,
    interchange_ack,
    sent_claims,
    status_answer,
)
from connectors.clearinghouse.digest import ContentDigest
from connectors.clearinghouse.era_head import read_head
from connectors.clearinghouse.settings import ClearinghouseSettings
from hub.errors import BadRecord, QuarantineReason
from hub.model.remits import CUT_COPY
from hub.readers.x12 import Cents, Transaction, pieces, read_blocks, scan

# A further transaction set: one module with SET_NAME, is_mine and a reader, one entry here, one in `read.READERS`.
READ_SETS: tuple[tuple[str, Callable[[Transaction], bool]], ...] = (
    (era.SET_NAME, era.is_mine),
    (claim_ack.SET_NAME, claim_ack.is_mine),
    (status_answer.SET_NAME, status_answer.is_mine),
    (acknowledgement.SET_NAME, acknowledgement.is_mine),
    (acknowledgement.OLDER_SET_NAME, acknowledgement.is_older),
    (interchange_ack.SET_NAME, interchange_ack.is_mine),
    (sent_claims.SET_NAME, sent_claims.is_mine),
    (eligibility.SET_NAME, eligibility.is_mine),
)


@dataclass(slots=True, eq=False)
class Step:
    """One transaction set and its fate. `refused` is the reason it is set aside; `key` is that of a remittance.

    `is_read` is False for a set that no reader takes: it is listed and nothing else.
    """

    transaction: Transaction
    set_name: str
    key: str = ""
    is_weak: bool = False
    refused: QuarantineReason | None = None
    message: str = ""
    is_read: bool = True

    @property
    def is_cut(self) -> bool:
        """Is it in an envelope that lost its end? Known once the whole file was looked at."""
        return "truncated" in self.transaction.all_flags()

    @property
    def state(self) -> str:
        """The word of x12_set.state."""
        return "NOT_READ" if not self.is_read else "READ" if self.refused is None else "SET_ASIDE"


@dataclass(slots=True)
class Plan:
    """Steps in file order; `problem` is where reading had to stop, `repeated` counts remittances that came twice."""

    steps: list[Step] = field(default_factory=list)
    problem: BadRecord | None = None
    repeated: int = 0


def set_name(transaction: Transaction) -> str | None:
    """Which of the sets that are read it is."""
    return next((name for name, is_mine in READ_SETS if is_mine(transaction)), None)


def unread_name(transaction: Transaction) -> str:
    """What a set that nobody reads is called: its number (`?` in damaged text), with the kind of an 837 that its guide
    tells."""
    kinds = {"X222": "837P", "X098": "837P", "X223": "837I", "X096": "837I"}
    found = [name for guide, name in kinds.items() if guide in transaction.guide]
    if found and transaction.set_id == "837":
        return found[0]
    return transaction.set_id if re.fullmatch(r"[0-9A-Z]{3}", transaction.set_id) else "?"


def make_plan(open_file: Callable[[], BinaryIO], settings: ClearinghouseSettings) -> Plan:
    """One pass over the file that looks at envelopes and heads only; a second one where keys need the content."""
    plan, cents = Plan(), Cents()
    with open_file() as stream:
        for transaction in _scanned(stream, plan):
            name = set_name(transaction)
            if name is None:
                plan.steps.append(Step(transaction, unread_name(transaction), is_read=False))
            else:
                plan.steps.append(_step(transaction, name, settings, cents))
            transaction.head = ()
    _tell_apart(plan, open_file)
    return plan


def _scanned(stream: BinaryIO, plan: Plan) -> Iterator[Transaction]:
    try:
        yield from scan(read_blocks(stream))
    except BadRecord as error:
        plan.problem = error


def _step(transaction: Transaction, name: str, settings: ClearinghouseSettings, cents: Cents) -> Step:
    step = Step(transaction, name)
    if not transaction.is_whole:
        step.refused = "parse"
        step.message = (
            f"HUB-X04 {name} at segment {transaction.first} has no SE: the transmission was cut off, nothing of it"
            " is used; fetch the file again"
        )
    elif transaction.interchange.header.is_test and not settings.accept_test_files:
        step.refused = "contract"
        step.message = (
            f"HUB-X05 {name} at segment {transaction.first} is in a test interchange (ISA15 T) and is not used; set"
            " accept_test_files = true to read test files"
        )
    elif name == era.SET_NAME:
        _name_remittance(step, settings, cents)
    return step


def _name_remittance(step: Step, settings: ClearinghouseSettings, cents: Cents) -> None:
    head = read_head(step.transaction.head, step.transaction.interchange.header.delimiters, cents)
    step.key, step.is_weak = head.key(), head.is_weak
    if not head.is_ours(settings.payee_tax_ids, settings.payee_npis):
        step.refused = "reference"
        step.message = (
            f"HUB-X06 835 at segment {step.transaction.first} pays somebody else: its payee is none of payee_tax_ids"
            " and payee_npis; add the id if it is yours"
        )


def _tell_apart(plan: Plan, open_file: Callable[[], BinaryIO]) -> None:
    """Weak keys carry a digest of the content. So does, of several contents under one key, each but the least.

    Independent of the order in the file; a content that was there before is passed over. What lies in a cut envelope
    has keys of its own, so that it never takes the place of the same payment in a whole one.
    """
    remittances = [step for step in plan.steps if step.key and step.refused is None]
    times = Counter((step.key, step.is_cut) for step in remittances)
    unclear = [step for step in remittances if step.is_weak or times[step.key, step.is_cut] > 1]
    if unclear:
        _add_digests(unclear, _digests(unclear, open_file))
    for step in remittances:
        step.key += CUT_COPY if step.is_cut else ""
    _pass_over_repeated(plan, unclear)


def _add_digests(unclear: Iterable[Step], digests: Mapping[int, str]) -> None:
    least: dict[tuple[str, bool], str] = {}
    for step in unclear:
        digest = digests[id(step)]
        least[step.key, step.is_cut] = min(least.get((step.key, step.is_cut), digest), digest)
    for step in unclear:
        digest = digests[id(step)]
        if step.is_weak or digest != least[step.key, step.is_cut]:
            step.key = f"{step.key}:{digest}"


def _pass_over_repeated(plan: Plan, unclear: Iterable[Step]) -> None:
    seen: set[str] = set()
    passed_over: set[int] = set()
    for step in unclear:
        if step.key in seen:
            passed_over.add(id(step))
        seen.add(step.key)
    plan.repeated = len(passed_over)
    plan.steps = [step for step in plan.steps if id(step) not in passed_over]


def _digests(steps: Iterable[Step], open_file: Callable[[], BinaryIO]) -> dict[int, str]:
    """The content digest of each step, by id(step)."""
    by_transaction = {id(step.transaction): step for step in steps}
    found: dict[int, str] = {}
    with open_file() as stream:
        digest: ContentDigest | None = None
        for transaction, segments, number in pieces(read_blocks(stream), [step.transaction for step in steps]):
            if digest is None:
                digest = ContentDigest(transaction)
            digest.feed(segments, number)
            if number + len(segments) > transaction.last:
                found[id(by_transaction[id(transaction)])] = digest.text()
                digest = None
    return found
