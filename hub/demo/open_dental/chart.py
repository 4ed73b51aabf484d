"""procedurelog, treatplan, treatplanattach, proctp: what was found, shown, signed, done.

One Active plan per patient holds what is to be done (TP); what was declined or is the alternate lies on Inactive plans only
(TPi); what was shown or signed is a Saved plan with frozen copies (proctp). A signature is the only trace of a yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hub.demo.clinical import DEFAULT_CASE
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.columns import NO_DATE, NO_MOMENT
from hub.demo.open_dental.lists import CLINIC, CODES, PROVIDERS, USER_API, word
from hub.demo.open_dental.making import Making, at
from hub.demo.work import CLEANINGS
from hub.demo.world import Case, Person, Procedure

TP, DONE, EXISTING, OTHER, REFERRED, DELETED, CONDITION, INACTIVE = 1, 2, 3, 4, 5, 6, 7, 8
SAVED, ACTIVE, ASIDE = 0, 1, 2
_PRIORITY = {"Immediate": 150, "Eventual": 151, "Optional": 153}
_SIGNED = ("Accepted", "Completed")
SIGNATURE = "0c3RhbXBlZCBmb3IgYSBtYWRlLXVwIHByYWN0aWNl"


def add_chart(m: Making) -> None:
    for procedure in m.world.procedures:
        m.keys.procedures[procedure.id] = int(procedure.id)
    _active_plans(m)
    for turn, procedure in enumerate(m.world.procedures):
        _procedure(m, procedure, turn)
    for case in m.world.cases:
        _case(m, case)


def status_of(procedure: Procedure) -> int:
    if procedure.completed:
        return DONE
    aside = any(case.status == "Rejected" or (case.linked and not case.recommended) for case in procedure.cases)
    return INACTIVE if aside else TP


def _procedure(m: Making, p: Procedure, turn: int) -> None:
    visit = m.visit_of.get(p.id)
    apt = m.keys.appointments.get(visit.id, 0) if visit else 0
    waits = visit is not None and visit.status == "W/Call"
    hygienist = visit is not None and visit.provider.startswith("HYG") and p.code in CLEANINGS
    provider = visit.provider if visit and hygienist else p.person.provider
    m.b.add(
        "procedurelog", m.stamp(p.completed or p.planned), ProcNum=m.proc(p), PatNum=m.pat(p.person), AptNum=0 if waits else apt,
        PlannedAptNum=apt if waits else m.keys.appointments.get(f"planned {visit.id}", 0) if visit else 0,
        ProcDate=p.completed or p.planned, ProcFee=cents(p.fee), Surf=p.surfaces, ToothNum=p.tooth, Priority=_priority(p),
        ProcStatus=status_of(p), ProvNum=PROVIDERS[provider], DateEntryC=p.completed or NO_DATE, ClinicNum=CLINIC,
        CodeNum=CODES[p.code], UnitQty=0 if turn % 31 == 0 else 1, DateTP=p.planned, DateComplete=p.completed or NO_DATE,
        SecDateEntry=at(p.planned, 9, 30), ClaimNote="see x-ray; patient's bite\r\nis tight" if turn % 41 == 0 else "",
    )  # fmt: skip


def _priority(p: Procedure) -> int:
    return next((_PRIORITY[case.severity] for case in p.cases if case.severity in _PRIORITY), 0)


def _active_plans(m: Making) -> None:
    """One per patient with planned work, under the number of the story's default case where there is one."""
    for p in m.world.procedures:
        if status_of(p) == TP:
            if p.person.id not in m.keys.active:
                m.keys.active[p.person.id] = _active(m, p.person, p.planned)
            m.b.add(
                "treatplanattach", TreatPlanNum=m.keys.active[p.person.id], ProcNum=m.proc(p), Priority=_priority(p)
            )


def _active(m: Making, person: Person, day: date) -> int:
    case = m.world.default_cases.get(person.id)
    number = m.b.add("treatplan", m.stamp(day), TreatPlanNum=int(case.id) if case else m.b.key("treatplan"), PatNum=m.pat(person),
                     Heading="Active Treatment Plan", TPStatus=ACTIVE, SecUserNumEntry=USER_API, SecDateEntry=day)  # fmt: skip
    if case:
        m.keys.cases[case.id] = number
    return number


def _case(m: Making, case: Case) -> None:
    held = _held(m, case)
    if not held or (case.name == DEFAULT_CASE and case.status == "Created") or case.status.startswith("Pre-Auth"):
        return
    if case.status == "Rejected" or (case.linked and not case.recommended):
        _aside(m, case, held)
    else:
        _saved(m, case, held)


def _aside(m: Making, case: Case, held: list[Procedure]) -> None:
    plan = m.b.add("treatplan", m.stamp(case.created), TreatPlanNum=_number(m, case), PatNum=m.pat(case.person), Heading=case.name,
                   TPStatus=ASIDE, SecUserNumEntry=USER_API, SecDateEntry=case.created)  # fmt: skip
    m.keys.cases[case.id] = plan
    for p in held:
        m.b.add("treatplanattach", TreatPlanNum=plan, ProcNum=m.proc(p), Priority=_priority(p))


def _saved(m: Making, case: Case, held: list[Procedure]) -> None:
    signed = case.decided if case.status in _SIGNED else None
    day = case.presented or case.created
    m.keys.cases[case.id] = save_plan(m, case.person, case.name, day, signed, held, _number(m, case))


def _number(m: Making, case: Case) -> int:
    """The story's number, unless the patient's Active plan already has it."""
    return m.b.key("treatplan") if case.name == DEFAULT_CASE else int(case.id)


def save_plan(
    m: Making,
    person: Person,
    heading: str,
    day: date,
    signed: date | None,
    held: Iterable[Procedure],
    number: int | None = None,
) -> int:
    """A Saved plan with frozen copies; signed when the patient said yes."""
    stamp = m.stamp(signed or day)
    plan = m.b.add(
        "treatplan", stamp, TreatPlanNum=m.b.key("treatplan") if number is None else number, PatNum=m.pat(person), DateTP=day,
        Heading=heading, Note="Estimates only.\r\nFees may change after 90 days.", TPStatus=SAVED, SecUserNumEntry=USER_API,
        SecDateEntry=day, UserNumPresenter=USER_API, Signature=SIGNATURE if signed else "",
        DateTSigned=at(signed, 10, 30) if signed else NO_MOMENT, SignatureText=f"{person.first} {person.last}" if signed else "",
    )  # fmt: skip
    for order, p in enumerate(held):
        m.b.add(
            "proctp", stamp, TreatPlanNum=plan, PatNum=m.pat(person), ProcNumOrig=m.proc(p), ItemOrder=order, Priority=_priority(p),
            ToothNumTP=p.tooth, Surf=p.surfaces, ProcCode=p.code, Descript=word(p.code), FeeAmt=cents(p.fee),
            PriInsAmt=cents(p.insurance), PatAmt=cents(p.share), Discount=cents(p.write_off), ProcAbbr=word(p.code)[:12],
            SecUserNumEntry=USER_API, SecDateEntry=day, FeeAllowed=cents(p.net), ProvNum=PROVIDERS[person.provider], DateTP=p.planned,
            ClinicNum=CLINIC, CatPercUCR=cents(p.fee),
        )  # fmt: skip
    return plan


def _held(m: Making, case: Case) -> list[Procedure]:
    if not m.in_case:
        for p in m.world.procedures:
            for owner in p.cases:
                m.in_case.setdefault(owner.id, []).append(p)
    return m.in_case.get(case.id, [])
