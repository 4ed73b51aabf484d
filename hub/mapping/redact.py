"""What is never imported, whatever a mapping says: labels that speak of numbers a worklist has no use for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_PATTERN = re.compile(
    r"\b(ssn|social security|soc sec|ss (#|no|num|number)|ss#"
    r"|(credit|debit|cc) ?card|card ?(no|num|number|#)|cardholder (no|number)|cvv|cvc|track ?[12]"
    r"|(bank|checking|savings) (account|acct)|routing|aba|iban"
    r"|driver ?s? ?(licen[cs]e|lic)|licen[cs]e (no|num|number|#)|dl (no|num|number|#)|dl#|passport"
    r"|password|passcode|pin|pin (no|number|code)|tax ?payer id|itin)(?![a-z0-9])"
)
_LAST_FOUR = re.compile(r"\b(last ?(4|four)|masked|\*{2,}|x{4,})(?![a-z0-9])")


@lru_cache(maxsize=4096)  # to find the header, the first lines of a file are compared with every mapping there is
def fold(label: str) -> str:
    """A label as it is compared: lower case, letters and digits only. A label of signs alone stays as it is."""
    folded = "".join(mark for mark in label.casefold() if mark.isalnum())
    return folded or label.strip()


def is_never_imported(label: str, declared: Iterable[str] = ()) -> bool:
    """True for a label that names a social security, card, bank or licence number, a PIN or a password.

    "Card last 4" and the like may be read: four digits identify nobody.
    """
    words = " ".join(re.sub(r"[^a-z0-9#*]+", " ", _spaced(label).casefold()).split())
    if fold(label) in {fold(other) for other in declared}:
        return True
    return bool(_PATTERN.search(words)) and not _LAST_FOUR.search(words)


def never_positions(header: Sequence[str], declared: Sequence[str] = ()) -> tuple[int, ...]:
    """Positions (from 0) of the columns that are blanked."""
    return tuple(position for position, label in enumerate(header) if is_never_imported(label, declared))


def _spaced(label: str) -> str:
    """`CardNumber` and `PAT_SSN` as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).replace("_", " ")
