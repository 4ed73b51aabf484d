"""ERA-UNMATCHED: a claim on a remittance that fits none of ours, or more than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import and_, func, or_, select

from hub.clock import local_date
from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import credible, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import live
from hub.rulekit.wording import counted, full_name, joined, short_name

REMIT, REMIT_CLAIM, XREF = TABLES["remit"], TABLES["remit_claim"], TABLES["xref"]
_NOT_OURS = ("23", "31")  # 835 CLP02: passed on, patient unknown to the payer


class EraUnmatched(Rule):
    """Claims on a remittance that match none of the practice's claims, or several, so that nobody can tell whose money
    it is. One item per remittance and one person's choice per claim.

    "Not ours" as a person's answer closes it, as does a payer's own "passed on".
    """

    code: ClassVar[str] = "ERA-UNMATCHED"
    title: ClassVar[str] = "Claim on an EOB matches nobody"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("remit", "remit_claim", "claim")
    # Where our claims carry no number, every answer would look like a stranger's.
    needs_columns: ClassVar[tuple[str, ...]] = ("claim.claim_number",)
    reads: ClassVar[tuple[str, ...]] = ("claim",)
    clears_when: ClassVar[str] = "the claim is found or linked, or a person says that it is not ours"

    class Settings(BaseModel):
        """Working days since the remittance arrived."""

        grace_bd: int = Field(1, ge=0, description="our claim may arrive this much later than its answer")

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        by_remit: dict[tuple[str, str], list[Any]] = {}
        for row in _unmatched(view):
            by_remit.setdefault((row.source, row.remit_key), []).append(row)
        for rows in by_remit.values():
            arrived = _arrived(rows[0], view)
            if view.workdays.since(arrived, view.as_of) >= settings.grace_bd:
                yield _finding(rows, arrived, view)


def _unmatched(view: RuleView) -> Sequence[Any]:
    c = REMIT_CLAIM.c
    link = and_(
        XREF.c.practice_id == c.practice_id, XREF.c.relation == "claim", XREF.c.from_entity == "remit_claim",
        XREF.c.from_source == c.source, XREF.c.from_key == c.source_key,
    )  # fmt: skip
    paper = and_(REMIT.c.practice_id == c.practice_id, REMIT.c.source == c.source, REMIT.c.source_key == c.remit_key)
    # Settled: surely linked, or a person said that it is none of ours (refused without naming another claim).
    open_still = or_(
        XREF.c.state.is_(None),
        XREF.c.state == "PROBABLE",
        and_(XREF.c.state == "REJECTED", XREF.c.to_key.is_not(None)),
    )
    query = (
        select(
            REMIT_CLAIM, REMIT.c.payer_name, REMIT.c.trace, REMIT.c.received_at, REMIT.c.payment_date,
            REMIT.c.production_date, XREF.c.candidates,
        )
        .select_from(REMIT_CLAIM.join(REMIT, paper).outerjoin(XREF, link))
        .where(
            live(REMIT_CLAIM, view.practice_id),
            credible(REMIT),
            func.coalesce(c.status_code, "").not_in(_NOT_OURS),
            open_still,
            pair(REMIT.c.source, REMIT.c.source_key).in_(first_delivery(view)),
        )
        .order_by(c.source, c.remit_key, c.position, c.source_key)
    )  # fmt: skip
    return view.connection.execute(query).all()


def _arrived(row: Any, view: RuleView) -> date:
    if row.received_at is not None:
        return local_date(row.received_at, view.timezone)
    arrived: date = row.payment_date or row.production_date or local_date(row.observed_at, view.timezone)
    return arrived


def _finding(rows: Sequence[Any], arrived: date, view: RuleView) -> Finding:
    """One item per remittance: its unmatched claims with what was paid on them, or taken back if that is more."""
    amounts = [row.paid_cents or 0 for row in rows]
    first = rows[0]
    value = max(sum(cents for cents in amounts if cents > 0), -sum(cents for cents in amounts if cents < 0))
    names = [short_name(row.patient_first, row.patient_last) for row in rows]
    several = [row for row in rows if (row.candidates or 0) > 1]
    fits = f" {counted(len(several)).capitalize()} could be more than one of ours." if several else ""
    claims = "1 claim" if len(rows) == 1 else f"{len(rows)} claims"
    match = "matches" if len(rows) == 1 else "match"
    return Finding(
        subject=f"remit:{ref(first.source, first.remit_key)}",
        value_cents=value,
        sentence=(
            f"{claims} on {first.payer_name or 'a payer'}'s EOB{f' {first.trace}' if first.trace else ''} "
            f"({dollars(value)}) {match} nobody: {joined(list(dict.fromkeys(names))[:4])}.{fits}"
        ),
        next_step="pick the claim, correct its number, or say that it is not ours",
        likelihood=0.8,
        risk=0.5,
        due=view.workdays.plus(arrived, 1),
        horizon_bd=3,
        since=arrived,
        patient_name=full_name(first.patient_first, first.patient_last) if len(rows) == 1 else None,
        payer_name=first.payer_name,
        location_id=first.location_id,
        state=" ".join(sorted(row.source_key for row in rows)),
        evidence=(
            f"remit:{ref(first.source, first.remit_key)}",
            *(f"remit_claim:{ref(row.source, row.source_key)}" for row in rows),
        ),
    )
