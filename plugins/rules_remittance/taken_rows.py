"""The facts of ERA-TAKEBACK: amounts at payment level, reversals with their corrections, and what the ledger raised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select, union

from hub.clock import local_date
from hub.contract import RuleView
from hub.model import TABLES
from hub.rulekit.claims import answers, claim_entries, claim_link, credible, pair
from hub.rulekit.deliveries import first_delivery, trace_form
from hub.rulekit.people import live, with_person
from plugins.rules_remittance.posting import posted_checks, posted_claims
from plugins.rules_remittance.taken import Facts, Key, Lowering, Paper, Raised, raised_on

CLAIM, ENTRY, REMIT = TABLES["claim"], TABLES["ledger_entry"], TABLES["remit"]
REMIT_ADJ, REMIT_CLAIM = TABLES["remit_adj"], TABLES["remit_claim"]
_MIRRORS = ("INS_PAYMENT", "ADJUSTMENT", "REFUND")


def read_facts(view: RuleView) -> Facts:
    lines, reversed_claims = lowerings(view), _answers(view)
    remits = _remits(view)
    kept = [each for each in lines if each.remit in remits]
    return Facts(remits, kept, reversed_claims, _raised(view), _raised_under(view), _shown(view, reversed_claims))


def _concerned(view: RuleView) -> Select[Any]:
    """The `pair` of the remittances that may take something: few of all."""
    adjusted = select(pair(REMIT_ADJ.c.source, REMIT_ADJ.c.remit_key)).where(live(REMIT_ADJ, view.practice_id))
    answer = answers(view)
    undone = select(answer.c.claim_source, answer.c.claim_key).where(answer.c.role == "REVERSAL").subquery("undone")
    same = and_(undone.c.claim_source == answer.c.claim_source, undone.c.claim_key == answer.c.claim_key)
    of_claims = select(pair(answer.c.source, answer.c.remit_key)).join_from(answer, undone, same)
    both = union(adjusted, of_claims).subquery("concerned")
    return select(both)


def _remits(view: RuleView) -> dict[Key, Paper]:
    key = pair(REMIT.c.source, REMIT.c.source_key)
    query = select(
        REMIT, trace_form(REMIT.c.trace).label("trace_form"), key.in_(posted_checks(view)).label("is_posted")
    ).where(live(REMIT, view.practice_id), credible(REMIT), key.in_(first_delivery(view)), key.in_(_concerned(view)))
    found = {}
    for row in view.connection.execute(query):
        came = local_date(row.received_at or row.observed_at, view.timezone)
        arrived = came if row.received_at else row.payment_date or row.production_date or came
        payer = row.payer_number or (row.payer_name or "").strip().lower()
        found[row.source, row.source_key] = Paper(
            row.source, row.source_key, row.payer_name, payer, row.trace, row.trace_form or "", arrived, row.location_id,
            bool(row.is_posted), min(filter(None, (arrived, row.payment_date, row.production_date))),
        )  # fmt: skip
    return found


def lowerings(view: RuleView) -> list[Lowering]:
    """Every PLB amount, with the claim of ours that it means."""
    meant = _meant(view)
    c = REMIT_ADJ.c
    query = (
        select(c.source, c.source_key, c.remit_key, c.reason, c.reference, c.amount_cents)
        .where(live(REMIT_ADJ, view.practice_id), c.amount_cents != 0)
        .order_by(c.source, c.source_key)
    )
    found = []
    for row in view.connection.execute(query):
        reference = (row.reference or "").strip()
        claims = meant.get(reference, set())
        claim = next(iter(claims)) if len(claims) == 1 else None
        remit = (row.source, row.remit_key)
        found.append(
            Lowering(remit, row.source_key, (row.reason or "").strip().upper(), reference, row.amount_cents, claim)
        )
    return found


def _meant(view: RuleView) -> Mapping[str, set[Key]]:
    """The claims of ours that a PLB reference may mean: by our number, the payer's, or a linked answer's payer number."""
    reference = func.trim(REMIT_ADJ.c.reference)
    ours = and_(CLAIM.c.practice_id == REMIT_ADJ.c.practice_id, func.coalesce(CLAIM.c.status, "") != "VOID")
    columns = (reference.label("reference"), CLAIM.c.source, CLAIM.c.source_key)
    stands = and_(live(REMIT_ADJ, view.practice_id), REMIT_ADJ.c.reference.is_not(None))
    by_ours = select(*columns).join_from(REMIT_ADJ, CLAIM, and_(ours, CLAIM.c.claim_number == reference)).where(stands)
    by_theirs = (
        select(*columns).join_from(REMIT_ADJ, CLAIM, and_(ours, CLAIM.c.payer_claim_number == reference)).where(stands)
    )
    link, linked = claim_link(REMIT_CLAIM, "remit_claim", "meant_link")
    same = and_(
        REMIT_CLAIM.c.practice_id == REMIT_ADJ.c.practice_id,
        REMIT_CLAIM.c.payer_claim_number == reference,
        REMIT_CLAIM.c.deleted_at.is_(None),
    )
    by_answer = select(reference, link.c.to_source, link.c.to_key).select_from(
        REMIT_ADJ.join(REMIT_CLAIM, same).join(link, linked)
    )
    found: defaultdict[str, set[Key]] = defaultdict(set)
    for text, source, key in view.connection.execute(union(by_ours, by_theirs, by_answer.where(stands))):
        found[text].add((source, key))
    return found


def _answers(view: RuleView) -> dict[Key, Any]:
    """By claim with a reversal: its decisions and reversals."""
    answer = answers(view)
    undone = (
        select(answer.c.claim_source, answer.c.claim_key)
        .where(answer.c.role == "REVERSAL")
        .distinct()
        .subquery("undone")
    )
    same = and_(undone.c.claim_source == answer.c.claim_source, undone.c.claim_key == answer.c.claim_key)
    query = select(answer).join_from(answer, undone, same).where(answer.c.role.in_(("DECISION", "REVERSAL")))
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.claim_source, row.claim_key].append(row)
    return dict(found)


def _raised(view: RuleView) -> dict[Key, list[Raised]]:
    """By claim and day, oldest first: what the ledger raised its balance by, what was entered anew that day taken off."""
    entry = claim_entries(view, _MIRRORS)
    query = select(entry.c.claim_source, entry.c.claim_key, entry.c.entry_date, -entry.c.lowers_cents)
    entries: defaultdict[Key, defaultdict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for source, key, on, cents in view.connection.execute(query):
        entries[source, key][on or date.max].append(int(cents or 0))
    return {claim: [raised_on(on, days[on]) for on in sorted(days)] for claim, days in entries.items()}


def _raised_under(view: RuleView) -> dict[str, list[int]]:
    query = select(trace_form(ENTRY.c.external_ref), ENTRY.c.amount_cents).where(
        live(ENTRY, view.practice_id),
        ENTRY.c.kind.in_(_MIRRORS),
        ENTRY.c.amount_cents > 0,
        ENTRY.c.external_ref.is_not(None),
        func.coalesce(ENTRY.c.status, "POSTED") != "VOID",
    )
    found: defaultdict[str, list[int]] = defaultdict(list)
    for trace, cents in view.connection.execute(query):
        found[trace or ""].append(cents)
    return dict(found)


def _shown(view: RuleView, reversed_claims: Mapping[Key, Any]) -> set[tuple[Key, Key]]:
    """Answers with a reversal that the books show to the cent, as (remittance, claim)."""
    undone = {
        f"{row.source}:{row.remit_key}:{claim[0]}:{claim[1]}": ((row.source, row.remit_key), claim)
        for claim, rows in reversed_claims.items()
        for row in rows
        if row.role == "REVERSAL"
    }
    if not undone:
        return set()
    posted = posted_claims(view).subquery("posted")
    (answer,) = posted.c
    rows = view.connection.execute(select(answer).where(answer.in_(sorted(undone))))
    return {undone[text] for (text,) in rows}


def claims_of(view: RuleView, keys: set[Key]) -> Mapping[Key, Any]:
    """The claims with their person; `is_test` when it is a test patient."""
    if not keys:
        return {}
    person = with_person(CLAIM, "claim")
    wanted = pair(CLAIM.c.source, CLAIM.c.source_key).in_([f"{source}:{key}" for source, key in sorted(keys)])
    query = (
        select(CLAIM, *person.columns(), func.coalesce(person.patient.c.is_test, False).label("is_test"))
        .select_from(person.joined)
        .where(CLAIM.c.practice_id == view.practice_id, wanted)
    )
    return {(row.source, row.source_key): row for row in view.connection.execute(query)}
