"""What a procedure's estimates, write-offs, adjustments and plan come to, read patient by patient.

The list of procedures tells none of it (reference 12.5), and claimprocs have no filter of time. So the records of each
patient on a page are fetched: four requests or so. On site that is cheap; through headquarters only for a few patients
at a time, else the labels are left out and the hub takes these amounts as not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.open_dental.amounts import insurance_share, patient_portion, writeoff_share
from connectors.open_dental.api.faults import NotOffered, NotThere
from connectors.open_dental.api.joins import FEW, Names, NotKnown
from connectors.open_dental.api.paging import Record
from connectors.open_dental.api.resources import RESOURCES

# Patients whose sums are kept at a time.
MOST_PATIENTS = 20_000
FEW_PATIENTS = FEW // 5
_LIVE = {"Active": 0, "Inactive": 1}
LABELS = ("plan_id", "insurance_share", "writeoff_share", "patient_share")


@dataclass(slots=True)
class Portions:
    """The sums of the patients asked for in this run: patient -> procedure -> records or plan."""

    names: Names
    claim_procs: dict[str, dict[str, list[Record]]] = field(default_factory=dict)
    adjustments: dict[str, dict[str, list[Record]]] = field(default_factory=dict)
    plans: dict[str, dict[str, str]] = field(default_factory=dict)

    def prepare(self, procedures: Sequence[Record]) -> None:
        """Fetch what the patients of a page need. Raises NotKnown where that is too much."""
        office = self.names.office
        if office.version < (RESOURCES["claimprocs"].whole_since or ()):
            raise NotKnown
        if len(self.plans) > MOST_PATIENTS:
            for kept in (self.claim_procs, self.adjustments, self.plans):
                kept.clear()
        missing = sorted({str(one.get("PatNum")) for one in procedures} - self.plans.keys())
        if office.is_slow and len(missing) > FEW_PATIENTS:
            raise NotKnown
        try:
            for patient in missing:
                self._fetch(patient)
        except (NotOffered, NotThere):
            raise NotKnown from None

    def cell(self, procedure: Record, label: str) -> str:
        """One of `LABELS` for a procedure of a prepared page."""
        patient, number = str(procedure.get("PatNum")), str(procedure.get("ProcNum"))
        if label == "plan_id":
            return self.plans[patient].get(number, "")
        claim_procs = self.claim_procs[patient].get(number, [])
        if label == "insurance_share":
            return insurance_share(claim_procs)
        if label == "writeoff_share":
            return writeoff_share(claim_procs)
        return patient_portion(procedure, claim_procs, self.adjustments[patient].get(number, []))

    def _fetch(self, patient: str) -> None:
        self.claim_procs[patient] = self._by_procedure("claimprocs", patient)
        self.adjustments[patient] = self._by_procedure("adjustments", patient)
        self.plans[patient] = self._plans_of(patient)

    def _by_procedure(self, name: str, patient: str) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for one in self._list(name, "PatNum", patient):
            if str(one.get("ProcNum") or "0") != "0":
                found.setdefault(str(one["ProcNum"]), []).append(one)
        return found

    def _plans_of(self, patient: str) -> dict[str, str]:
        """Procedure -> its live plan: the active one, else the lowest number."""
        live = [one for one in self._list("treatplans", "PatNum", patient) if str(one.get("TPStatus")) in _LIVE]
        live.sort(key=lambda one: (_LIVE[str(one["TPStatus"])], int(str(one.get("TreatPlanNum")))))
        found: dict[str, str] = {}
        for plan in live:
            number = str(plan["TreatPlanNum"])
            for attached in self._list("treatplanattaches", "TreatPlanNum", number):
                found.setdefault(str(attached.get("ProcNum")), number)
        return found

    def _list(self, name: str, filtered: str, number: str) -> list[Record]:
        pages = self.names.office.listing(name, {filtered: number})
        return [one for page in pages for one in page.records]
