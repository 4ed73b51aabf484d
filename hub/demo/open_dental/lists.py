"""The office's own lists: providers, chairs, definitions, codes, recall types, preferences. Keys other modules name are here."""

from __future__ import annotations

from datetime import datetime

from hub.demo.open_dental.builder import Builder, cents
from hub.demo.work import FEES

CLINIC = 1
# World's providers and chairs by their keys
PROVIDERS = {"DDS1": 1, "DDS2": 2, "HYG1": 3, "HYG2": 4}
CHAIRS = {"OP1": 1, "OP2": 2, "OP3": 3, "OP4": 4}
USER_FRONT, USER_BILLING, USER_API = 1, 4, 12
TASK_LIST = 14

# definitions by key: (category, name, value, hidden)
DEFINITIONS: dict[int, tuple[int, str, str, int]] = {
    1: (1, "Cash discount", "-", 0), 2: (1, "Finance charge", "+", 0), 3: (1, "Insurance difference", "-", 0),
    4: (1, "Insurance difference, charged", "+", 0), 5: (1, "Old write-off", "-", 1),
    18: (2, "Unconfirmed", "Unconf", 0), 19: (2, "Not Called", "NotCalled", 0), 20: (2, "Left msg on mobile", "LM", 0),
    21: (2, "Appointment Confirmed", "Conf", 0), 22: (2, "E-confirmed", "eConf", 0), 23: (2, "Arrived", "A", 0),
    40: (4, "Standard Account", "", 0), 41: (4, "Collections", "C", 0),
    68: (10, "Cash", "", 0), 69: (10, "Check", "", 0), 70: (10, "Credit Card", "", 0), 71: (10, "CareCredit", "", 0),
    72: (10, "Insurance, unassigned", "", 0), 90: (11, "Preventive", "", 0), 91: (11, "Restorative", "", 0), 92: (11, "Other", "", 0),
    142: (13, "Mailed Postcard", "", 0), 143: (13, "Left message", "", 0), 144: (13, "Will call", "", 0),
    150: (20, "Urgent", "", 0), 151: (20, "1", "", 0), 152: (20, "2", "", 0), 153: (20, "Next", "", 0), 154: (20, "Declined", "", 0),
    160: (16, "Caries", "", 0),
    238: (27, "Recall", "RECALL", 0), 239: (27, "Misc", "MISC", 0), 240: (27, "Appointment", "APPT", 0), 241: (27, "Financial", "FIN", 0),
    260: (33, "Normal", "D", 0), 261: (33, "Red", "", 0), 288: (29, "PrePayment", "", 0), 289: (29, "Treat Plan Prepayment", "X", 0),
    343: (43, "Missing information", "", 0), 344: (31, "None", "0", 0), 345: (31, "Called insurance", "7", 0),
    346: (31, "Appealed", "30", 0), 355: (32, "EFT", "", 0), 356: (32, "Check", "", 0), 400: (36, "Waiting for x-ray", "", 0),
    451: (40, "Lockbox 1", "", 0), 470: (47, "Ortho", "", 0), 500: (35, "General", "", 0), 501: (35, "Endodontics", "", 0),
    502: (35, "Oral Surgery", "", 0), 789: (38, "Verified", "", 0), 790: (38, "Not found", "", 0),
}  # fmt: skip
UNCONFIRMED, NOT_CALLED, LEFT_MESSAGE, CONFIRMED = 18, 19, 20, 21
ADJ_DOWN, ADJ_UP = 3, 4
PAY_CHECK, PAY_CARD, PAY_LENDER, PAY_UNASSIGNED = 69, 70, 71, 72
UNEARNED, UNEARNED_HIDDEN = 288, 289
TRACK_CALLED, TRACK_ERROR = 345, 343
RECALL_PROPHY, RECALL_PERIO, RECALL_BITEWINGS, RECALL_CHILD = 1, 2, 3, 4

# our own words; the codes beyond the demo's fee list, with fee in cents and whether the office bills them
EXTRA_CODES = {
    "D6010": ("implant body", 210000, 0), "D6058": ("implant crown", 140000, 0), "D9986": ("missed visit", 0, 1),
    "D9987": ("called off visit", 0, 1), "SEAT": ("seat crown", 0, 1), "WHITE": ("whitening", 0, 1), "D7953": ("bone graft", 45000, 0),
}  # fmt: skip
CODES: dict[str, int] = {code: 201 + number for number, code in enumerate([*FEES, *EXTRA_CODES])}
# years<<24 | months<<16 | weeks<<8 | days
SIX_MONTHS, FOUR_MONTHS, TWELVE_MONTHS = 6 * 65536 + 1, 4 * 65536 + 1, 12 * 65536 + 1
_RECALL_TYPES = (
    (RECALL_PROPHY, "Prophy", SIX_MONTHS, "D1110,D0120"), (RECALL_PERIO, "Perio", FOUR_MONTHS, "D4910"),
    (RECALL_BITEWINGS, "4BW", TWELVE_MONTHS, "D0274"), (RECALL_CHILD, "Child Prophy", SIX_MONTHS, "D1120,D0120"),
)  # fmt: skip
_TRIGGERS = ((RECALL_PROPHY, "D1110"), (RECALL_PROPHY, "D1120"), (RECALL_PERIO, "D4910"), (RECALL_BITEWINGS, "D0274"))


def word(code: str) -> str:
    return EXTRA_CODES[code][0] if code in EXTRA_CODES else FEES[code].word


def add_lists(b: Builder, stamp: datetime, aged: datetime, version: str) -> None:
    """Everything an office sets up once; `aged` is the moment of the last aging run."""
    _places(b, stamp)
    _people(b, stamp)
    for number, (category, name, value, hidden) in DEFINITIONS.items():
        b.add(
            "definition",
            DefNum=number,
            Category=category,
            ItemOrder=number % 20,
            ItemName=name,
            ItemValue=value,
            IsHidden=hidden,
        )
    _codes(b, stamp)
    _recalls(b)
    _preferences(b, aged, version)
    b.add("tasklist", TaskListNum=TASK_LIST, Descript="Front desk", ObjectType=0, DateTimeEntry=stamp)
    b.add(
        "tasklist", TaskListNum=TASK_LIST + 1, Descript="Billing", Parent=TASK_LIST, ObjectType=1, DateTimeEntry=stamp
    )


def _places(b: Builder, stamp: datetime) -> None:
    b.add(
        "clinic",
        ClinicNum=CLINIC,
        Description="Lakeside Dental",
        Abbr="South",
        Phone="5555550100",
        TimeZone="America/Chicago",
    )
    b.add("clinic", ClinicNum=2, Description="North (closed)", Abbr="North", IsHidden=1)
    for name, number in CHAIRS.items():
        hygiene = int(number > 2)
        b.add("operatory", stamp, OperatoryNum=number, OpName=f"Chair {number}", Abbrev=name, ItemOrder=number, ClinicNum=CLINIC,
              IsHygiene=hygiene, ProvDentist=0 if hygiene else number, ProvHygienist=number if hygiene else 0)  # fmt: skip
    b.add(
        "operatory", stamp, OperatoryNum=9, OpName="Old chair", Abbrev="OLD", ItemOrder=9, IsHidden=1, ClinicNum=CLINIC
    )


def _people(b: Builder, stamp: datetime) -> None:
    names = (("Ines", "Ferrow"), ("Otto", "Lindgard"), ("Mira", "Solway"), ("Pablo", "Verano"))
    for (abbr, number), (first, last) in zip(PROVIDERS.items(), names, strict=True):
        b.add("provider", stamp, ProvNum=number, Abbr=abbr, ItemOrder=number, LName=last, FName=first, IsSecondary=int(number > 2),
              NationalProvID=f"99999999{number:02d}", Specialty=500, Suffix=None)  # fmt: skip
    b.add("provider", stamp, ProvNum=5, Abbr="GONE", LName="Left", FName="Dr", IsHidden=1, ProvStatus=1, ItemOrder=9)
    for number, name in ((USER_FRONT, "Front"), (USER_BILLING, "Billing"), (USER_API, "Presenter")):
        b.add("userod", UserNum=number, UserName=name)


def _codes(b: Builder, stamp: datetime) -> None:
    b.add("feesched", stamp, FeeSchedNum=53, Description="Office fees", ItemOrder=1)
    b.add("feesched", stamp, FeeSchedNum=54, Description="PPO fees", ItemOrder=2)
    for code, number in CODES.items():
        fee, unbilled = (EXTRA_CODES[code][1], EXTRA_CODES[code][2]) if code in EXTRA_CODES else (FEES[code].fee, 0)
        level = FEES[code].level if code in FEES else "other"
        area = (
            3
            if code not in FEES
            else 1
            if FEES[code].surfaces
            else 2
            if FEES[code].tooth
            else 4
            if code == "D4341"
            else 3
        )
        b.add("procedurecode", stamp, CodeNum=number, ProcCode=code, Descript=word(code), AbbrDesc=word(code)[:12], ProcTime="/X/",
              ProcCat={"preventive": 90, "basic": 91, "major": 91}.get(level, 92), TreatArea=area, NoBillIns=unbilled,
              IsHygiene=int(code in ("D1110", "D1120", "D4910", "D4341")), IsMultiVisit=int(code == "D2740"), DefaultNote=None)  # fmt: skip
        if fee:
            b.add("fee", stamp, Amount=cents(fee), FeeSched=53, CodeNum=number)


def _recalls(b: Builder) -> None:
    for number, name, interval, codes in _RECALL_TYPES:
        b.add(
            "recalltype",
            RecallTypeNum=number,
            Description=name,
            DefaultInterval=interval,
            TimePattern="/XXXX/",
            Procedures=codes,
        )
    for number, code in _TRIGGERS:
        b.add("recalltrigger", RecallTypeNum=number, CodeNum=CODES[code])


def _preferences(b: Builder, aged: datetime, version: str) -> None:
    wanted = {
        "ProgramVersion": f"{version}.7.0", "DataBaseVersion": f"{version}.7.0", "UpdateInProgressOnComputerName": "",
        "DateLastAging": f"{aged:%Y-%m-%d}", "ClaimIdPrefix": "", "RecallTypesShowingInList": "1,2,3",
        "RecallDaysPast": "-1", "RecallDaysFuture": "30", "RecallExcludeIfAnyFutureAppt": "0",
        "RecallShowIfDaysFirstReminder": "30", "RecallShowIfDaysSecondReminder": "60", "RecallMaxNumberReminders": "4",
        "RecallTypeSpecialProphy": str(RECALL_PROPHY), "RecallTypeSpecialPerio": str(RECALL_PERIO),
        "RecallTypeSpecialChildProphy": str(RECALL_CHILD), "BrokenApptProcedure": "1", "BrokenAppointmentAdjustmentType": "0",
        "EraStrictClaimMatching": "0", "ClaimTrackingStatusExcludesNone": "0", "EasyNoClinics": "0",
        "PrepaymentUnearnedType": str(UNEARNED), "ApiPaymentType": str(PAY_CHECK),
    }  # fmt: skip
    for number, (name, value) in enumerate(wanted.items(), 1):
        b.add("preference", PrefNum=number, PrefName=name, ValueString=value)
