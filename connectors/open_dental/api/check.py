"""What this key can tell in this office, before anything is read: four or five requests, none of them about a patient's chart.

Says which lists are out of reach and which kinds of items suffer, what the next permission would add, and how long a pass
takes at the key's pace (reference 2.3, 2.4, 12.13).
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.open_dental.api.office import UNKNOWN_VERSION, Office, make_office
from connectors.open_dental.api.pull import list_of
from connectors.open_dental.api.resources import RESOURCES
from connectors.open_dental.api.settings import ApiSettings
from connectors.open_dental.streams import QUERIES
from hub.contract import CheckReport, Probe, SourceContext
from hub.errors import HubError

# What no list of the API tells, and the kinds of items that lean on it.
_ONLY_QUERIES = (
    "claim numbers, first sending and the numbers of preauthorizations (CLAIM-AGING, PREAUTH-PENDING, ERA-UNMATCHED: own 835"
    " files find claims by patient, date and fee only), plan and patient portion of procedures (TX-UNSCHEDULED,"
    " TX-ACCEPTED-UNBOOKED), links between charts (DATA-IDENTITY), closed days"
)
# Streams without which kinds of items are not answered at all.
_ITEMS: dict[str, str] = {
    "appointments": "APPT-BROKEN, APPT-UNCONFIRMED, TX-UNSCHEDULED, RECALL-OVERDUE",
    "procedures": "TX-UNSCHEDULED, TX-ACCEPTED-UNBOOKED, CLAIM-NOT-CREATED",
    "treatment_plans": "TX-ACCEPTED-UNBOOKED",
    "claims": "every kind of claim",
    "claim_lines": "CLAIM-NOT-SENT, CLAIM-NOT-CREATED, INSPAY-UNFINALIZED",
    "claim_answers": "CLAIM-REJECTED without a clearinghouse source",
    "claim_payments": "INSPAY-UNFINALIZED, ERA-UNPOSTED",
    "recalls": "RECALL-OVERDUE",
    "payments": "DEPOSIT-UNAPPLIED",
    "accounts": "BAL-OVERDUE",
    "signed_plan_lines": "TX-ACCEPTED-UNBOOKED",
    "payment_plans": "PAYPLAN-MISSED",
    "plan_charges": "PAYPLAN-MISSED",
    "coverages": "CLAIM-NOT-CREATED",
    "appointment_events": "how visits were broken",
}


def check_api(settings: ApiSettings, ctx: SourceContext) -> CheckReport:
    """A failed probe is a result, not an exception."""
    try:
        office = make_office(ctx, settings)
    except HubError as error:
        return CheckReport((Probe("settings", False, error.message, "write the keys under [source.settings]"),))
    try:
        return check_office(office)
    finally:
        office.client.close()


def check_office(office: Office) -> CheckReport:
    """The same with an office at hand."""
    try:
        office.prepare()
        office.mark()
    except HubError as error:
        return CheckReport((Probe("sign in", False, error.message, "see docs/errors.md"),))
    return CheckReport(tuple(_probes(office)))


def _probes(office: Office) -> Iterator[Probe]:
    yield Probe("sign in", True, f"through {office.client.base.label}, {_pace(office)}")
    yield _reading(office)
    known = office.version != UNKNOWN_VERSION
    yield Probe("version", known, ".".join(map(str, office.version)) if known else "the office does not tell",
                "" if known else "lists are asked for all the same")  # fmt: skip
    yield Probe("out of reach", True, _out_of_reach(office))
    yield Probe("next permission", True, _next(office))


def _reading(office: Office) -> Probe:
    granted = sorted(name for name, has in office.permissions.items() if has)
    may_read = not office.permissions or any("readall" in name.lower() for name in granted)
    return Probe("permissions", may_read, ", ".join(granted) or "the office does not tell",
                 "" if may_read else "give the key the permission ReadAll (free) in Open Dental's developer portal")  # fmt: skip


def _pace(office: Office) -> str:
    if not office.is_slow:
        return "requests are not counted"
    return f"one request per {office.client.base.interval:g} seconds"


def _out_of_reach(office: Office) -> str:
    absent = [(query.name, why) for query in QUERIES if (why := _why_not(office, query.name, list_of(query)))]
    told = [f"{name}: {why}{_leans(name)}" for name, why in absent]
    late = [query.name for query in QUERIES if _is_late(office, list_of(query))]
    if late:
        told.append(f"what is new in {', '.join(late)} beside everything else of a patient: found by whole passes at night only,"
                    " their facts are as old as the last one")  # fmt: skip
    if office.version < RESOURCES["covcats"].added and not office.may_query:
        told.append("categories of benefits, so an annual maximum under one: needs version 23.3.8")
    return "; ".join(told) or "nothing"


def _is_late(office: Office, name: str | None) -> bool:
    return office.is_slow and name is not None and RESOURCES[name].is_narrow(office.version)


def _why_not(office: Office, stream: str, name: str | None) -> str:
    if name is None:
        return "" if office.may_query else "needs the permission Queries"
    added = RESOURCES[name].added
    return f"needs version {'.'.join(map(str, added))}" if office.version < added else ""


def _leans(stream: str) -> str:
    return f" ({_ITEMS[stream]})" if stream in _ITEMS else ""


def _next(office: Office) -> str:
    """What paying for one more permission would bring."""
    if office.may_query:
        return "none needed for reading" + ("; on site (API Service) nothing is counted" if office.is_slow else "")
    pace = "; any paid permission also makes it one request per second instead of five" if _is_free(office) else ""
    return f"Queries adds {_ONLY_QUERIES}{pace}"


def _is_free(office: Office) -> bool:
    return office.is_slow and office.client.base.interval >= 5.0
