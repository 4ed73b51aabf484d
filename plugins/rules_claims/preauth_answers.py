"""Answered predeterminations: what the payer said of each line, and what became of the work since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_

from hub.contract import RuleView
from hub.model import TABLES
from hub.model.remits import adjustments_in
from hub.rulekit.claims import answers, current_claims
from hub.rulekit.contacts import Contact, logged_contacts
from hub.rulekit.people import audience_gate, live, with_person
from hub.rulekit.treatment import counted
from hub.rulekit.visits import unbooked
from plugins.rules_claims.denial import Line, is_denied
from plugins.rules_claims.preauth import preauth_lines

ANSWER, LINE, COMM = TABLES["remit_claim"], TABLES["remit_line"], TABLES["comm_event"]
_ESTIMATE = ("OA", "101")  # what the plan would pay (reference clearinghouse-x12 §7)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One line as the payer answered it. `own` is our line (None: not told apart); `alternate` the code it would pay
    instead; `estimate` and `lost` in cents, `lost` is what we had expected more."""

    line: Line
    own: Any
    estimate: int
    denied: bool
    alternate: str | None
    lost: int


@dataclass(slots=True)
class Answered:
    """One answered predetermination. `open_lines` are our lines whose work is still planned, `unbooked` those of them
    that no visit holds; `contacts` those logged since the answer, None where no source logs any."""

    row: Any
    on: date
    said: list[LineAnswer] = field(default_factory=list)
    open_lines: list[Any] = field(default_factory=list)
    unbooked: list[Any] = field(default_factory=list)
    contacts: Sequence[Contact] | None = None
    remit_claims: list[tuple[str, str]] = field(default_factory=list)

    @property
    def told(self) -> bool:
        return bool(self.contacts)

    @property
    def refused(self) -> list[LineAnswer]:
        """Lines denied, or answered with another code, for less than we expected, whose work is still planned."""
        still = {id(line) for line in self.open_lines}
        return [each for each in self.said if each.lost > 0 and (each.own is None or id(each.own) in still)]


def answered_preauths(view: RuleView) -> list[Answered]:
    """Every predetermination with an answer, by 835 (CLP02 25) or as the practice system received it."""
    rows = _rows(view)
    if not rows:
        return []
    estimates, lines, ours = _estimates(view), _estimate_lines(view), preauth_lines(view)
    planned, free = _planned(view)
    since = min(row.received_date or view.as_of for row in rows)
    days = [each.day for group in estimates.values() for each in group if each.day]
    contacts = logged_contacts(view, min([since, *days]))
    logs = view.connection.execute(select(COMM.c.source_key).where(live(COMM, view.practice_id)).limit(1)).first()
    found = []
    for row in rows:
        key = (row.source, row.source_key)
        newest = _newest(estimates.get(key, ()))
        on = newest[0].day if newest and newest[0].day else row.received_date
        if on is None or (row.last_sent_date and row.last_sent_date > on):
            continue
        own = ours.get(key, [])
        each = Answered(row, on, remit_claims=[(one.source, one.source_key) for one in newest])
        each.said = _said([line for one in newest for line in _lines_of(one, lines)], own)
        each.open_lines = [line for line in own if _is_open(row.source, line, planned)]
        each.unbooked = [line for line in each.open_lines if line.thing is None or (row.source, line.thing) in free]
        if logs is not None:
            each.contacts = [one for one in contacts.get((row.person_source, row.person_key), ()) if one.on >= on]
        found.append(each)
    return found


def _rows(view: RuleView) -> Sequence[Any]:
    answer, claims = answers(view), current_claims(view)
    person = with_person(claims, "claim")
    estimated = select(answer.c.claim_source, answer.c.claim_key).where(answer.c.role == "ESTIMATE")
    query = (
        select(claims, *person.columns())
        .select_from(person.joined)
        .where(
            claims.c.claim_type == "PREAUTH",
            func.coalesce(claims.c.status, "SENT") != "APPEALED",
            or_(claims.c.received_date.is_not(None), tuple_(claims.c.source, claims.c.source_key).in_(estimated)),
            audience_gate(person.patient, "contact"),
        )
        .order_by(claims.c.source, claims.c.source_key)
    )
    return view.connection.execute(query).all()


def _estimates(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By predetermination: its answers, with the claim-level adjustments and estimate."""
    answer, c = answers(view), ANSWER.c
    same = and_(c.practice_id == view.practice_id, c.source == answer.c.source, c.source_key == answer.c.source_key)
    query = (
        select(answer, c.adjustments, c.estimate_cents)
        .join_from(answer, ANSWER, same)
        .where(answer.c.role == "ESTIMATE")
        .order_by(answer.c.source, answer.c.source_key)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.claim_source, row.claim_key].append(row)
    return found


def _newest(estimates: Sequence[Any]) -> list[Any]:
    """The answers of the newest remittance."""
    if not estimates:
        return []
    last = max(estimates, key=lambda row: (row.day or date.min, row.remit_key or ""))
    return [row for row in estimates if (row.source, row.remit_key) == (last.source, last.remit_key)]


def _said(judged: Sequence[tuple[Line, str | None]], own: Sequence[Any]) -> list[LineAnswer]:
    something = any(line.paid > 0 for line, _ in judged)
    said = []
    for line, alternate in judged:
        mine = _own_line(line, own)
        denied = is_denied(line, maximum_known=False, something_paid=something)
        expected = mine.est_ins_cents if mine is not None and mine.est_ins_cents is not None else None
        lost = (
            max(0, (line.charge if expected is None else expected) - line.paid)
            if denied or (alternate and expected)
            else 0
        )
        said.append(LineAnswer(line, mine, line.paid, denied, alternate, lost))
    return said


def _estimate_lines(view: RuleView) -> Mapping[Key, Sequence[Any]]:
    """By answer: its lines in the payer's order."""
    answer = answers(view)
    of_answer = and_(LINE.c.source == answer.c.source, LINE.c.remit_claim_key == answer.c.source_key)
    query = (
        select(LINE)
        .join_from(answer, LINE, of_answer)
        .where(live(LINE, view.practice_id), answer.c.role == "ESTIMATE")
        .order_by(LINE.c.source, LINE.c.position, LINE.c.source_key)
    )
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in view.connection.execute(query):
        found[row.source, row.remit_claim_key].append(row)
    return found


def _lines_of(answer: Any, lines: Mapping[Key, Sequence[Any]]) -> list[tuple[Line, str | None]]:
    """The lines of an answer with their estimate as `paid`, each with the code that the plan would pay instead; the
    whole claim as one line when the payer sent none."""
    found: list[tuple[Line, str | None]] = []
    for row in lines.get((answer.source, answer.source_key), ()):
        adjustments = adjustments_in(row.adjustments)
        estimate = sum(each.cents for each in adjustments if (each.group, each.reason) == _ESTIMATE)
        other = row.code if row.submitted_code and row.submitted_code != row.code else None
        code = row.submitted_code or row.code
        found.append((Line(row.source_key, row.charge_cents or 0, estimate, adjustments, code, row.line_number), other))
    if found:
        return found
    whole = Line("", answer.charge_cents or 0, answer.estimate_cents or 0, adjustments_in(answer.adjustments))
    return [(whole, None)]


def _own_line(line: Line, ours: Sequence[Any]) -> Any:
    """Our line: by the echoed line number, else by code when one has it, else the only one there is."""
    by_number = [own for own in ours if line.line_number and own.line_number == line.line_number]
    same = (
        by_number or [own for own in ours if line.code and own.code == line.code] or ([] if line.code else list(ours))
    )
    return same[0] if len(same) == 1 else None


def _is_open(source: str, line: Any, planned: set[tuple[str, str]]) -> bool:
    if line.is_done or line.is_claimed:
        return False
    return line.thing is None or (source, line.thing) in planned


def _planned(view: RuleView) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Planned treatment that counts, and what of it no visit holds."""
    plan = counted(view)
    every = select(plan.c.source, plan.c.thing)
    free = every.where(unbooked(view, plan))
    return (
        {(source, thing) for source, thing in view.connection.execute(every)},
        {(source, thing) for source, thing in view.connection.execute(free)},
    )
