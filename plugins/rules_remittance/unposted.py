"""ERA-UNPOSTED: an electronic answer arrived and the practice's books do not show it, $0 answers included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from sqlalchemy import and_, func, or_, select

from hub.clock import local_date
from hub.contract import Audience, Finding, Rule, RuleView
from hub.ids import ref
from hub.model import TABLES
from hub.money import dollars
from hub.rulekit.claims import claim_link, pair
from hub.rulekit.deliveries import first_delivery
from hub.rulekit.people import live
from hub.rulekit.wording import counted, on_day
from plugins.rules_remittance.posting import answer_pair, posted_checks, posted_claims
from plugins.rules_remittance.unbalanced import told

CLAIM, REMIT, REMIT_CLAIM, XREF = TABLES["claim"], TABLES["remit"], TABLES["remit_claim"], TABLES["xref"]
_OPEN = ("UNPROCESSED", "PARTIAL", "NOT_FINALIZED", "QUARANTINED")
_EVIDENCE_AT_MOST = 20
_Key = tuple[str, str]


class EraUnposted(Rule):
    """A remittance older than a working day whose payments and $0 answers the practice's books do not show to the cent.

    A remittance that does not add up is listed with its difference, and nothing else is concluded from it. One that adds
    up as a payment is posted like any other; a claim on it that does not is named until the books show it.
    Predetermination answers and claims the payer passed on are nothing to post.
    """

    code: ClassVar[str] = "ERA-UNPOSTED"
    title: ClassVar[str] = "Electronic EOB not posted"
    owner: ClassVar[str] = "BL"
    audience: ClassVar[Audience] = "money"
    needs: ClassVar[tuple[str, ...]] = ("remit", "remit_claim", "claim|ledger_entry|ins_payment")
    needs_columns: ClassVar[tuple[str, ...]] = (
        "ledger_entry.claim_number|ledger_entry.claim_key|ledger_entry.external_ref|claim.paid_cents"
        "|claim.received_date|ins_payment.trace",
    )
    reads: ClassVar[tuple[str, ...]] = ("claim", "ledger_entry", "ins_payment")
    clears_when: ClassVar[str] = "the books show the same payment per claim, or per check, to the cent"

    class Settings(BaseModel):
        """Working days since the remittance arrived."""

        grace_bd: int = Field(1, ge=0, description="a remittance may lie this long before it is listed")

    settings: ClassVar[type[BaseModel]] = Settings

    def findings(self, view: RuleView) -> Iterator[Finding]:
        settings = view.settings
        assert isinstance(settings, self.Settings)
        missing = _unposted_claims(view)
        for row in _open_remits(view):
            arrived = _arrived(row, view)
            if view.workdays.since(arrived, view.as_of) < settings.grace_bd:
                continue
            if row.state == "QUARANTINED":
                yield _unbalanced(row, arrived, view)
                continue
            claims = missing.get((row.source, row.source_key), [])
            if claims or (not row.claims_to_post and row.amount_cents):
                yield _unposted(row, claims, arrived, view)


def _open_remits(view: RuleView) -> Sequence[Any]:
    """Remittances that nobody finalized and whose check is not in the books; with the number of claims to post."""
    to_post = (
        select(REMIT_CLAIM.c.source, REMIT_CLAIM.c.remit_key, func.count().label("claims"))
        .where(live(REMIT_CLAIM, view.practice_id))
        .group_by(REMIT_CLAIM.c.source, REMIT_CLAIM.c.remit_key)
        .subquery("to_post")
    )
    own = and_(to_post.c.source == REMIT.c.source, to_post.c.remit_key == REMIT.c.source_key)
    key = pair(REMIT.c.source, REMIT.c.source_key)
    query = (
        select(REMIT, func.coalesce(to_post.c.claims, 0).label("claims_to_post"))
        .select_from(REMIT.outerjoin(to_post, own))
        .where(
            live(REMIT, view.practice_id),
            func.coalesce(REMIT.c.state, "UNPROCESSED").in_(_OPEN),
            func.coalesce(REMIT.c.is_test, False).is_(False),
            key.in_(first_delivery(view)),
            or_(REMIT.c.state == "QUARANTINED", key.not_in(posted_checks(view))),
        )
        .order_by(REMIT.c.source, REMIT.c.source_key)
    )
    return view.connection.execute(query).all()


def _unposted_claims(view: RuleView) -> Mapping[_Key, list[Any]]:
    """By remittance: its claims that the books do not show, with what our linked claim expected."""
    link, linked = claim_link(REMIT_CLAIM, "remit_claim", "posting_link")
    c = REMIT_CLAIM.c
    posted = posted_claims(view)
    is_claim = and_(
        CLAIM.c.practice_id == c.practice_id, CLAIM.c.source == link.c.to_source, CLAIM.c.source_key == link.c.to_key
    )
    not_ours = select(pair(XREF.c.from_source, XREF.c.from_key)).where(
        XREF.c.practice_id == view.practice_id, XREF.c.relation == "claim", XREF.c.from_entity == "remit_claim",
        XREF.c.state == "REJECTED", XREF.c.to_key.is_(None),
    )  # fmt: skip
    query = (
        select(
            c.source, c.source_key, c.remit_key, c.paid_cents, c.claim_number, c.position, c.balanced, c.imbalance_cents, CLAIM.c.source.label("claim_source"),
            CLAIM.c.source_key.label("claim_key"), func.coalesce(CLAIM.c.exp_cents, 0).label("expected"),
        )
        .select_from(REMIT_CLAIM.outerjoin(link, linked).outerjoin(CLAIM, is_claim))
        .where(
            live(REMIT_CLAIM, view.practice_id),
            func.coalesce(c.is_estimate, False).is_(False),
            func.coalesce(c.status_code, "").not_in(("23", "25")),
            pair(c.source, c.source_key).not_in(not_ours),
            or_(
                link.c.to_key.is_(None),
                answer_pair(REMIT_CLAIM, link.c.to_source, link.c.to_key).not_in(posted),
            ),
        )
        .order_by(c.source, c.remit_key, c.position, c.source_key)
    )  # fmt: skip
    found: defaultdict[_Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.remit_key].append(row)
    return found


def _arrived(row: Any, view: RuleView) -> date:
    if row.received_at is not None:
        return local_date(row.received_at, view.timezone)
    arrived: date = row.payment_date or row.production_date or local_date(row.observed_at, view.timezone)
    return arrived


def _unposted(row: Any, claims: Sequence[Any], arrived: date, view: RuleView) -> Finding:
    zeros = [claim for claim in claims if not claim.paid_cents]
    whole = len(claims) >= row.claims_to_post
    paid = row.amount_cents or 0 if whole else sum(claim.paid_cents or 0 for claim in claims)
    value = max(0, paid) + sum(claim.expected for claim in zeros)
    some = "" if whole else f" {counted(len(claims))} of {row.claims_to_post} claims are not posted:"
    parts = [dollars(paid)] if paid else []
    parts += [f"{counted(len(zeros))} $0 answer{'s' if len(zeros) != 1 else ''}"] if zeros else []
    name = f"{row.payer_name or 'A payer'}'s electronic EOB{f' {row.trace}' if row.trace else ''}"
    sentence = f"{name} arrived {on_day(arrived, view.as_of)};{some} {' and '.join(parts) or 'nothing paid'}"
    sentence += "." if some else ", not posted."
    doubtful = [claim for claim in claims if claim.balanced is False]
    sentence += told(doubtful)
    next_step = "post the remittance" + (", and ask the payer about what does not add up" if doubtful else "")
    evidence = [f"remit:{ref(row.source, row.source_key)}"]
    # Claims without one of ours first: ERA-UNMATCHED names them too, so the money that both speak of shows by what they share.
    named = sorted(claims, key=lambda claim: claim.claim_key is not None)[:_EVIDENCE_AT_MOST]
    evidence += [f"remit_claim:{ref(claim.source, claim.source_key)}" for claim in named]
    # Ours whose expected dollars are in the value: a refusal or a question of the same answer shows them too (hub.output.totals).
    lost = [claim for claim in zeros if claim.expected][:_EVIDENCE_AT_MOST]
    evidence += [f"claim:{ref(claim.claim_source, claim.claim_key)}" for claim in lost]
    state = f"{row.state or 'UNPROCESSED'} {len(claims)}"
    return _finding(row, value, sentence, next_step, arrived, state, evidence, view)


def _unbalanced(row: Any, arrived: date, view: RuleView) -> Finding:
    by = f" by {dollars(abs(row.imbalance_cents))}" if row.imbalance_cents else ""
    detail = f" ({row.imbalance_text})" if row.imbalance_text else ""
    sentence = (
        f"{row.payer_name or 'A payer'}'s electronic EOB{f' {row.trace}' if row.trace else ''} "
        f"({dollars(row.amount_cents or 0)}) does not balance{by}{detail}. Nothing is concluded from it."
    )
    evidence = [f"remit:{ref(row.source, row.source_key)}"]
    next_step = "ask the payer or clearinghouse for a corrected 835; post from the paper EOB"
    return _finding(row, max(0, row.amount_cents or 0), sentence, next_step, arrived, "QUARANTINED", evidence, view)


def _finding(
    row: Any,
    value: int,
    sentence: str,
    next_step: str,
    arrived: date,
    state: str,
    evidence: Sequence[str],
    view: RuleView,
) -> Finding:
    return Finding(
        subject=f"remit:{ref(row.source, row.source_key)}",
        value_cents=value,
        sentence=sentence,
        next_step=next_step,
        likelihood=0.98,
        due=view.workdays.plus(arrived, 1),
        horizon_bd=3,
        since=arrived,
        payer_name=row.payer_name,
        location_id=row.location_id,
        state=state,
        evidence=tuple(evidence),
    )
