"""G-PAT and G-CONTACT: whose items may be listed, and whose patients may be called."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from sqlalchemy import Connection, and_, func, or_, select, union_all

from hub.contract import Finding, Rule
from hub.ids import ref
from hub.model import TABLES

PATIENT, PREF, XREF = TABLES["patient"], TABLES["contact_pref"], TABLES["xref"]
_CONTACTABLE = ("ACTIVE", "PROSPECT")
_CALLS_ABOUT_BILLS = ("BAL-", "PAYPLAN-")  # money kinds for which somebody calls the patient
_ALL_CHANNELS = frozenset({"", "ALL", "ANY"})
Verdict = Literal["open", "in_person", "closed"]


class Gates:
    """The gates of one practice, read from the facts when first asked."""

    def __init__(self, connection: Connection, practice_id: str) -> None:
        self._connection, self._practice_id = connection, practice_id

    def verdict(self, rule: type[Rule], finding: Finding) -> Verdict:
        """`closed`: no item; `in_person`: kept for the next visit, never called; `open`: listed.

        Money is collected whatever the patient's status, except for test patients; who refused calls about bills is asked
        in person. Data health is never gated.
        """
        if finding.patient is None or rule.audience == "data":
            return "open"
        if finding.patient in self._tests:
            return "closed"
        if rule.audience == "money":
            about_bills = rule.code.startswith(_CALLS_ABOUT_BILLS)
            return "in_person" if about_bills and self._refuses(finding.patient, {"ALL", "BILLING"}) else "open"
        if finding.patient in self._not_contactable:
            return "closed"
        scopes = {"ALL", "RECALL"} if rule.code.startswith("RECALL") else {"ALL"}
        return "in_person" if self._refuses(finding.patient, scopes) else "open"

    @cached_property
    def _tests(self) -> frozenset[str]:
        return self._patients(PATIENT.c.is_test.is_(True))

    @cached_property
    def _not_contactable(self) -> frozenset[str]:
        gone = PATIENT.c.deleted_at.is_not(None)
        return self._patients(or_(gone, func.coalesce(PATIENT.c.status, "ACTIVE").not_in(_CONTACTABLE)))

    def _patients(self, condition: object) -> frozenset[str]:
        query = select(PATIENT.c.source, PATIENT.c.source_key)
        rows = self._connection.execute(query.where(PATIENT.c.practice_id == self._practice_id, condition))  # type: ignore[arg-type]
        return frozenset(ref(source, key) for source, key in rows)

    def _refuses(self, patient: str, scopes: set[str]) -> bool:
        """Do-not-contact, or every channel we know is refused (bad numbers alone are bad data, not a refusal)."""
        said = [(channel, consent, scope in scopes) for channel, consent, scope in self._preferences.get(patient, ())]
        if any(channel in _ALL_CHANNELS and consent == "OPTED_OUT" and counts for channel, consent, counts in said):
            return True
        closed = [consent == "BAD" or (consent == "OPTED_OUT" and counts) for _, consent, counts in said]
        return all(closed) and any(consent == "OPTED_OUT" and counts for _, consent, counts in said)

    @cached_property
    def _preferences(self) -> dict[str, list[tuple[str, str, str]]]:
        """(channel, consent, scope) rows per patient, stated by key or through a confirmed link."""
        c, x = PREF.c, XREF.c
        own = select(c.source, c.patient_key, c.channel, c.consent, c.scope).where(
            c.practice_id == self._practice_id, c.deleted_at.is_(None), c.patient_key.is_not(None)
        )
        same = and_(x.practice_id == c.practice_id, x.from_source == c.source, x.from_key == c.source_key)
        linked = (
            select(x.to_source, x.to_key, c.channel, c.consent, c.scope)
            .select_from(PREF.join(XREF, same))
            .where(c.practice_id == self._practice_id, c.deleted_at.is_(None), c.patient_key.is_(None))
            .where(x.relation == "patient", x.from_entity == "contact_pref", x.state == "CONFIRMED")
        )
        found: dict[str, list[tuple[str, str, str]]] = {}
        for source, key, channel, consent, scope in self._connection.execute(union_all(own, linked)):
            found.setdefault(ref(source, key), []).append(((channel or "").upper(), consent or "", scope or "ALL"))
        return found
