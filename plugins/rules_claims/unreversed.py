"""Which answers of one claim still stand after its reversals, where only whole answers are judged. Pure.

An 835 takes an answer back by repeating it with opposite signs (CLP02 22), often beside its correction. Line by line the
same is judged in `standing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any


def unreversed(answers: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Rows of `answers` of one claim: the decisions that nothing takes back, and the reversals whose answer is not known:
    it never reached us, or several were taken back in one."""
    known = list(answers)
    stand = [each for each in known if each.role != "REVERSAL"]
    unknown = []
    for reversal in sorted((each for each in known if each.role == "REVERSAL"), key=_age):
        meant = [each for each in stand if _takes_back(reversal, each)]
        if meant:
            stand.remove(max(meant, key=lambda each: (_day(each) < _day(reversal), *_age(each))))
        else:
            unknown.append(reversal)
    return stand, unknown


def _takes_back(reversal: Any, answer: Any) -> bool:
    """The same figures, said before. What stands on the reversal's own remittance is the correction."""
    same = _figures(reversal) == _figures(answer)
    own = (reversal.source, reversal.remit_key) == (answer.source, answer.remit_key)
    return same and not own and _day(answer) <= _day(reversal)


def _figures(answer: Any) -> tuple[int, int]:
    return abs(answer.charge_cents or 0), abs(answer.paid_cents or 0)


def _day(answer: Any) -> date:
    return answer.day or date.min


def _age(answer: Any) -> tuple[date, str, str]:
    """Oldest first, an answer without a day before all."""
    return _day(answer), answer.source, answer.source_key
