"""The parties that every question names, and how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from connectors.clearinghouse.requests.envelope import Segment, clean, needed, refused


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer under the id that the clearinghouse routes by."""

    name: str
    payer_id: str

    def segment(self) -> Segment:
        payer_id = needed(self.payer_id, "payer id", 80)
        return ("NM1", "PR", "2", clean(self.name, 60) or payer_id, "", "", "", "", "PI", payer_id)


@dataclass(frozen=True, slots=True)
class Office:
    """Who asks: the office or, with a first name, one dentist."""

    name: str
    npi: str
    first: str = ""

    def segment(self) -> Segment:
        npi = needed(self.npi, "NPI of the provider", 10)
        if not re.fullmatch(r"\d{10}", npi, re.ASCII):
            raise refused("the NPI of the provider is not ten digits")
        first = clean(self.first, 35)
        name = needed(self.name, "name of the provider", 200)[:60]
        return ("NM1", "1P", "1" if first else "2", name, first, "", "", "", "XX", npi)


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber or dependent. `sex` is M, F or empty; `member_id` as on the card, blanks and dashes as there."""

    last: str
    first: str
    birth: date | None = None
    sex: str = ""
    member_id: str = ""

    def segment(self, entity: str) -> Segment:
        """NM1, with the member id when there is one."""
        last, first = clean(self.last, 60), clean(self.first, 35)
        member = needed(self.member_id, "member id", 80) if self.member_id.strip() else ""
        if not last and not member:
            raise refused("a person has neither name nor member id")
        return ("NM1", entity, "1", last, first, "", "", "", "MI" if member else "", member)

    def demographics(self) -> list[Segment]:
        """DMG, or nothing without a birth date."""
        if self.birth is None:
            return []
        return [("DMG", "D8", f"{self.birth:%Y%m%d}", self.sex if self.sex in ("M", "F") else "")]
