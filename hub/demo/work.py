"""What the office does, what it costs and what a plan pays: the fee list and the benefit arithmetic, in cents.

The words are the office's own; codes are only the handful that the story needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.demo.payers import Payer


@dataclass(frozen=True, slots=True)
class Work:
    """One entry of the fee list; `level` is preventive, basic or major."""

    code: str
    word: str
    fee: int
    level: str
    tooth: bool = False
    surfaces: bool = False


FEES: dict[str, Work] = {
    work.code: work
    for work in (
        Work("D0120", "check", 6200, "preventive"),
        Work("D0140", "problem visit", 9500, "preventive"),
        Work("D0150", "first visit", 9800, "preventive"),
        Work("D0274", "four films", 7800, "preventive"),
        Work("D1110", "cleaning", 11200, "preventive"),
        Work("D1120", "cleaning, child", 7800, "preventive"),
        Work("D1206", "varnish", 4200, "preventive"),
        Work("D2392", "filling", 18500, "basic", True, True),
        Work("D3330", "root canal", 109000, "basic", True),
        Work("D4341", "gum treatment", 26500, "basic"),
        Work("D4910", "gum cleaning", 14800, "basic"),
        Work("D7140", "tooth out", 19500, "basic", True),
        Work("D2740", "crown", 115000, "major", True),
        Work("D2950", "build-up", 28000, "major", True),
        Work("WATCH", "keep an eye on", 0, "basic", True),
    )
}
CLEANINGS = frozenset({"D1110", "D1120", "D4910"})


def write_off(code: str, payer: Payer | None) -> int:
    """Contractual write-off of the office fee."""
    return FEES[code].fee * payer.discount // 100 if payer else 0


def expected(code: str, payer: Payer | None) -> int:
    """What the practice system expects the plan to pay; deductibles are looked at only when the claim is made."""
    if payer is None or payer.capitation:
        return 0
    return (FEES[code].fee - write_off(code, payer)) * covered_percent(code, payer) // 100


def covered_percent(code: str, payer: Payer) -> int:
    level = FEES[code].level
    return 100 if level == "preventive" else payer.basic if level == "basic" else payer.major
