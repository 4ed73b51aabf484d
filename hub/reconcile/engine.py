"""One reconcile of one practice: links, freshness, rules, gates, score, life cycle, in the caller's transaction."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, delete, func, insert, select

from hub.clock import Clock, local_date
from hub.config.schema import PracticeSettings, SourceSettings
from hub.contract import Rule, RuleView
from hub.errors import HubError, SettingsError
from hub.link import link_claims, link_people
from hub.log import whereabouts
from hub.model import TABLES
from hub.reconcile.check_finding import checked
from hub.reconcile.findings import Kind, changes_of
from hub.reconcile.freshness import Judgement, read_freshness
from hub.reconcile.lifecycle import Today
from hub.reconcile.result import KindAnswer, ReconcileResult
from hub.reconcile.rows import item_row, write_changes
from hub.rulekit.ages import MAX_AGE_HOURS

KIND = TABLES["kind_state"]
_log = logging.getLogger("hub.reconcile")


class NoSettings(BaseModel):
    """Settings of a rule that has none."""


def reconcile(
    connection: Connection,
    practice: PracticeSettings,
    sources: Sequence[SourceSettings],
    rules: Sequence[type[Rule]],
    thresholds: Mapping[str, Mapping[str, object]],
    clock: Clock,
    as_of: date | None,
    run_id: int,
) -> ReconcileResult:
    """Bring the items of a practice up to the facts, and say of every kind whether it could be answered.

    Writes links, items, item history and kind states, nothing else; running it twice on one day changes no row.
    `as_of` None is the practice's today. Another day is judged into the same items, so it may not lie before the last
    reconcile: SettingsError HUB-S41. Freshness is always judged by the clock, never by `as_of`. A rule that raises is
    rolled back to its savepoint and reported as failed; its items stay as they are, marked out of date.
    """
    today = _today(connection, practice, clock, as_of)
    result = ReconcileResult(practice.id, today.as_of)
    result.links = {
        "claim": link_claims(connection, practice.id, today.now),
        "patient": link_people(connection, practice.id, today.now),
    }
    freshness = read_freshness(connection, practice, sources, clock.now())
    answered_since = _answered_since(connection, practice.id)
    kinds: dict[str, Kind] = {}
    for rule in sorted(rules, key=lambda each: each.code):
        kind = Kind(rule, freshness.judge(rule), [], answered_since.get(rule.code) is None)
        if kind.judgement.state == "answered":
            _ask(connection, practice, kind, _given(rule, thresholds, sources), today)
        kinds[rule.code] = kind
        state = kind.judgement
        result.answers.append(KindAnswer(rule.code, rule.title, state.state, state.reason))
    changes, result.counts = changes_of(connection, practice.id, kinds, today)
    write_changes(connection, practice.id, changes, f"run:{run_id}")
    _store_answers(connection, practice.id, kinds, answered_since, today.as_of, run_id)
    for change in changes:
        if change.action:
            rule = kinds[change.row["code"]].rule
            result.changed.append((item_row(change.row, rule.title, rule.audience), change.action))
    return result


def rule_settings(rule: type[Rule], given: Mapping[str, object]) -> BaseModel:
    """The rule's settings from `[items.CODE]`; SettingsError HUB-S42 names the first wrong one."""
    model = NoSettings if rule.settings is BaseModel else rule.settings
    unknown = sorted(set(given) - set(model.model_fields))
    if unknown:
        known = ", ".join(model.model_fields) or "no settings"
        raise SettingsError("HUB-S42", f'[items.{rule.code}] has no setting "{unknown[0]}"; it has: {known}')
    try:
        return model(**given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        wrong = f"[items.{rule.code}] {where}: {first['msg'].lower()}; correct hub.toml"
        raise SettingsError("HUB-S42", wrong) from error


def _given(
    rule: type[Rule], thresholds: Mapping[str, Mapping[str, object]], sources: Sequence[SourceSettings]
) -> Mapping[str, object]:
    """The office's thresholds; a rule with a setting `configured_sources` is told which sources there are to watch, one
    with `other_kinds` the thresholds of all kinds (it yields to another kind under that kind's own thresholds)."""
    given = dict(thresholds.get(rule.code, {}))
    if "configured_sources" in rule.settings.model_fields:
        watched = {source.name: source.max_age_hours or MAX_AGE_HOURS for source in sources if source.enabled}
        given["configured_sources"] = watched
    if "other_kinds" in rule.settings.model_fields:
        given["other_kinds"] = {code: dict(values) for code, values in thresholds.items() if code != rule.code}
    return given


def _today(connection: Connection, practice: PracticeSettings, clock: Clock, as_of: date | None) -> Today:
    now = clock.now()
    day = local_date(now, practice.timezone)
    if as_of is not None:
        last = connection.execute(select(func.max(KIND.c.as_of)).where(KIND.c.practice_id == practice.id)).scalar()
        if last is not None and as_of < last:
            raise SettingsError(
                "HUB-S41", f"cannot reconcile as of {as_of}: items already stand as of {last}; choose {last} or later"
            )
        if as_of != day:
            now, day = datetime.combine(as_of, time(12), practice.zone).astimezone(now.tzinfo), as_of
    return Today(day, now, practice.workdays, practice.timezone)


def _answered_since(connection: Connection, practice_id: str) -> dict[str, date | None]:
    query = select(KIND.c.code, KIND.c.answered_since).where(KIND.c.practice_id == practice_id)
    return {row.code: row.answered_since for row in connection.execute(query)}


def _ask(
    connection: Connection, practice: PracticeSettings, kind: Kind, given: Mapping[str, object], today: Today
) -> None:
    """Run one rule behind a savepoint; whatever it raises becomes the kind's answer."""
    rule = kind.rule
    try:
        settings = rule_settings(rule, given)
        with connection.begin_nested():
            view = RuleView(
                connection, practice.id, practice.name, today.as_of, today.now, today.workdays, settings, today.zone
            )
            kind.findings = checked(rule().findings(view))
    except HubError as error:
        _log.warning("rule %s: %s", rule.code, error)
        kind.judgement = Judgement("failed", f"{error.code} {error.message}")
    except (Exception, SystemExit) as error:  # a plugin's bug must not stop the other rules; only its kind of failure is told
        _log.error("rule %s: unexpected error: %s", rule.code, whereabouts(error))
        kind.judgement = Judgement("failed", f"the rule failed ({type(error).__name__}); its items stay as they were")


def _words(rule: type[Rule]) -> str:
    """What `hub explain` says of the kind: the rule's own docstring, never that of the class it comes from."""
    return inspect.cleandoc(rule.__doc__) if rule.__doc__ else rule.title


def _store_answers(
    connection: Connection,
    practice_id: str,
    kinds: Mapping[str, Kind],
    answered_since: Mapping[str, date | None],
    as_of: date,
    run_id: int,
) -> None:
    """Keep each kind's answer; a row is written only when it says something new. Kinds nobody brings are dropped."""
    query = select(KIND).where(KIND.c.practice_id == practice_id)
    stored = {row["code"]: dict(row) for row in connection.execute(query).mappings()}
    rows = []
    for code, kind in kinds.items():
        state, since = kind.judgement.state, answered_since.get(code) or (as_of if kind.answered else None)
        row = {
            "practice_id": practice_id, "code": code, "title": kind.rule.title, "audience": kind.rule.audience,
            "words": _words(kind.rule), "state": state, "reason": kind.judgement.reason,
            "as_of": as_of, "answered_since": since,
        }  # fmt: skip
        if {**row, "run_id": None} != {**stored.get(code, {}), "run_id": None}:
            rows.append({**row, "run_id": run_id})
    gone = [code for code in stored if code not in kinds] + [row["code"] for row in rows if row["code"] in stored]
    if gone:
        connection.execute(delete(KIND).where(KIND.c.practice_id == practice_id, KIND.c.code.in_(gone)))
    if rows:
        connection.execute(insert(KIND), rows)
