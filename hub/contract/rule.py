"""What a rule is: it looks at facts as of a day and yields findings. It never fixes, never sends, never raises on odd
data. One module per rule family, one class per kind; set-based SQL (SQLAlchemy Core) over the shared model, because
objects in a loop are 25-180 times slower.

The engine does the rest: freshness (a rule with a stale or missing input neither opens nor closes anything), patient and
contact gates, score, life cycle, deduplication, and the answer "cannot be known from these sources".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel

from hub.workdays import Workdays

if TYPE_CHECKING:
    from sqlalchemy import Connection

# contact: somebody calls the patient; money: worked with a payer, a laboratory, another office or in the books, so that
# neither the patient's status nor a wish not to be called hides it; data: the hub itself
Audience = Literal["contact", "money", "data"]


class NoSettings(BaseModel):
    """A rule without thresholds."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """What a rule may see. `as_of` is the practice's local day; `now` the same moment in UTC. Read only."""

    connection: Connection
    practice_id: str
    practice_name: str
    as_of: date
    now: datetime
    workdays: Workdays
    settings: BaseModel
    timezone: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One outstanding thing on one subject.

    `subject` and `evidence` are stable source references (`case:pms:77`, `claim:pms:20417`), never row numbers.
    `value_cents` is what is at stake, >= 0. Urgency: with `due`, U = 1 on the day or later, else 1 - bd_left/horizon_bd;
    without, min(1, age_days/age_full) from `since`. `likelihood` is L and `risk` R of outstanding-items §3;
    `floor` and `cap` bound P. `discriminator` keeps two findings on one subject apart; `state` is whatever must change
    before a dismissed item may come back; it may end in ` @` and the name of this occurrence (`pms @2026-03-06`).
    `wake_on`: sleep (tray "waiting") until that day.
    """

    subject: str
    value_cents: int
    sentence: str
    next_step: str
    likelihood: float
    risk: float = 0.0
    due: date | None = None
    horizon_bd: int = 5
    since: date | None = None
    age_full: int = 30
    floor: int = 0
    cap: int = 100
    patient: str | None = None
    patient_name: str | None = None
    payer_name: str | None = None
    provider_key: str | None = None
    location_id: str | None = None
    discriminator: str = ""
    state: str = ""
    evidence: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    wake_on: date | None = None


class Rule(ABC):
    """One kind of item. `needs` names the entities it cannot work without: ("procedure", "appointment").

    An entry with bars is a choice: "claim_event|remit_claim". `needs_columns` ("claim.last_sent_date") must be filled by
    at least one row of some source (G-SIGNAL), else the kind is off with that reason. `backlog_days` is the age beyond
    which a first load goes to the backlog tray. `perishable`: what is gone ends as EXPIRED when its event is over (its
    visit has begun; without a visit, its due day has passed), else as RESOLVED.

    `reads` names the entities in which the rule looks for what is *missing* (no payment, no visit, no answer). A missing
    fact leaves no evidence whose source could be old, so the engine asks here: one that no source states does no harm,
    one that only sources out of date state holds the whole kind back, because the fact may be there and unread. List
    every alternative of a choice whose absence is judged: ("bank_txn", "ins_payment").
    """

    code: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str]
    owner: ClassVar[str]
    audience: ClassVar[Audience]
    needs: ClassVar[tuple[str, ...]]
    needs_columns: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[type[BaseModel]] = NoSettings
    clears_when: ClassVar[str]
    perishable: ClassVar[bool] = False
    backlog_days: ClassVar[int] = 180

    @abstractmethod
    def findings(self, view: RuleView) -> Iterator[Finding]:
        """Every finding as of the day; the same facts give the same findings in any order."""
