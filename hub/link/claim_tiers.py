"""Which of our claims does an outside record speak of? Pure: facts in, one decision out, no guessing.

Tiers, first hit wins, each "unique or nothing" (reference matching-and-reconciliation §11):
`claim-number` the echoed number, guarded by billed total or service dates; `line-ids` every line id that came back is of
one claim, guarded by last name or member id; `payer-number` the payer's own number, known from our books or learned from
a first-tier link; `loose-number` the number after normalising or cut to at least eight characters, with billed total and
service dates; `person-date-amount` name, member id, dates and billed total. Line ids against the number: a person decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.link.line_ids import ClaimKey, LineIndex
from hub.link.normal import first_names_close, loose_number, member_ids_agree
from hub.link.write import Link

_CUT_AT_LEAST = 8


class OurClaim(NamedTuple):
    """A claim of the practice. `known_since`: it cannot have been answered before that day. Money in cents.

    `gone`: void, or no longer delivered by its source (a list of open claims drops a claim once it is answered). It
    keeps its answers, but gives way to a claim that stands.
    """

    source: str
    key: str
    number: str
    payer_number: str
    known_since: date | None
    is_preauth: bool
    ordinal: int | None
    service_from: date | None
    service_to: date | None
    billed: int | None
    patient: str | None
    last: str
    first: str
    member_id: str | None
    gone: bool = False


class OutsideClaim(NamedTuple):
    """A remittance claim or claim event. `estimate`: True a predetermination answer, False a payment, None either. `lines`:
    the line ids that came back, in compared form."""

    entity: str
    source: str
    key: str
    number: str
    payer_numbers: tuple[str, ...]
    day: date | None
    estimate: bool | None
    ordinal: int | None
    service_from: date | None
    service_to: date | None
    billed: int | None
    patient: str | None
    last: str
    first: str
    member_id: str | None
    lines: frozenset[str] = frozenset()


class ClaimIndex:
    """The practice's claims under every key that a tier looks up."""

    def __init__(self, claims: Iterable[OurClaim]) -> None:
        self.by_number: dict[str, list[OurClaim]] = defaultdict(list)
        self.by_loose: dict[str, list[OurClaim]] = defaultdict(list)
        self.by_payer_number: dict[str, list[OurClaim]] = defaultdict(list)
        self.by_person: dict[tuple[str, int | None], list[OurClaim]] = defaultdict(list)
        self.by_key: dict[ClaimKey, OurClaim] = {}
        for claim in claims:
            self.by_key[claim.source, claim.key] = claim
            if claim.number:
                self.by_number[claim.number].append(claim)
                self.by_loose[loose_number(claim.number)].append(claim)
            if claim.payer_number:
                self.by_payer_number[claim.payer_number].append(claim)
            if claim.last:
                self.by_person[claim.last, claim.billed].append(claim)
        self._loose_sorted = sorted(self.by_loose)

        self.lines = LineIndex({}, {})

    def learn_lines(self, lines: Mapping[str, set[ClaimKey]]) -> None:
        """Which claims each line id was sent on."""
        held = {key for keys in lines.values() for key in keys}
        self.lines = LineIndex(lines, {key: self.by_key[key] for key in held & self.by_key.keys()})

    def learn(self, payer_number: str, claim: OurClaim) -> None:
        """A first-tier link taught us the payer's number of a claim."""
        if payer_number and claim not in self.by_payer_number[payer_number]:
            self.by_payer_number[payer_number].append(claim)

    def cut_to(self, start: str) -> list[OurClaim]:
        """Claims whose normalised number is `start` or begins with it (when long enough to mean anything)."""
        found = list(self.by_loose.get(start, ()))
        if len(start) < _CUT_AT_LEAST:
            return found
        for at in range(bisect_left(self._loose_sorted, start), len(self._loose_sorted)):
            number = self._loose_sorted[at]
            if not number.startswith(start):
                break
            if number != start:
                found.extend(self.by_loose[number])
        return found


def by_number(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """The echoed number: taken when billed total or dates agree, or neither side can say; proposed when they differ."""
    fits = [c for c in index.by_number.get(outside.number, ()) if possible(outside, c)] if outside.number else []
    return _guarded("claim-number", outside, fits)


def by_lines(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """The claim of all line ids; of several (a primary and its secondary) the one of the answer's order, or the one with the
    same billed total and dates. Proposed unless last name or member id speak for it."""
    fits = _standing([c for c in index.lines.holding(outside.lines) if possible(outside, c)])
    if len(fits) > 1:
        in_order = [c for c in fits if outside.ordinal and c.ordinal == outside.ordinal]
        sure = [c for c in in_order or fits if _both_agree(outside, c)]
        fits = in_order if len(in_order) == 1 else sure if len(sure) == 1 else fits
    link = _unique("line-ids", fits, "line ids, and last name or member id agree")
    if link is None or len(fits) > 1 or _is_family(outside, fits[0]):
        return link
    return link.proposed()._replace(evidence="line ids agree, no last name or member id does")


def lines_contradict(outside: OutsideClaim, index: ClaimIndex) -> bool:
    """Do the line ids belong to other claims than the number that came with them?"""
    held = [c for c in index.lines.holding(outside.lines) if possible(outside, c)]
    if not held:
        return False
    for tier in (by_number, by_loose_number):
        link = tier(outside, index)
        if link is not None and link.state == "CONFIRMED":
            return (link.to_source, link.to_key) not in {(c.source, c.key) for c in held}
    return False


def by_payer_number(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """The payer's number of this or the original claim, unless the printed last name contradicts."""
    fits: list[OurClaim] = []
    for number in outside.payer_numbers:
        fits += [c for c in index.by_payer_number.get(number, ()) if c not in fits and possible(outside, c)]
    fits = [c for c in fits if not (outside.last and c.last and outside.last != c.last)]
    return _guarded("payer-number", outside, fits)


def by_loose_number(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """Lower-cased, padded or cut numbers: only with billed total and service dates both agreeing."""
    loose = loose_number(outside.number)
    fits = [c for c in index.cut_to(loose) if possible(outside, c) and _both_agree(outside, c)] if loose else []
    return _unique("loose-number", fits, "number alike, billed total and dates agree")


def by_person(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """Same person, dates and billed total; without an agreeing member id it is only proposed."""
    if outside.billed is None or not outside.last:
        return None
    fits = [
        claim
        for claim in index.by_person.get((outside.last, abs(outside.billed)), ())
        if possible(outside, claim) and dates_agree(outside, claim) and _same_person(outside, claim)
    ]
    fits = _standing(fits)
    link = _unique("person-date-amount", fits, "name, dates and billed total agree")
    if link and len(fits) == 1 and not _known_person(outside, fits[0]):
        return link.proposed()
    return link


TIERS: tuple[Callable[[OutsideClaim, ClaimIndex], Link | None], ...] = (
    by_number, by_lines, by_payer_number, by_loose_number, by_person,
)  # fmt: skip


def decide(outside: OutsideClaim, index: ClaimIndex) -> Link | None:
    """The link of one outside record, or None. Tiers that point at different claims leave the choice to a person."""
    if lines_contradict(outside, index):
        return _contradiction("line-ids", "the line ids and the claim number point at two different claims")
    proposed: Link | None = None
    for tier in TIERS:
        link = tier(outside, index)
        if link is None:
            continue
        if link.state != "CONFIRMED":
            proposed = proposed or link
        elif proposed is None or proposed.to_key in (None, link.to_key):
            return link
        else:
            return _contradiction(proposed.rule, "numbers point at two different claims")
    return proposed


def settle_rivals(decided: Sequence[tuple[OutsideClaim, Link]]) -> Iterator[tuple[OutsideClaim, Link]]:
    """A remittance line found by person only keeps its claim when no other line of a remittance has it too."""
    holders: Counter[tuple[str | None, str | None]] = Counter(
        (link.to_source, link.to_key)
        for outside, link in decided
        if link.state == "CONFIRMED" and outside.entity == "remit_claim"
    )
    for outside, link in decided:
        rival = link.rule == "person-date-amount" and holders[link.to_source, link.to_key] > 1
        yield outside, link.proposed() if rival else link


def possible(outside: OutsideClaim, claim: OurClaim) -> bool:
    """Never a claim sent after the answer was dated; an estimate answers only a predetermination, money never one."""
    if outside.day and claim.known_since and claim.known_since > outside.day:
        return False
    return outside.estimate is None or outside.estimate == claim.is_preauth


def dates_agree(outside: OutsideClaim, claim: OurClaim) -> bool | None:
    """Do the service dates overlap? None when a side does not say."""
    if outside.service_from is None or claim.service_from is None:
        return None
    outside_to, claim_to = outside.service_to or outside.service_from, claim.service_to or claim.service_from
    return outside.service_from <= claim_to and claim.service_from <= outside_to


def billed_agrees(outside: OutsideClaim, claim: OurClaim) -> bool | None:
    """Is the billed total the same, to the cent? A reversal carries it negated. None when a side does not say."""
    if outside.billed is None or claim.billed is None:
        return None
    return abs(outside.billed) == abs(claim.billed)


def _both_agree(outside: OutsideClaim, claim: OurClaim) -> bool:
    return bool(billed_agrees(outside, claim)) and bool(dates_agree(outside, claim))


def _guarded(rule: str, outside: OutsideClaim, fits: list[OurClaim]) -> Link | None:
    fits = _standing(fits)
    if len(fits) > 1:
        sure = [c for c in fits if _both_agree(outside, c)]
        in_order = [c for c in sure if outside.ordinal and c.ordinal == outside.ordinal]
        fits = sure if len(sure) == 1 else in_order if len(in_order) == 1 else fits
        return _unique(rule, fits, "number, billed total and dates agree")
    if not fits:
        return None
    said = (billed_agrees(outside, fits[0]), dates_agree(outside, fits[0]))
    if any(said) or said == (None, None):
        parts = ["number", *(["billed total"] if said[0] else []), *(["dates"] if said[1] else [])]
        return _unique(rule, fits, ", ".join(parts) + " agree")
    link = _unique(rule, fits, "number agrees, billed total and dates do not")
    return link.proposed() if link else None


def _standing(fits: list[OurClaim]) -> list[OurClaim]:
    return [claim for claim in fits if not claim.gone] or fits


def _unique(rule: str, fits: list[OurClaim], evidence: str) -> Link | None:
    fits = _standing(fits)
    if not fits:
        return None
    if len(fits) > 1:
        return Link("claim", None, None, "PROBABLE", "rule", rule, len(fits), evidence)
    return Link("claim", fits[0].source, fits[0].key, "CONFIRMED", "rule", rule, 1, evidence)


def _contradiction(rule: str, evidence: str) -> Link:
    return Link("claim", None, None, "PROBABLE", "rule", rule, 2, evidence)


def _same_person(outside: OutsideClaim, claim: OurClaim) -> bool:
    if outside.patient and outside.source == claim.source:
        return outside.patient == claim.patient
    return bool(outside.first and claim.first) and (
        outside.first == claim.first or first_names_close(outside.first, claim.first)
    )


def _is_family(outside: OutsideClaim, claim: OurClaim) -> bool:
    return (bool(outside.last) and outside.last == claim.last) or _known_person(outside, claim)


def _known_person(outside: OutsideClaim, claim: OurClaim) -> bool:
    if outside.patient and outside.source == claim.source:
        return True
    return member_ids_agree(outside.member_id, claim.member_id)
