"""Every field of a finding is of the type that the contract gives it (hub/contract/rule.py), or its rule fails by name."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.contract import Finding
from hub.errors import HubBug
from hub.reconcile.check_finding import checked

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
WRONG: dict[str, tuple[object, ...]] = {
    "subject": (7, None), "value_cents": (123.5, None, "100", True, Decimal("1.5"), 2**63, -(2**63)), "sentence": (None, 5),
    "next_step": (None,), "likelihood": ("0.5", None, Decimal("0.5")), "risk": ("high",), "due": ("2026-03-10", NOON, 20260310),
    "horizon_bd": (5.0, None), "since": (NOON, "2026-03-10"), "age_full": ("30",), "floor": (0.5,), "cap": (None,),
    "patient": (1042,), "patient_name": (b"x",), "payer_name": (5,), "provider_key": (5,), "location_id": (1,),
    "discriminator": (3, None), "state": (None, 1), "evidence": ("claim:pms:7", None, {"claim:pms:7"}, ("a", 7)),
    "tags": ("late", (None,)), "wake_on": (NOON, "2026-03-10"),
}  # fmt: skip


def finding(**more: Any) -> Finding:
    given = {"subject": "claim:pms:7", "value_cents": 100, "sentence": "owed", "next_step": "call", "likelihood": 0.5}
    return Finding(**{**given, **more})


def test_every_field_is_looked_at() -> None:
    assert set(WRONG) == {each.name for each in fields(Finding)}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_field_of_another_type_is_named_without_its_value(name: str, value: object) -> None:
    with pytest.raises(HubBug, match=f"^HUB-K02 {name} of a finding wants ") as caught:
        checked(iter([finding(), finding(**{name: value})]))
    assert "1042" not in str(caught.value) and "claim:pms" not in str(caught.value)


@pytest.mark.parametrize("thing", [{"subject": "a"}, None, ("a", 1)])
def test_something_else_than_a_finding_is_named(thing: object) -> None:
    with pytest.raises(HubBug, match=f"HUB-K02 the rule yields a {type(thing).__name__} instead of a Finding"):
        checked([finding(), thing])


def test_good_findings_come_back_in_their_order() -> None:
    full = finding(
        value_cents=0, likelihood=1, risk=0.5, due=date(2026, 3, 10), since=date(2026, 1, 1), patient="pms:1", patient_name="A",
        payer_name=None, provider_key="3", location_id="north", discriminator="x", state="SENT", evidence=("claim:pms:7",), tags=["late"],
        wake_on=date(2026, 4, 1), floor=10, cap=60,
    )  # fmt: skip
    assert checked(iter([finding(), full])) == [finding(), full] and checked(iter(())) == []


def test_a_whole_sum_of_postgresql_is_a_whole_number() -> None:
    (one,) = checked([finding(value_cents=Decimal("12300"))])
    assert one.value_cents == 12300 and type(one.value_cents) is int
