"""What the codes of a 271 mean, in our own words (reference clearinghouse-x12 §16). Codes that are not here stay as sent."""

from __future__ import annotations

import re

ACTIVE = frozenset("12345")
INACTIVE = frozenset("678")
# Service types that speak of the coverage as a whole, the one that concerns a dental office first.
WHOLE = ("35", "30", "")

CATEGORIES = {
    "4": "diagnostic x-ray", "5": "diagnostic lab", "23": "diagnostic", "24": "periodontics", "25": "restorative",
    "26": "endodontics", "27": "maxillofacial prosthetics", "28": "adjunctive", "30": "health plan",
    "32": "plan waiting period", "35": "dental care", "36": "crowns", "37": "accident", "38": "orthodontics",
    "39": "prosthodontics", "40": "oral surgery", "41": "preventive",
}  # fmt: skip
# EB01 of lines that carry neither an amount nor a percentage of their own: they become a note.
REMARKS = {
    "D": "benefit description", "E": "exclusion", "H": "unlimited", "J": "cost containment", "K": "reserve",
    "L": "primary care provider", "M": "pre-existing condition", "N": "services restricted to a provider",
    "O": "not deemed a medical necessity", "P": "benefit disclaimer", "Q": "second surgical opinion", "S": "prior year history",
    "T": "card reported lost or stolen", "U": "contact for eligibility or benefits", "V": "cannot process",
    "W": "other source of data", "X": "health care facility", "Y": "spend down", "CB": "coverage basis", "MC": "managed care coordinator",
}  # fmt: skip
STATUS_WORDS = {
    "6": "inactive", "7": "inactive, eligibility update pending", "8": "inactive, investigation pending",
}  # fmt: skip
PERIODS = {
    "6": "HOUR", "7": "DAY", "13": "24_HOURS", "21": "YEARS", "22": "SERVICE_YEAR", "23": "CALENDAR_YEAR", "25": "CONTRACT",
    "26": "EPISODE", "27": "VISIT", "32": "LIFETIME", "33": "LIFETIME", "34": "MONTH", "35": "WEEK", "36": "ADMISSION",
}  # fmt: skip
LEVELS = {
    "ECH": "employee and children", "EMP": "employee only", "ESP": "employee and spouse", "CHD": "children only",
    "DEP": "dependents only", "SPC": "spouse and children", "SPO": "spouse only",
}  # fmt: skip
NETWORKS = {"Y": "IN", "N": "OUT", "W": "BOTH"}
QUANTITIES = {
    "99": "used", "DY": "days", "HS": "hours", "M2": "at most", "MN": "months", "P6": "services", "QA": "approved",
    "VS": "visits", "YY": "years",
}  # fmt: skip
DATES = {
    "193": "period begins", "194": "period ends", "290": "coordination of benefits", "291": "plan", "292": "benefit",
    "304": "last service", "307": "eligibility", "346": "plan begins", "347": "plan ends", "348": "benefit begins",
    "349": "benefit ends", "356": "eligibility begins", "357": "eligibility ends", "472": "service", "636": "last updated",
}  # fmt: skip
REJECTS = {
    "15": "data missing in the question", "41": "not authorised to ask", "42": "payer cannot answer now",
    "43": "provider id wrong or missing", "44": "provider name wrong or missing", "45": "provider specialty wrong or missing",
    "50": "provider may not ask", "51": "provider unknown", "52": "provider not known to the plan on that date",
    "56": "date not appropriate", "57": "date of service wrong or missing", "58": "birth date wrong or missing",
    "60": "birth date is after the date of service", "61": "date of service is after the date of death",
    "62": "date of service outside what may be asked for", "63": "date of service lies in the future", "64": "patient id wrong or missing",
    "65": "patient name wrong or missing", "66": "patient sex wrong or missing", "67": "patient not found",
    "68": "patient id is a duplicate", "71": "birth date differs from the payer's", "72": "member id wrong or missing",
    "73": "subscriber name wrong or missing", "74": "subscriber sex wrong or missing", "75": "subscriber not found",
    "76": "member id is a duplicate", "77": "subscriber found, patient not found", "78": "subscriber not in the group or plan",
    "79": "participant id wrong", "80": "no response from the payer", "T4": "payer name or id missing",
}  # fmt: skip
# The payer looked and found nobody, or nobody for certain: the record at the office and the payer's differ.
NOT_FOUND = frozenset({"64", "65", "66", "67", "68", "71", "72", "73", "74", "75", "76", "77", "78"})
MISMATCHES = {
    "64": "member id", "65": "name", "66": "sex", "71": "birth date", "72": "member id", "73": "name", "74": "sex", "78": "group",
}  # fmt: skip
_RETRY_CODES = frozenset({"42", "80"})
_RETRY_FOLLOW_UPS = frozenset("RPWX")
_DO_NOT_ASK = frozenset("NYS")


def asking_again_helps(code: str, follow_up: str) -> bool:
    """AAA03 42 or 80, or AAA04 R, P, W, X; never where AAA04 forbids it (N) or the payer answers by itself (Y, S)."""
    return follow_up in _RETRY_FOLLOW_UPS or (code in _RETRY_CODES and follow_up not in _DO_NOT_ASK)


def frequency_words(elements: list[str]) -> str:
    """HSD in words: `HSD*VS*1***34*24` is `1 per 24 months`, `HSD*VS*2***23*1` is `2 per calendar year`.

    `elements` are those of the segment, tag first, filled up to nine; what has no words is told as sent.
    """
    unit = "" if elements[1] in ("VS", "P6") else QUANTITIES.get(elements[1], elements[1])
    parts = [_number(elements[2]), unit]
    if elements[3]:
        parts.append(_every(elements[4], elements[3]))
    parts.append(_per(elements[5], _number(elements[6])))
    parts += [f"HSD0{n} {elements[n]}" for n in (7, 8) if elements[n]]
    return " ".join(part for part in parts if part)


_UNITS = {"DA": "day", "MO": "month", "WK": "week", "YR": "year", "VS": "visit"}
_SPANS = {
    "6": "hour", "7": "day", "13": "24 hours", "21": "year", "22": "service year", "23": "calendar year",
    "25": "contract", "26": "episode", "27": "visit", "34": "month", "35": "week", "36": "admission",
}  # fmt: skip
_SAID = {"24": "used", "29": "remaining", "32": "per lifetime", "33": "remaining of the lifetime"}


def _every(count: str, unit: str) -> str:
    return f"every {_counted(_number(count), _UNITS.get(unit, unit))}"


def _per(period: str, count: str) -> str:
    if not period:
        return f"HSD06 {count}" if count else ""
    if period in _SAID:
        return _SAID[period]
    return f"per {_counted(count, _SPANS.get(period, f'period {period}'))}"


def _counted(count: str, word: str) -> str:
    return word if count in ("", "1") else f"{count} {word}{'' if word.endswith('s') else 's'}"


def _number(text: str) -> str:
    """A count as people write it: `2.00` is 2, `01` is 1."""
    found = re.fullmatch(r"0*(\d+)(\.\d*?)0*", text + ("" if "." in text else "."), re.ASCII)
    return found[1] + (found[2] if len(found[2]) > 1 else "") if found else text
