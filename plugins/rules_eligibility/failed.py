"""ELIG-FAILED: the payer says that the patient is not covered, or knows somebody else; money is expected from it all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.money import dollars
from hub.rulekit.claims import at_stake, current_claims
from hub.rulekit.people import person_label, person_name, person_ref
from hub.rulekit.settings import RuleSettings
from hub.rulekit.wording import coming_day, day_text, joined
from plugins.rules_eligibility.coverages import Coverage, Key, coverages, mismatches
from plugins.rules_eligibility.visits import Visit, visits_of

_WAITING = ("SENT", "ACCEPTED", "PENDED", "INFO_REQUESTED", "QUEUED", "DRAFT", "HOLD", "REJECTED")


class EligibilityFailedSettings(RuleSettings):
    """`[items.ELIG-FAILED]`"""

    lead_bd: int = Field(
        2, ge=0, description="working days before the visit, or after the answer when only claims are open"
    )
    ahead_days: int = Field(180, ge=1, description="visits within so many calendar days")


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What hangs on a coverage: its visits, soonest first, and the expected cents of its open claims."""

    visits: Sequence[Visit]
    claims: Sequence[Any]

    @property
    def cents(self) -> int:
        return sum(visit.insurance_cents for visit in self.visits) + sum(int(claim.stake) for claim in self.claims)


class EligibilityFailed(Rule):
    """The newest answer about a coverage says inactive or not found, or names a mismatch of name, birth date, member id,
    group or relationship, or coverage that ends before the visit; and a visit is booked or a claim is open under it.

    A payer that was down (ERROR) said nothing, so the answer before it stands. A coverage that somebody verified after the
    answer, ended or replaced in the practice system is settled. What a second plan would pay is not known and counts 0.
    """

    code: ClassVar[str] = "ELIG-FAILED"
    title: ClassVar[str] = "Payer says not covered"
    owner: ClassVar[str] = "IC"
    audience: ClassVar[Audience] = "contact"
    needs: ClassVar[tuple[str, ...]] = ("eligibility_check", "coverage", "appointment|claim")
    needs_columns: ClassVar[tuple[str, ...]] = ("eligibility_check.reply",)
    reads: ClassVar[tuple[str, ...]] = ("eligibility_check", "coverage")
    settings: ClassVar[type[BaseModel]] = EligibilityFailedSettings
    clears_when: ClassVar[str] = (
        "a newer answer says active, the coverage is replaced, ended or verified, or nothing hangs on it"
    )

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, EligibilityFailedSettings)
        held = coverages(view)
        visits = visits_of(view, view.as_of + timedelta(days=settings.ahead_days))
        claims = _open_claims(view, held)
        for coverage in sorted(held.values(), key=lambda each: each.key):
            risk = _at_risk(coverage, visits.get(coverage.person, ()), claims.get(coverage.key, ()), view)
            if risk.visits or risk.claims:
                yield _finding(coverage, risk, settings, view)


def _at_risk(coverage: Coverage, visits: Sequence[Visit], claims: Sequence[Any], view: RuleView) -> AtRisk:
    hit = [visit for visit in visits if coverage.in_force(visit.on) and coverage.failed(visit.on)]
    first = (coverage.row.ordinal or 1) == 1
    counted = [visit if first else visit.without_money() for visit in hit]
    return AtRisk(counted, claims if coverage.in_force(view.as_of) and coverage.failed(None) else ())


def _open_claims(view: RuleView, held: Mapping[Key, Coverage]) -> Mapping[Key, list[Any]]:
    """By coverage: claims that wait for its payer. A claim that names no coverage belongs to the one of its turn."""
    claims = current_claims(view)
    query = (
        select(
            claims.c.source, claims.c.source_key, claims.c.coverage_key, claims.c.patient_key, claims.c.ordinal,
            at_stake(claims).label("stake"),
        )
        .where(
            claims.c.status.in_(_WAITING), claims.c.received_date.is_(None), claims.c.payer_money,
            func.coalesce(claims.c.claim_type, "CLAIM") == "CLAIM",
        )
        .order_by(claims.c.source, claims.c.source_key)
    )  # fmt: skip
    turns = {(each.row.source, each.row.patient_key, each.row.ordinal or 1): each.key for each in held.values()}
    found: dict[Key, list[Any]] = {}
    for row in view.connection.execute(query):
        turn = turns.get((row.source, row.patient_key, row.ordinal or 1))
        named = (row.source, row.coverage_key) if row.coverage_key else turn
        if named is not None and named in held:
            found.setdefault(named, []).append(row)
    return found


def _finding(coverage: Coverage, risk: AtRisk, settings: EligibilityFailedSettings, view: RuleView) -> Finding:
    row, said = coverage.row, coverage.answer
    day = risk.visits[0].on if risk.visits else None
    lead = settings.lead_bd
    due = (
        view.workdays.plus(day, -lead)
        if day is not None and lead
        else view.workdays.plus(day or said.checked_on, 0 if day else lead)
    )
    return Finding(
        subject=f"coverage:{ref(row.source, row.source_key)}",
        value_cents=risk.cents,
        sentence=_sentence(coverage, risk, view),
        next_step="call the patient for the new card; quote the visit anew",
        likelihood=0.6,
        risk=0.5,
        due=due,
        horizon_bd=5,
        since=said.checked_on,
        patient=person_ref(row),
        patient_name=person_name(row),
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=f"{said.reply} {said.checked_on} {said.mismatches or ''}",
        evidence=(
            f"coverage:{ref(row.source, row.source_key)}",
            f"eligibility_check:{ref(said.source, said.source_key)}",
            *(f"appointment:{ref(visit.source, visit.key)}" for visit in risk.visits),
            *(f"claim:{ref(claim.source, claim.source_key)}" for claim in risk.claims),
        ),
    )


def _sentence(coverage: Coverage, risk: AtRisk, view: RuleView) -> str:
    payer = coverage.row.payer_name or coverage.answer.payer_name or "The payer"
    money = f" ({dollars(risk.cents)} expected from them)" if risk.cents else ""
    if risk.visits:
        when = f"booked {coming_day(risk.visits[0].on, view.as_of)}"
    else:
        when = "1 claim is open" if len(risk.claims) == 1 else f"{len(risk.claims)} claims are open"
    return f"{payer} {_says(coverage, risk.visits[0].on if risk.visits else None, view)}; {when}{money}."


def _says(coverage: Coverage, visit: date | None, view: RuleView) -> str:
    said, who = coverage.answer, person_label(coverage.row)
    ended = said.coverage_to
    differs = mismatches(said)
    if said.reply == "INACTIVE" or (not differs and said.reply != "NOT_FOUND"):
        if ended is not None:
            return f"says {who}'s plan {'ended' if ended < view.as_of else 'ends'} {day_text(ended, view.as_of)}"
        return f"says {who}'s plan is not active"
    about = f" ({joined(differs)} differ{'s' if len(differs) == 1 else ''})" if differs else ""
    return f"does not find {who}{about}" if said.reply == "NOT_FOUND" else f"knows {who} otherwise{about}"
