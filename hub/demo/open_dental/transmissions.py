"""etrans, etransmessagetext, etrans835, etrans835attach: what was sent to payers and what they answered, with the raw X12.

Each claim sent has its row; an acknowledgement writes its verdict into it. A rejected claim stays "sent" everywhere else.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from hub.demo.ack_writer import acknowledgement
from hub.demo.claims import Ack, Check, Claim
from hub.demo.era_writer import era
from hub.demo.open_dental.builder import cents
from hub.demo.open_dental.claim_rows import claim_status
from hub.demo.open_dental.lists import USER_BILLING
from hub.demo.open_dental.making import Making, at

CLAIM_SENT, STATUS_NOTIFY, ERA = 0, 22, 27
_ERA_DAYS = 75
UNPROCESSED, FINALIZED = 1, 6


def add_transmissions(m: Making) -> None:
    acks: dict[str, list[Ack]] = defaultdict(list)
    for ack in sorted(m.office.acks, key=lambda ack: ack.day):
        acks[ack.claim.id].append(ack)
    answers = _answers(m)
    batches: dict[date, list[tuple[Claim, Ack | None]]] = defaultdict(list)
    for claim in m.office.claims:
        if claim_status(m, claim) in "SR":
            for day in dict.fromkeys((claim.sent, claim.last_sent)):
                batches[day].append((claim, _verdict(acks[claim.id], day, claim)))
    for number, (day, sent) in enumerate(sorted(batches.items()), 1):
        _batch(m, number, day, sent, answers)
    for check in sorted(m.office.checks, key=lambda check: (check.day, check.trace)):
        on_paper = check.trace in m.marks.unfinalized | m.marks.partial
        if check.answers and not on_paper and (m.calendar.today - check.day).days <= _ERA_DAYS:
            _era(m, check)


def _verdict(acks: list[Ack], sent: date, claim: Claim) -> Ack | None:
    """The last acknowledgement of that sending: later ones belong to the next."""
    end = claim.last_sent if sent < claim.last_sent else date.max
    found = [ack for ack in acks if sent <= ack.day <= end]
    return found[-1] if found else None


def _answers(m: Making) -> dict[date, int]:
    """One 277CA a day: its row carries the message."""
    days: dict[date, list[Ack]] = defaultdict(list)
    for ack in m.office.acks:
        days[ack.day].append(ack)
    made = {}
    for number, (day, found) in enumerate(sorted(days.items()), 1):
        text = m.b.add("etransmessagetext", MessageText=acknowledgement(found, day, number))
        made[day] = m.b.add("etrans", DateTimeTrans=at(day, 18, 45), ClearingHouseNum=1, Etype=STATUS_NOTIFY, EtransMessageTextNum=text,
                            UserNum=USER_BILLING)  # fmt: skip
    return made


def _batch(m: Making, number: int, day: date, sent: list[tuple[Claim, Ack | None]], answers: dict[date, int]) -> None:
    body = "".join(
        f"ST*837*{turn:04d}*005010X224A2~CLM*{claim.id}*{cents(claim.billed)}~SE*3*{turn:04d}~"
        for turn, (claim, _) in enumerate(sent, 1)
    )
    text = m.b.add(
        "etransmessagetext",
        MessageText=f"GS*HC*LAKESIDE*CLRWAY*{day:%Y%m%d}*1800*{number % 999 + 1}*X*005010X224A2~\r\n{body}GE*{len(sent)}*{number % 999 + 1}~",
    )
    for turn, (claim, ack) in enumerate(sent, 1):
        code = "" if ack is None else "A" if ack.accepted else "R"
        m.b.add(
            "etrans", DateTimeTrans=at(day, 18), ClearingHouseNum=1, Etype=CLAIM_SENT, ClaimNum=m.keys.claims[claim.id],
            CarrierNum=m.keys.carriers[claim.payer.key], PatNum=m.pat(claim.person), BatchNumber=number % 999 + 1, AckCode=code,
            TransSetNum=turn, Note=ack.text if ack else "", EtransMessageTextNum=text, UserNum=USER_BILLING,
            AckEtransNum=answers.get(ack.day, 0) if ack else 0,
        )  # fmt: skip


def _era(m: Making, check: Check) -> None:
    """One row per ST; several patients in it leave PatNum at 0, so that the API cannot list it."""
    ours = [answer for answer in check.answers if answer.claim]
    patients = {m.pat(answer.claim.person) for answer in ours if answer.claim}
    text = m.b.add("etransmessagetext", MessageText=era([check], int(check.trace) % 900 + 1))
    made = m.b.add(
        "etrans", DateTimeTrans=at(check.day, 18, 30), ClearingHouseNum=1, Etype=ERA, PatNum=patients.pop() if len(patients) == 1 else 0,
        AckCode="Recd", EtransMessageTextNum=text, TranSetId835="0001", CarrierNameRaw=check.payer.name, UserNum=USER_BILLING,
    )  # fmt: skip
    status = FINALIZED if check.posted else UNPROCESSED
    m.b.add("etrans835", EtransNum=made, PayerName=check.payer.name, TransRefNum=check.trace, InsPaid=cents(check.amount), ControlId="0001",
            PaymentMethodCode="ACH" if check.amount else "NON", Status=status)  # fmt: skip
    for position, answer in enumerate(check.answers, 1):
        if check.posted and answer.claim:
            m.b.add("etrans835attach", EtransNum=made, ClaimNum=m.keys.claims[answer.claim.id], ClpSegmentIndex=8 + position,
                    DateTimeEntry=at(check.day, 19))  # fmt: skip
