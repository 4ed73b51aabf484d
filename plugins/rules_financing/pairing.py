"""Which sale is which posting: pure pairing of two lists, unique both ways or not at all (reference §5 R6).

Tiers, each over what the ones before left: what a person decided; the lender's reference in the posting; same people,
same amount, within three days; the same with the posting lower by exactly the fee; one sale as the sum of up to four
postings (or the reverse). Among several partners the nearest day wins; two that are equally near leave it open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

MAX_DAYS = 3
_MOST_PARTS = 4
_MOST_CANDIDATES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Booked:
    """One line of the lender's or the ledger's book. `cents` > 0; `family` NULL: not linked; `lasts` normalised names.

    `is_judged`: may be reported when it has no partner (some ledger lines only serve as partners).
    """

    entity: str
    source: str
    key: str
    on: date
    cents: int
    row: Any
    fee_cents: int = 0
    lender: str = ""
    family: tuple[str, str] | None = None
    lasts: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    is_judged: bool = True

    @property
    def order(self) -> tuple[date, str, str]:
        return self.on, self.source, self.key


@dataclass(frozen=True, slots=True)
class Odd:
    """Sales and postings that belong together but do not agree. `what`: net, differs, two_fit, parts."""

    what: str
    sales: tuple[Booked, ...]
    postings: tuple[Booked, ...]


@dataclass(slots=True)
class Pairing:
    """What is left without a partner on each side, and what does not agree."""

    sales: list[Booked]
    postings: list[Booked]
    odd: list[Odd] = field(default_factory=list)

    def settle(self, sales: Iterable[Booked], postings: Iterable[Booked]) -> None:
        taken = {id(each) for each in (*sales, *postings)}
        self.sales = [each for each in self.sales if id(each) not in taken]
        self.postings = [each for each in self.postings if id(each) not in taken]

    def question(self, what: str, sales: Sequence[Booked], postings: Sequence[Booked]) -> None:
        self.odd.append(Odd(what, tuple(sales), tuple(postings)))
        self.settle(sales, postings)


# (source, key) of a sale -> (state, source, key of the posting) as a person decided
Decided = Mapping[tuple[str, str], tuple[str, str, str]]


def pair(sales: Iterable[Booked], postings: Iterable[Booked], decided: Decided) -> Pairing:
    """Pair two books of one direction (sales with payments, or refunds with refunds). Order does not matter."""
    book = Pairing(sorted(sales, key=lambda each: each.order), sorted(postings, key=lambda each: each.order))
    _by_person(book, decided)
    _by_reference(book)

    def fits(sale: Booked, posting: Booked) -> bool:
        verdict = decided.get((sale.source, sale.key))
        rejected = verdict is not None and verdict == ("REJECTED", posting.source, posting.key)
        return not rejected and _is_near(sale, posting)

    _by_amount(book, fits, lambda sale: sale.cents, "")
    _by_amount(book, fits, lambda sale: sale.cents - sale.fee_cents if sale.fee_cents > 0 else None, "net")
    _by_parts(book, fits)
    return book


def _is_near(sale: Booked, posting: Booked) -> bool:
    """Same people, same lender as far as the posting names one, within three days."""
    if abs((sale.on - posting.on).days) > MAX_DAYS:
        return False
    if posting.lender and sale.lender and posting.lender != sale.lender:
        return False
    if sale.family is not None and posting.family is not None:
        return sale.family == posting.family
    return bool(sale.lasts & posting.lasts)


def _by_person(book: Pairing, decided: Decided) -> None:
    postings = {(each.source, each.key): each for each in book.postings}
    for sale in list(book.sales):
        state, source, key = decided.get((sale.source, sale.key), ("", "", ""))
        if state == "CONFIRMED" and (source, key) in postings:
            book.settle([sale], [postings.pop((source, key))])


def _by_reference(book: Pairing) -> None:
    """Every posting that carries a sale's reference belongs to it, whatever the day; the sum must agree."""
    named: defaultdict[str, list[Booked]] = defaultdict(list)
    for posting in book.postings:
        for text in posting.refs:
            named[text].append(posting)
    owners: defaultdict[str, list[Booked]] = defaultdict(list)
    for sale in book.sales:
        for text in sale.refs:
            owners[text].append(sale)
    taken: set[int] = set()
    for text, (sale, *others) in sorted(owners.items()):
        mine = [posting for posting in named.get(text, ()) if id(posting) not in taken]
        if others or not mine or id(sale) in taken:
            continue
        taken.update(id(each) for each in (sale, *mine))
        _compare(book, sale, mine)


def _compare(book: Pairing, sale: Booked, postings: Sequence[Booked]) -> None:
    total = sum(posting.cents for posting in postings)
    if total == sale.cents:
        book.settle([sale], postings)
    elif sale.fee_cents > 0 and total == sale.cents - sale.fee_cents:
        book.question("net", [sale], postings)
    else:
        book.question("differs", [sale], postings)


def _by_amount(
    book: Pairing, fits: Callable[[Booked, Booked], bool], wanted: Callable[[Booked], int | None], what: str
) -> None:
    postings: defaultdict[int, list[Booked]] = defaultdict(list)
    for posting in book.postings:
        postings[posting.cents].append(posting)
    edges = {
        (sale, posting)
        for sale in book.sales
        if (amount := wanted(sale)) is not None
        for posting in postings.get(amount, ())
        if fits(sale, posting)
    }
    while chosen := _mutual_best(edges):
        for sale, posting in sorted(chosen, key=lambda edge: edge[0].order):
            _agree(book, sale, posting, what)
        used = {each for edge in chosen for each in edge}
        edges = {edge for edge in edges if not used.intersection(edge)}
    for some_sales, some_postings in _components(edges):
        _equal_best(book, fits, some_sales, some_postings, what)


def _agree(book: Pairing, sale: Booked, posting: Booked, what: str) -> None:
    if what:
        book.question(what, [sale], [posting])
    else:
        book.settle([sale], [posting])


def _mutual_best(edges: set[tuple[Booked, Booked]]) -> list[tuple[Booked, Booked]]:
    """Pairs in which each is the other's only nearest partner."""
    near: defaultdict[Booked, list[tuple[int, Booked]]] = defaultdict(list)
    for sale, posting in edges:
        days = abs((sale.on - posting.on).days)
        near[sale].append((days, posting))
        near[posting].append((days, sale))

    def only_best(each: Booked) -> Booked | None:
        least = min(days for days, _ in near[each])
        best = [other for days, other in near[each] if days == least]
        return best[0] if len(best) == 1 else None

    return [(sale, posting) for sale, posting in edges if only_best(sale) is posting and only_best(posting) is sale]


def _components(edges: set[tuple[Booked, Booked]]) -> list[tuple[list[Booked], list[Booked]]]:
    """Sales and postings that hang together through possible pairs, in a stable order."""
    links: defaultdict[Booked, set[Booked]] = defaultdict(set)
    for sale, posting in edges:
        links[sale].add(posting)
        links[posting].add(sale)
    sales, seen, found = {sale for sale, _ in edges}, set[Booked](), []
    for start in sorted(sales, key=lambda each: each.order):
        group, open_ = set[Booked](), [start]
        while open_:
            each = open_.pop()
            if each not in seen:
                seen.add(each)
                group.add(each)
                open_.extend(links[each])
        if group:
            ordered = sorted(group, key=lambda each: each.order)
            found.append(([each for each in ordered if each in sales], [e for e in ordered if e not in sales]))
    return found


def _equal_best(
    book: Pairing, fits: Callable[[Booked, Booked], bool], sales: list[Booked], postings: list[Booked], what: str
) -> None:
    """As many postings as sales, day by day: they agree, whichever is whose. Otherwise a person has to look."""
    if len(sales) == len(postings) and all(fits(sale, posting) for sale, posting in zip(sales, postings, strict=True)):
        for sale, posting in zip(sales, postings, strict=True):
            _agree(book, sale, posting, what)
    else:
        book.question("two_fit", sales, postings)


def _by_parts(book: Pairing, fits: Callable[[Booked, Booked], bool]) -> None:
    """A sale split over family members, or several sales posted as one; two ways to add up leave it open."""
    for sale in list(book.sales):
        ways = _sums(sale.cents, [posting for posting in book.postings if fits(sale, posting)])
        if len(ways) == 1:
            book.settle([sale], ways[0])
        elif ways:
            book.question("parts", [sale], _together(ways))
    for posting in list(book.postings):
        ways = _sums(posting.cents, [sale for sale in book.sales if fits(sale, posting)])
        if len(ways) == 1:
            book.settle(ways[0], [posting])
        elif ways:
            book.question("parts", _together(ways), [posting])


def _sums(cents: int, candidates: Sequence[Booked]) -> list[tuple[Booked, ...]]:
    """Every set of two to four that adds up. Too many candidates are not tried: chance would find a sum."""
    if len(candidates) > _MOST_CANDIDATES:
        return []
    return [
        parts
        for count in range(2, _MOST_PARTS + 1)
        for parts in combinations(candidates, count)
        if sum(part.cents for part in parts) == cents
    ]


def _together(ways: Sequence[tuple[Booked, ...]]) -> list[Booked]:
    return sorted({part for way in ways for part in way}, key=lambda each: each.order)
