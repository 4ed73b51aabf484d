"""Fingerprints of the last snapshot as a moving window: they only speed things up, whatever was inserted, moved or removed."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sync.snapshot import WIDTH, Signature

PAGE = 5


def _digest(number: int) -> bytes:
    return (number * 7_919_777 - (1 << 40)).to_bytes(WIDTH, "big", signed=True)


def _pages(numbers: list[int]) -> list[list[bytes]]:
    digests = [_digest(number) for number in numbers]
    return [digests[at : at + PAGE] for at in range(0, len(digests), PAGE)]


def _compare(old: list[int], new: list[int]) -> tuple[set[bytes], set[bytes]]:
    """(rows that the window did not know, old rows that are not in the new file)."""
    signature, unknown = Signature(iter([b"".join(page) for page in _pages(old)])), set[bytes]()
    for page in _pages(new):
        unknown |= {page[n] for n in signature.unknown(page)}
        signature.keep(b"".join(page))
    return unknown, signature.unseen()


@settings(max_examples=400)
@given(
    st.integers(0, 60), st.integers(0, 3), st.integers(0, 8), st.integers(0, 8), st.integers(0, 8),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_nothing_new_passes_as_known_and_nothing_gone_as_seen(
    count: int, twice: int, changed: int, moved: int, removed: int, dice: random.Random
) -> None:
    """Lines may stand in a file twice, word for word."""
    old = list(range(count))
    for _ in range(twice if old else 0):
        old.insert(dice.randrange(len(old)), dice.choice(old))
    new = old.copy()
    for _ in range(changed if new else 0):
        new[dice.randrange(len(new))] = dice.randrange(1000, 10**6)
    for _ in range(moved if new else 0):
        new.insert(dice.randrange(len(new)), new.pop(dice.randrange(len(new))))
    for _ in range(min(removed, len(new))):
        new.pop(dice.randrange(len(new)))
    unknown, unseen = _compare(old, new)
    before, now = {_digest(n) for n in old}, {_digest(n) for n in new}
    assert now - before <= unknown <= now
    assert unseen == before - now


def test_a_file_as_before_is_known_whole() -> None:
    assert _compare(list(range(23)), list(range(23))) == (set(), set())


def test_rows_that_changed_in_place_are_the_only_ones_looked_at() -> None:
    new = [1000 if n in (3, 17) else n for n in range(40)]
    new[17] = 1001
    unknown, unseen = _compare(list(range(40)), new)
    assert unknown == {_digest(1000), _digest(1001)} and unseen == {_digest(3), _digest(17)}


def test_of_a_line_that_stood_twice_one_is_enough() -> None:
    unknown, unseen = _compare([1, 2, 3, 2, 4], [1, 2, 3, 600, 4])
    assert unknown == {_digest(600)} and unseen == set()


def test_rows_moved_up_by_a_removal_are_known() -> None:
    unknown, unseen = _compare(list(range(40)), [n for n in range(40) if n not in (7, 8)])
    assert unknown == set() and unseen == {_digest(7), _digest(8)}
