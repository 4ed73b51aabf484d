"""patient.EstBalance, BalTotal, Bal_*, InsEst: what the last aging run wrote. Only guarantors carry the family's figures."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.chart import DONE
from hub.demo.open_dental.columns import Row
from hub.demo.open_dental.lists import DEFINITIONS
from hub.demo.open_dental.making import Making
from hub.demo.open_dental.money import fee_of, in_cents, owed

_HIDDEN = {number for number, (category, _, value, _) in DEFINITIONS.items() if category == 29 and value}


def age_accounts(m: Making) -> None:
    balance, expected = _balances(m), _expected(m)
    aged = _aged(m)
    families: dict[int, list[Row]] = defaultdict(list)
    for row in m.b.rows["patient"]:
        row["EstBalance"] = cents(balance[_number(row["PatNum"])])
        families[_number(row["Guarantor"])].append(row)
    for guarantor, members in families.items():
        for row in members:
            if row["PatNum"] == guarantor:
                keys = [_number(member["PatNum"]) for member in members]
                _family(
                    row,
                    sum(balance[key] for key in keys),
                    sum(expected[key] for key in keys),
                    [aged[key] for key in keys],
                )


def _family(row: Row, total: int, expected: int, aged: list[tuple[int, int, int, int]]) -> None:
    row["BalTotal"], row["InsEst"] = cents(total), cents(expected)
    old = [sum(part[n] for part in aged) for n in (1, 2, 3)]
    row["Bal_31_60"], row["Bal_61_90"], row["BalOver90"] = (cents(amount) for amount in old)
    row["Bal_0_30"] = cents(max(0, total - sum(old)))


def _balances(m: Making) -> dict[int, int]:
    """Charges and adjustments less payments and what insurance paid or wrote off."""
    balance: dict[int, int] = defaultdict(int)
    for row in m.b.rows["procedurelog"]:
        if row["ProcStatus"] == DONE:
            balance[_number(row["PatNum"])] += fee_of(row)
    for row in m.b.rows["adjustment"]:
        balance[_number(row["PatNum"])] += in_cents(row["AdjAmt"])
    for row in m.b.rows["paysplit"]:
        if row["UnearnedType"] not in _HIDDEN:
            balance[_number(row["PatNum"])] -= in_cents(row["SplitAmt"])
    for row in m.b.rows["claimproc"]:
        if row["Status"] in (1, 4, 5, 7):
            balance[_number(row["PatNum"])] -= in_cents(row["InsPayAmt"]) + in_cents(row["WriteOff"])
    return balance


def _expected(m: Making) -> dict[int, int]:
    """Insurance still to come, with its write-offs: claims that are out."""
    expected: dict[int, int] = defaultdict(int)
    for row in m.b.rows["claimproc"]:
        if row["Status"] == 0:
            expected[_number(row["PatNum"])] += in_cents(row["InsPayEst"]) + in_cents(row["WriteOff"])
    return expected


def _aged(m: Making) -> dict[int, tuple[int, int, int, int]]:
    """Patient shares still owed by the age of the work: up to 30, 60, 90 days and older."""
    patient = {_number(row["ProcNum"]): _number(row["PatNum"]) for row in m.b.rows["procedurelog"]}
    done = {_number(row["ProcNum"]): row["ProcDate"] for row in m.b.rows["procedurelog"]}
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for number, (amount, _) in owed(m).items():
        day = done[number]
        assert isinstance(day, date)
        found[patient[number]][min(3, max(0, ((m.calendar.night - day).days - 1) // 30))] += amount
    return defaultdict(lambda: (0, 0, 0, 0), {key: (a, b, c, d) for key, (a, b, c, d) in found.items()})


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
