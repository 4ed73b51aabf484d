"""271 files for tests, from segments written as people read them: `answer("EB*F*IND*35***23*2000")`."""

from __future__ import annotations

from tests.x12.era_writer import USUAL, Marks, interchange

SOURCE = ("HL*1**20*1", "NM1*PR*2*EXAMPLE DENTAL PLAN*****PI*EX001")
RECEIVER = ("HL*2*1*21*1", "NM1*1P*2*EXAMPLE OFFICE*****XX*1999999984")
SUBSCRIBER = ("HL*3*2*22*0", "TRN*2*T1*9EXAMPLE", "NM1*IL*1*DOE*PAT****MI*M1", "DMG*D8*19800102*F")
DEPENDENT = ("HL*4*3*23*0", "TRN*2*T2*9EXAMPLE", "NM1*03*1*DOE*KIM", "DMG*D8*20150304*M")
HEAD = (*SOURCE, *RECEIVER)


def set_271(*segments: str, day: str = "20260302") -> tuple[str, list[list[str]]]:
    """One transaction set; `segments` with the usual marks, a `:` only where a composite is meant."""
    body = [f"BHT*0022*11*REF1*{day}*0800", *segments]
    return "271*005010X279A1", [segment.replace(":", "\x1f").split("*") for segment in body]


def file_271(*sets: tuple[str, list[list[str]]], marks: Marks = USUAL, usage: str = "P", control: int = 1) -> str:
    """One interchange of such sets."""
    return interchange(list(sets), marks, usage, control)


def answer(*segments: str, day: str = "20260302", marks: Marks = USUAL, control: int = 1) -> str:
    """A file with one answer about the subscriber DOE, PAT; `segments` follow the subscriber's own."""
    return file_271(set_271(*HEAD, *SUBSCRIBER, *segments, day=day), marks=marks, control=control)
