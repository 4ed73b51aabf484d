"""What is booked. A visit books what it holds, and nothing else: a cleaning on the book does not book the crown.

A visit holds a procedure when the procedure names the visit (`appointment_key`), or when the visit of the same person
lists its code and tooth (`procedure_tokens`, `|D2740#30|D0120|`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, or_, select, tuple_, union

from hub.contract.rule import RuleView
from hub.model import TABLES
from hub.rulekit.people import live, with_person
from hub.rulekit.treatment import one_thing

# G-SIGNAL: without one of these no visit holds anything, and every plan would look unbooked.
HELD = "procedure.appointment_key|appointment.procedure_tokens"


def token(code: str, tooth: str | None = None) -> str:
    """How a visit lists a procedure: "D2740#30", or "D0120" without a tooth."""
    return f"{code}#{tooth}" if tooth else code


def tokens_of(text: str | None) -> tuple[str, ...]:
    """`|D2740#30|D0120|` -> ("D2740#30", "D0120")."""
    return tuple(part for part in (text or "").split("|") if part)


@lru_cache(maxsize=4096)
def codes_in(text: str | None) -> frozenset[str]:
    """`|D2740#30|D0120|` -> {"D2740", "D0120"}; visits repeat the same few texts, so it is remembered."""
    return codes_of(tokens_of(text))


def codes_of(tokens: Sequence[str]) -> frozenset[str]:
    """The codes of tokens, without teeth."""
    return frozenset(part.partition("#")[0] for part in tokens)


def future_visits(view: RuleView) -> CTE:
    """SCHEDULED visits that start today or later: source, source_key, start_date, tokens, recall_type, person."""
    visit = TABLES["appointment"]
    person = with_person(visit, "appointment")
    return (
        select(
            visit.c.source,
            visit.c.source_key,
            visit.c.start_date,
            visit.c.procedure_tokens,
            visit.c.recall_type,
            visit.c.kind,
            person.source.label("person_source"),
            person.key.label("person_key"),
        )
        .select_from(person.joined)
        .where(live(visit, view.practice_id), visit.c.status == "SCHEDULED", visit.c.start_date >= view.as_of)
        .cte("future_visit")
        # A list of a few thousand rows once, not a look through every visit for every procedure.
        .prefix_with("MATERIALIZED")
    )


def holds_token(tokens: ColumnElement[Any], procedure: Any) -> ColumnElement[bool]:
    """Do the tokens list this procedure (a row of `counted`)? Under the office's or the cleaned code, with its tooth.

    A visit that lists the bare code of a tooth's procedure holds it when the person has only one under that code.
    """
    at_tooth = func.coalesce("#" + func.nullif(procedure.c.tooth, ""), "")
    codes = (procedure.c.code, procedure.c.cdt)
    return or_(
        *(_listed(tokens, code + at_tooth) for code in codes),
        and_(procedure.c.same_code == 1, or_(*(_listed(tokens, code) for code in codes))),
    )


def _listed(tokens: ColumnElement[Any], entry: ColumnElement[Any]) -> ColumnElement[bool]:
    # Cutting the token out changes the text exactly when it is there; LIKE would read % and _ of office codes as wild.
    return func.replace(tokens, "|" + entry + "|", "") != tokens


def next_visits(view: RuleView) -> dict[tuple[str, str], date]:
    """When each person is next in the chair, today included: {(source, key): practice-local day}."""
    future = future_visits(view)
    query = (
        select(future.c.person_source, future.c.person_key, func.min(future.c.start_date))
        .where(future.c.person_key.is_not(None))
        .group_by(future.c.person_source, future.c.person_key)
    )
    return {(source, key): day for source, key, day in view.connection.execute(query)}


def unbooked(view: RuleView, counted: CTE) -> ColumnElement[bool]:
    """¬booked(p) as a condition on `hub.rulekit.treatment.counted`: no future SCHEDULED visit holds any copy of it.

    A PLANNED visit does not book, nor does another visit of the same patient.
    """
    work, visit, future = TABLES["procedure"], TABLES["appointment"], future_visits(view)
    named = (
        select(work.c.source, one_thing(work).label("thing"))
        .join(
            visit,
            and_(
                visit.c.practice_id == work.c.practice_id,
                visit.c.source == work.c.source,
                visit.c.source_key == work.c.appointment_key,
            ),
        )
        .where(
            live(work, view.practice_id),
            work.c.status == "PLANNED",
            visit.c.deleted_at.is_(None),
            visit.c.status == "SCHEDULED",
            visit.c.start_date >= view.as_of,
        )
    )
    listed = (
        select(counted.c.source, counted.c.thing)
        .join(
            future,
            and_(future.c.person_source == counted.c.person_source, future.c.person_key == counted.c.person_key),
        )
        .where(holds_token(future.c.procedure_tokens, counted))
    )
    booked = union(named, listed).subquery("booked")
    return tuple_(counted.c.source, counted.c.thing).not_in(select(booked.c.source, booked.c.thing))
