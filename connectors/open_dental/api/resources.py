"""What the API offers for each list: path, filters, since which version (reference 3; API pages of the resources).

Three ways to follow a list, from cheap to dear: by the moment of the last edit; whole; per parent record (the API answers
only for one patient or plan at a time). Which one a list allows changed with the versions of Open Dental.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """Records whose change may mean that their children changed: `listing` is read by its stamp, `field` names the parent.

    `through`: the parent's own list to go through when `field` is not the children's filter: a procedure's PatNum leads
    to treatment plans of the patient, and those to the attached procedures. `where`: field and value that parents with
    children of interest have; `between` the same for the records of `through`.
    """

    listing: str
    field: str
    through: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    between: tuple[tuple[str, str], ...] = ()

    def counts(self, record: Mapping[str, object]) -> bool:
        return all(str(record.get(name)) == value for name, value in self.where)

    def leads_on(self, record: Mapping[str, object]) -> bool:
        """Is this record of `through` one whose children are wanted?"""
        return all(str(record.get(name)) == value for name, value in self.between)


@dataclass(frozen=True, slots=True)
class Grave:
    """Where records of a list are named when they are deleted: `listing` with these filters, the moment under `stamp`."""

    listing: str
    filters: Mapping[str, str]
    stamp: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One list of the API.

    `stamp`: filter "edited on or after", offered since version `stamp_since` (`stamp_is_day`: it takes a day only);
    `added` is the version of the list itself. `filter`: the parent's number that the list demands (or demanded before
    version `whole_since`). `parents` tell which children to read again; `everyone` names every possible parent.
    `open_only`: filter and values under which the records that matter daily can be listed, since version `open_since`.
    `append_only`: records are only ever added, so reading goes on where the list ended. `grave`: where deletions show.
    `whole_by_stamp`: without the filter the list leaves some out (deleted patients), so even the whole is asked for with it.
    `touched_by`: other records whose change alters what is reckoned for these without moving their stamp; on site only.
    """

    path: str
    key: str
    stamp: str | None = None
    stamp_since: Version = ()
    added: Version = ()
    filter: str | None = None
    whole_since: Version | None = None
    parents: tuple[Parent, ...] = ()
    everyone: Parent | None = None
    open_only: tuple[str, tuple[str, ...]] | None = None
    open_since: Version = ()
    stamp_is_day: bool = False
    append_only: bool = False
    grave: Grave | None = None
    whole_by_stamp: bool = False
    touched_by: tuple[Parent, ...] = ()

    def by_stamp(self, version: Version) -> bool:
        return self.stamp is not None and version >= self.stamp_since

    def is_narrow(self, version: Version) -> bool:
        """Can it only be read parent by parent? A record without a changed parent is then found by a whole pass alone."""
        return not self.whole(version) and not self.by_stamp(version)

    def whole(self, version: Version) -> bool:
        """Can every record be listed without naming a parent?"""
        return self.filter is None or (self.whole_since is not None and version >= self.whole_since)


_PROCEDURES = Parent("procedurelogs", "PatNum")
_CLAIMS = Parent("claims", "PatNum")
_NEW_PAYMENTS = Parent("payments", "PatNum")
_ALL_PATIENTS = Parent("patients", "PatNum")
# What is entered in the books alone moves the person's balance at the next aging run, and that the patient's stamp
# (reference 3.7, 4.1).
_BALANCES = _ALL_PATIENTS
_ALL_PLANS = Parent("treatplans", "TreatPlanNum")
# Only saved plans hold frozen lines, and only signed ones are somebody's word.
_SIGNED = (("TPStatus", "Saved"), ("isSigned", "true"))
_SIGNED_PLANS = Parent("treatplans", "TreatPlanNum", where=_SIGNED)
# A line says how its procedure stands today, and completing a procedure does not touch the plan that was saved.
_SIGNED_OF_PROCEDURES = Parent("procedurelogs", "PatNum", through="treatplans", between=_SIGNED)

RESOURCES: dict[str, Resource] = {
    "patients": Resource("patients/Simple", "PatNum", "DateTStamp", whole_by_stamp=True),
    "appointments": Resource("appointments", "AptNum", "DateTStamp",
                             grave=Grave("histappointments", {"HistApptAction": "Deleted"}, "HistDateTStamp")),
    "procedurelogs": Resource("procedurelogs", "ProcNum", "DateTStamp",
                              touched_by=(_CLAIMS, Parent("treatplans", "PatNum"))),
    "treatplans": Resource("treatplans", "TreatPlanNum", "SecDateTEdit"),
    "claims": Resource("claims", "ClaimNum", "SecDateTEdit", stamp_since=(23, 3, 11), filter="PatNum",
                       whole_since=(23, 3, 11), parents=(_PROCEDURES,), everyone=_ALL_PATIENTS),
    "claimpayments": Resource("claimpayments", "ClaimPaymentNum", "SecDateTEdit"),
    "refattaches": Resource("refattaches", "RefAttachNum", "DateTStamp", stamp_since=(25, 2, 10)),
    "inssubs": Resource("inssubs", "InsSubNum", "SecDateTEdit"),
    "insverifies": Resource("insverifies", "InsVerifyNum", "SecDateTEdit"),
    "commlogs": Resource("commlogs", "CommlogNum", "DateTStamp", stamp_since=(25, 1, 13)),
    "patfields": Resource("patfields", "PatFieldNum", "SecDateTEdit"),
    "providers": Resource("providers", "ProvNum", "DateTStamp", stamp_since=(21, 3)),
    "procedurecodes": Resource("procedurecodes", "CodeNum", "DateTStamp", stamp_since=(22, 4, 28)),
    # New payments only: an edit of an old one shows when the whole list is read.
    "payments": Resource("payments", "PayNum", "DateEntry", stamp_is_day=True),
    "claimprocs": Resource("claimprocs", "ClaimProcNum", added=(22, 2, 33), filter="ClaimNum", whole_since=(23, 2, 16),
                           parents=(Parent("claims", "ClaimNum"), _PROCEDURES), everyone=Parent("claims", "ClaimNum"),
                           open_only=("Status", ("NotReceived", "Preauth")), open_since=(24, 4, 13)),
    "paysplits": Resource("paysplits", "SplitNum", filter="PatNum", whole_since=(24, 4, 24),
                          parents=(_NEW_PAYMENTS, _PROCEDURES), everyone=_ALL_PATIENTS),
    "adjustments": Resource("adjustments", "AdjNum", filter="PatNum", parents=(_PROCEDURES, _CLAIMS, _NEW_PAYMENTS, _BALANCES),
                            everyone=_ALL_PATIENTS),
    "treatplanattaches": Resource("treatplanattaches", "TreatPlanAttachNum", filter="TreatPlanNum",
                                  parents=(Parent("treatplans", "TreatPlanNum"),
                                           Parent("procedurelogs", "PatNum", through="treatplans")),
                                  everyone=_ALL_PLANS),
    "proctps": Resource("proctps", "ProcTPNum", filter="TreatPlanNum", parents=(_SIGNED_PLANS, _SIGNED_OF_PROCEDURES),
                        everyone=_SIGNED_PLANS),
    "payplans": Resource("payplans", "PayPlanNum", filter="PatNum", parents=(_NEW_PAYMENTS, _BALANCES), everyone=_ALL_PATIENTS),
    "payplancharges": Resource("payplancharges", "PayPlanChargeNum", filter="PayPlanNum",
                               parents=(Parent("payments", "PatNum", through="payplans"),
                                        Parent("patients", "PatNum", through="payplans")),
                               everyone=Parent("patients", "PatNum", through="payplans")),
    "etranss": Resource("etranss", "EtransNum", filter="PatNum", parents=(_CLAIMS,), everyone=_ALL_PATIENTS),
    "sheetfields": Resource("sheetfields", "SheetFieldNum", filter="SheetNum", whole_since=(25, 2, 3)),
    "sheets": Resource("sheets", "SheetNum", filter="PatNum", parents=(Parent("appointments", "PatNum"), _PROCEDURES),
                       everyone=_ALL_PATIENTS),
    "recalls": Resource("recalls", "RecallNum"),
    "claimtrackings": Resource("claimtrackings", "ClaimTrackingNum"),
    "patplans": Resource("patplans", "PatPlanNum"),
    "insplans": Resource("insplans", "PlanNum"),
    "benefits": Resource("benefits", "BenefitNum"),
    "labcases": Resource("labcases", "LabCaseNum", added=(24, 2, 28)),
    "laboratories": Resource("laboratories", "LaboratoryNum"),
    "referrals": Resource("referrals", "ReferralNum"),
    "carriers": Resource("carriers", "CarrierNum"),
    "definitions": Resource("definitions", "DefNum"),
    "operatories": Resource("operatories", "OperatoryNum"),
    "clinics": Resource("clinics", "ClinicNum"),
    "covcats": Resource("covcats", "CovCatNum", added=(23, 3, 8)),
    "fees": Resource("fees", "FeeNum"),
    "userods": Resource("userods", "UserNum"),
    "recalltypes": Resource("recalltypes", "RecallTypeNum"),
    "payplanlinks": Resource("payplanlinks", "PayPlanLinkNum", added=(25, 3, 29)),
    "statements": Resource("statements", "StatementNum"),
    "histappointments": Resource("histappointments", "HistApptNum", added=(23, 1, 30), append_only=True),
}  # fmt: skip

# Tables of the database whose rows the API hands out whole, for names by number: table -> list.
TABLES: dict[str, str] = {
    "carrier": "carriers", "covcat": "covcats", "insplan": "insplans", "provider": "providers", "definition": "definitions",
    "procedurecode": "procedurecodes", "inssub": "inssubs", "referral": "referrals", "laboratory": "laboratories",
    "recalltype": "recalltypes", "operatory": "operatories", "clinic": "clinics", "patplan": "patplans",
    "payplan": "payplans", "treatplan": "treatplans", "patient": "patients", "userod": "userods", "appointment": "appointments",
    "claim": "claims", "claimpayment": "claimpayments", "procedurelog": "procedurelogs", "payment": "payments",
}  # fmt: skip


def version_of(text: str) -> Version:
    """`25.3.12.0` as numbers; () when it is no version."""
    parts = text.strip().split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()
