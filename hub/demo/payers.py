"""The made-up payers: what they cover and how each writes its 835 files."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Habits:
    """How a payer's files look. `wrap`: what follows each segment terminator."""

    element: str = "*"
    component: str = ":"
    repeat: str = "^"
    terminator: str = "~"
    wrap: str = "\n"
    lx_per_claim: bool = False
    whole_dollars_bare: bool = False  # writes 412 for 412.00
    prints_b6: bool = True


@dataclass(frozen=True, slots=True)
class Payer:
    """`discount` is the contractual write-off and `basic`, `major` the shares covered, all in percent of the fee or the
    allowed amount; preventive work is covered whole. `weekday`: the day of the week on which it pays (Monday is 0).
    `filing_code` is 835 CLP06, whose list is shorter than that of the 837's SBR09: CI, for one, is not in it.
    """

    key: str
    name: str
    number: str
    phone: str
    plan: str
    group: str
    discount: int
    basic: int
    major: int
    deductible: int
    weekday: int
    filing_code: str = "12"
    capitation: bool = False
    acknowledges: bool = True  # False: only the clearinghouse answers its claims
    habits: Habits = field(default_factory=Habits)


PAYERS: tuple[Payer, ...] = (
    Payer("delta", "Delta Example PPO", "94276", "(800)555-0100", "ACME", "GRP001", 20, 80, 50, 5000, 1),
    Payer("guardwell", "Guardwell Dental", "64246", "(800)555-0111", "TOWNHALL", "GW7731", 25, 80, 50, 5000, 2,
          habits=Habits(element="|", component=">", wrap="", prints_b6=False)),
    Payer("metroline", "Metroline Life", "65978", "(800)555-0122", "HARBOR", "ML-20", 22, 70, 50, 2500, 3,
          habits=Habits(component="\\", wrap="\r\n", lx_per_claim=True)),
    Payer("cygnet", "Cygnet Dental", "62308", "(800)555-0133", "MILLWORKS", "CY0409", 24, 80, 40, 5000, 4,
          habits=Habits(wrap="", whole_dollars_bare=True)),
    Payer("unity", "Unity State Medicaid", "77063", "(800)555-0144", "STATE", "MCD", 45, 100, 100, 0, 1, filing_code="MC",
          acknowledges=False, habits=Habits(terminator="\n", wrap="", prints_b6=False)),
    Payer("evergreen", "Evergreen DHMO", "88041", "(800)555-0155", "COUNTY", "EV55", 70, 0, 0, 0, 3, filing_code="HM",
          capitation=True, habits=Habits(terminator="'", wrap="\n", whole_dollars_bare=True)),
)  # fmt: skip
BY_KEY = {payer.key: payer for payer in PAYERS}
COMMERCIAL = tuple(payer for payer in PAYERS if payer.filing_code not in ("MC", "HM"))
