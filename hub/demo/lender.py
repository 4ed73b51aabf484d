"""The lender's side: applications, sales and deposits, and the ordinary patients who use it. Cents; account numbers invented.

A sale is posted gross in the ledger on its day with the lender's reference. The lender keeps 9.9 % and deposits the rest two
open days later. The applicant is the guarantor; the office sends the patient's id along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hub.demo.world import Person, World

LENDER_PAYMENT, LENDER_REFUND = "CareCredit Payment", "CareCredit Refund"


@dataclass(slots=True, eq=False)
class Application:
    """`kind` is Application or Quickscreen (a soft look, not a credit decision)."""

    reference: str
    person: Person
    applicant: Person
    submitted: date
    status: str
    requested: int
    approved: int | None = None
    decided: date | None = None
    expires: date | None = None
    kind: str = "Application"
    client_reference: bool = True


@dataclass(slots=True, eq=False)
class Sale:
    """One line of the transaction report; refunds have positive amounts too, `kind` tells."""

    reference: str
    person: Person
    applicant: Person
    day: date
    kind: str
    amount: int
    original: str = ""

    @property
    def fee(self) -> int:
        return self.amount * 99 // 1000 if self.kind == "Purchase" else 0


@dataclass(slots=True)
class Lender:
    world: World
    merchant: str = "5348120000000017"
    applications: list[Application] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    west: list[Sale] = field(default_factory=list)
    clients: dict[str, str] = field(default_factory=dict)  # person id -> patient id of a system that has its own

    def client(self, person: Person) -> str:
        """The Patient/Client ID that the office sends along: the patient's id in its practice system."""
        return self.clients.get(person.id, person.id)


def apply(
    lender: Lender, person: Person, applicant: Person, day: date, status: str, requested: int, *, kind: str = "Application",
    expires_in: int | None = None, client_reference: bool = True,
) -> Application:  # fmt: skip
    """An application with its answer on the same day; `expires_in` days from today, else 90 days after the answer."""
    decided = day if status in ("Approved", "Declined", "Pre-Approved") else None
    approved = requested if status in ("Approved", "Pre-Approved") else None
    expires = None
    if approved is not None:
        today = lender.world.calendar.today
        expires = today + timedelta(days=expires_in) if expires_in is not None else day + timedelta(days=90)
    made = Application(
        f"A{lender.world.next('lender')}", person, applicant, day, status, requested, approved, decided, expires, kind,
        client_reference,
    )  # fmt: skip
    lender.applications.append(made)
    return made


def sell(lender: Lender, person: Person, applicant: Person, day: date, amount: int, kind: str = "Purchase", original: str = "") -> Sale:
    made = Sale(f"T{lender.world.next('lender')}", person, applicant, day, kind, amount, original)
    lender.sales.append(made)
    return made


def post_sale(lender: Lender, sale: Sale, *, day: date | None = None, amount: int | None = None, person: Person | None = None) -> None:
    """The ledger's side of a sale (or refund): gross unless told otherwise."""
    refund = sale.kind == "Refund"
    cents = sale.amount if amount is None else amount
    lender.world.post(
        person or sale.person, day or sale.day, LENDER_REFUND if refund else LENDER_PAYMENT, cents if refund else -cents,
        reference=sale.reference,
    )  # fmt: skip


def ordinary_business(lender: Lender) -> None:
    """A few patients in a hundred finance their share: applied, approved, used, posted, deposited."""
    world = lender.world
    calendar, rng = world.calendar, world.rng
    by_id = {person.id: person for person in world.people}
    for person in world.people:
        if person.status != "Active" or person.used or rng.random() > 0.03:
            continue
        applicant = by_id[person.guarantor_id]
        day = calendar.ago(rng.randrange(3, 400))
        amount = rng.randrange(300, 2600) * 100
        apply(lender, person, applicant, day, "Approved", amount + 50000)
        post_sale(lender, sell(lender, person, applicant, calendar.work.roll_forward(day), amount))


def western_business(lender: Lender) -> None:
    """A second merchant account: three sales, all posted, and then no report any more."""
    world = lender.world
    chosen = [person for person in world.people if person.status == "Active" and not person.used][:3]
    for turn, person in enumerate(chosen):
        day = world.calendar.ago(20 + 30 * turn)
        sale = Sale(f"T{world.next('lender')}", person, person, day, "Purchase", 80000 + 5000 * turn)
        lender.west.append(sale)
        post_sale(lender, sale)
