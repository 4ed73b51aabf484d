"""One claim of an 835: CLP and everything up to the next CLP, LX, TS, PLB or SE, with its lines and adjustments.

These two loops see every segment of every remittance, so they are longer than our functions are and keep their
values in local variables; `tests/bench/bench_835.py` says what that buys.
"""

from __future__ import annotations

from connectors.clearinghouse.balance import LineMoney, claim_gap, claim_sentences
from connectors.clearinghouse.pages import Pages
from connectors.clearinghouse.set_reader import Unknown
from hub.errors import BadRecord
from hub.model.remits import CONTRACT_WRITE_OFF, EARLIER_PAYER, PATIENT_SHARE
from hub.readers.x12 import Cents, Codes, Dates, Delimiters

# What ends a claim.
ENDS = frozenset({"CLP", "LX", "TS2", "TS3", "PLB", "SE"})
# Segments of a claim or line that are known and say nothing that the hub keeps there.
_UNUSED = frozenset({"N1", "N3", "N4", "PER", "REF", "NM1", "DTM", "RDM", "MIA", "MOA"})
# Codes that reference clearinghouse-x12 §12 names; others are listed with the set, so that none goes by unnoticed.
_STATUSES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})
_NAMES = frozenset({"82", "PR", "GB", "74"})
_CLAIM_DAYS = frozenset({"036", "050"})
_CLAIM_REFS = frozenset({"1L", "CE", "G1", "EA", "6P", "9A", "9C", "SY", "BB"})
_LINE_REFS = frozenset({"LU", "G1", "1S", "E9", "RB", "0K"})
_LINE_DAYS = frozenset({"472", "150", "151"})
_NO_ELEMENTS = [""] * 10


class Words:
    """How the elements of one interchange are read, and what was odd in the set under way."""

    def __init__(self, delimiters: Delimiters, cents: Cents, dates: Dates, unknown: Unknown) -> None:
        self.element, self.component = delimiters.element, delimiters.component
        self.cents, self.dates, self.codes = cents, dates, Codes(delimiters.component)
        self.unknown = unknown
        self.unknown_segments = 0
        self.corrected_ids = 0

    def odd(self, tag: str) -> None:
        """A segment that nobody knows, or one without the elements that it exists for."""
        self.unknown_segments += 1
        self.unknown.add(tag)


def read_claim(
    segments: list[str], at: int, base: int, remit_key: str, position: int, words: Words, pages: Pages
) -> tuple[int, int, list[str]]:
    """Adds the rows of the claim to `pages`; (index of the segment after it, CLP04 in cents, what does not add up).

    `segments[at]` is the CLP; `base` is the number of segments[0] in the file. Raises BadRecord when an amount cannot
    be read.
    """
    element, cents, dates, locator = words.element, words.cents, words.dates, base + at
    clp = segments[at].split(element) + _NO_ELEMENTS
    key = f"{remit_key}/{position:06d}"  # zeros keep keys in file order: rows are added at the end of the index
    charge, paid = cents[clp[3]], cents[clp[4]]
    said_share: int | None = None  # only informs: payers leave it out or get it wrong
    try:
        said_share = cents[clp[5]] if clp[5].strip() else None
    except BadRecord:
        words.unknown.add("CLP*05")
    last = first = member = insured = crossover = original = predetermination = ""
    service_from: str | None = None
    service_to: str | None = None
    money: dict[str, int] = {}
    remarks: list[str] = []
    amounts: list[str] = []
    corrected = ""
    adjusted = 0
    triples: list[str] = []
    at, end = at + 1, len(segments)
    while at < end:
        elements = segments[at].split(element)
        tag = elements[0]
        if tag == "SVC" or tag in ENDS:
            break
        try:
            if tag == "NM1":
                kind = elements[1]
                if kind == "QC":
                    elements += _NO_ELEMENTS
                    last, first, member = elements[3].strip(), elements[4].strip(), elements[9].strip()
                elif kind == "IL":
                    insured = elements[9].strip()
                elif kind == "TT":
                    crossover = elements[3].strip() or "unnamed"
                elif kind == "74" and elements[9]:
                    corrected = elements[9].strip()
                    words.corrected_ids += 1
                elif kind not in _NAMES:
                    words.unknown.add(f"NM1*{kind}")
            elif tag == "CAS":
                adjusted += _adjust(elements, cents, money, triples)
            elif tag == "DTM":
                if elements[1] == "232":
                    service_from = dates[elements[2]]
                elif elements[1] == "233":
                    service_to = dates[elements[2]]
                elif elements[1] not in _CLAIM_DAYS:
                    words.unknown.add(f"DTM*{elements[1]}")
            elif tag == "REF":
                if elements[1] == "F8":
                    original = elements[2].strip()
                elif elements[1] == "G3":
                    predetermination = elements[2].strip()
                elif elements[1] not in _CLAIM_REFS:
                    words.unknown.add(f"REF*{elements[1]}")
            elif tag == "AMT" or tag == "QTY":
                _note_amount(elements, words, amounts)
            elif tag == "MOA":
                remarks += elements[3:8]
            elif tag == "MIA":
                remarks += elements[5:6] + elements[20:24]
            elif tag == "LQ":
                remarks.append(elements[2])
            elif tag not in _UNUSED:
                words.odd(tag)
        except IndexError:
            if tag != "NM1":  # names may be left out, other segments say nothing without
                words.odd(tag)
        at += 1

    lines: list[LineMoney] = []
    days: list[str] = []
    while at < end and segments[at].startswith("SVC"):
        at, line, estimate_number = _read_line(
            segments, at, base, key, len(lines) + 1, words, pages, money, remarks, days
        )
        lines.append(line)
        predetermination = predetermination or estimate_number
    if days:
        service_from = service_from or min(days)
        service_to = service_to or max(days)

    co = pr = oa = pi = share = contract = 0
    for label, amount in money.items():
        group = label[:3]
        if group == "CO-":
            co += amount
            if label in CONTRACT_WRITE_OFF:
                contract += amount
        elif group == "PR-":
            pr += amount
            if label in PATIENT_SHARE:
                share += amount
        elif group == "OA-":
            oa += amount
        elif group == "PI-":
            pi += amount
        elif group != "CR-":  # of version 4010
            words.unknown.add(f"CAS*{label.partition('-')[0]}")
    status = clp[2].strip()
    if status not in _STATUSES:
        words.unknown.add(f"CLP*{status}")
    gap = claim_gap(charge, paid, adjusted, lines)
    pages.remit_claim.append((
        key, locator, last or None, first or None, member or insured or None, remit_key, position,
        clp[1].strip() or None, status or None, charge, paid, said_share, clp[6].strip() or None,
        clp[7].strip() or None, original or None, predetermination or None, status == "22", status == "25",
        crossover or None, service_from, service_to or service_from, co, pr, oa, pi, money.get("PR-1", 0), share,
        contract, money.get(EARLIER_PAYER, 0), money.get("OA-101", 0), f"|{'|'.join(money)}|" if money else None,
        _listed(remarks) if remarks else None, f"|{'|'.join(triples)}|" if triples else None, gap is None, gap or 0,
        f"|{'|'.join(amounts)}|" if amounts else None, corrected or None,
    ))  # fmt: skip
    return at, paid, [] if gap is None else claim_sentences(position, charge, paid, adjusted, lines)


def _read_line(
    segments: list[str], at: int, base: int, claim_key: str, position: int, words: Words, pages: Pages,
    money: dict[str, int], remarks: list[str], days: list[str],
) -> tuple[int, LineMoney, str]:  # fmt: skip
    """One SVC at segments[at]; (where the line ends, its money, REF*G3). Its segments may stand in any order."""
    element, cents = words.element, words.cents
    svc = segments[at].split(element) + _NO_ELEMENTS
    locator = base + at
    key = f"{claim_key}/{position:03d}"
    charge, paid, adjusted = cents[svc[2]], cents[svc[3]], 0
    triples: list[str] = []
    line_number = predetermination = ""
    allowed: int | None = None
    day: str | None = None
    line_remarks: list[str] = []
    amounts: list[str] = []
    at, end = at + 1, len(segments)
    while at < end:
        elements = segments[at].split(element)
        tag = elements[0]
        try:
            if tag == "CAS":
                adjusted += _adjust(elements, cents, money, triples)
            elif tag == "DTM":
                if elements[1] in _LINE_DAYS:
                    found = words.dates[elements[2]]
                    if found is not None:
                        days.append(found)
                        day = found if elements[1] == "472" else day or found
                else:
                    words.unknown.add(f"DTM*{elements[1]}")
            elif tag == "REF":
                if elements[1] == "6R":
                    line_number = elements[2].strip()
                elif elements[1] == "G3":
                    predetermination = elements[2].strip()
                elif elements[1] not in _LINE_REFS:
                    words.unknown.add(f"REF*{elements[1]}")
            elif tag == "AMT":
                if elements[1] == "B6":
                    try:  # only informs: used loosely, and part of no sum
                        allowed = cents[elements[2]] if elements[2].strip() else None
                    except BadRecord:
                        words.unknown.add("AMT*B6")
                else:
                    _note_amount(elements, words, amounts)
            elif tag == "SVC" or tag in ENDS:
                break
            elif tag == "LQ":
                line_remarks.append(elements[2])
            elif tag == "QTY":
                _note_amount(elements, words, amounts)
            elif tag not in _UNUSED:
                words.odd(tag)
        except IndexError:
            words.odd(tag)  # a segment without the elements that it exists for
        at += 1
    remarks += line_remarks
    pages.remit_line.append((
        key, locator, claim_key, position, line_number or None, words.codes[svc[1]],
        words.codes[svc[6]] if svc[6] else None, charge, paid, allowed, svc[5].strip() or None, day,
        f"|{'|'.join(triples)}|" if triples else None, _listed(line_remarks) if line_remarks else None,
        f"|{'|'.join(amounts)}|" if amounts else None,
    ))  # fmt: skip
    return at, (charge, paid, adjusted), predetermination


def _adjust(elements: list[str], cents: Cents, money: dict[str, int], triples: list[str]) -> int:
    """The sum of one CAS; its triples are added as `CO-45:9600`. Walked by position: an empty one may stand between."""
    group, count, total = elements[1].strip() if len(elements) > 1 else "", len(elements), 0
    for at in range(2, count, 3):
        reason, text = elements[at].strip(), elements[at + 1] if at + 1 < count else ""
        if not reason and not text:
            continue
        amount = cents[text]
        total += amount
        label = f"{group}-{reason}"
        if "|" in label or ":" in label:
            label = label.replace("|", "/").replace(":", "/")
        money[label] = money.get(label, 0) + amount
        quantity = elements[at + 2].strip() if at + 2 < count else ""
        triples.append(f"{label}:{amount}:{quantity.replace('|', '/')}" if quantity else f"{label}:{amount}")
    return total


def _note_amount(elements: list[str], words: Words, amounts: list[str]) -> None:
    """`AMT*AU:12000` in cents, `QTY*CA:1` as sent. It only informs, so one that cannot be read sets no claim aside."""
    tag, qualifier, text = elements[0], elements[1].strip(), elements[2].strip()
    try:
        value = str(words.cents[text]) if tag == "AMT" else text
    except BadRecord:
        words.unknown.add(f"{tag}*{qualifier}")
        return
    amounts.append(f"{tag}*{qualifier.replace('|', '/').replace(':', '/')}:{value.replace('|', '/').replace(':', '/')}")


def _listed(remarks: list[str]) -> str | None:
    """`|N130|MA04|`, each once; empty elements are left out."""
    words = dict.fromkeys(word for remark in remarks if (word := remark.strip()))
    return f"|{'|'.join(words)}|" if words else None
