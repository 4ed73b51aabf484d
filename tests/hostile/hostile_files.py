"""Hostile files by name. Every one carries the canary as a patient's name where it has room for one."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

CANARY = "Quetzalquark"
LABELS = ("Patient ID", "Last Name", "First Name", "Birthdate", "Status", "Guarantor ID", "Balance")
ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0900*^*00501*000000001*0*P*:~"


def patients(*rows: str) -> str:
    """A patient list of its own: the labels and these rows."""
    return "\r\n".join([",".join(LABELS), *rows]) + "\r\n"


def row(key: str, last: str = CANARY, balance: str = "1.00") -> str:
    return f"{key},{last},Ann,01/02/1980,Active,{key},{balance}"


def workbook(sheet: bytes, *, shared: bytes = b"", more: dict[str, bytes] | None = None) -> bytes:
    """The least that counts as an .xlsx."""
    parts = {
        "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        b'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        b'<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b'<?xml version="1.0"?><Relationships '
        b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        b'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": shared} if shared else {}),
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(*rows: tuple[str, ...], head: str = "") -> bytes:
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>" for cells in rows
    )
    return (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def zip_bomb() -> bytes:
    return workbook(sheet(LABELS), more={"xl/media/image1.bin": bytes(120 * 1024 * 1024)})


def entity_expansion() -> bytes:
    bomb = "".join(f'<!ENTITY a{n} "{"&a" + str(n - 1) + ";" if n else ""}{"ha" * 10}">' for n in range(3))
    dtd = f'<!DOCTYPE x [{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    return workbook(sheet(LABELS, ("1", "&a2;", "&file;", "01/02/1980", "Active", "1", "1.00"), head=dtd))


def nested_zip() -> bytes:
    inner, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("patients.csv", patients(row("1")))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../patients.zip", inner.getvalue())
    return out.getvalue()


def password_protected() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + "EncryptedPackage".encode("utf-16-le") + bytes(2048)


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


# As an export of the practice system, under a name that was never there before. All have the labels of the patient list
# unless the fault is that they have not.
LISTS: dict[str, Callable[[], bytes]] = {
    "utf-16 without a mark": lambda: patients(row("1")).encode("utf-16-le"),
    "utf-16 with a mark": lambda: patients(row("h1")).encode("utf-16"),
    "cp1252 in a utf-8 file": lambda: b"\xef\xbb\xbf" + patients(row("h1", "Mu\u00f1oz" + CANARY)).encode("cp1252"),
    "random bytes": lambda: _noise(50_000),
    "labels, then random bytes": lambda: patients(row("h1")).encode() + _noise(50_000),
    "NUL bytes": lambda: patients(row("h1", f"{CANARY}\x00"), row("h2\x00")).encode(),
    "an unclosed quote": lambda: patients(row("h1", f'"{CANARY}'), *(row(f"h{n}") for n in range(2, 90))).encode(),
    "ragged rows": lambda: patients(row("h1") + ",more,and,more", f"h2,{CANARY}", row("h3")).encode(),
    "one line of 5 MB": lambda: patients(row("h1", CANARY * 420_000), row("h2")).encode(),
    "formula cells": lambda: patients(row("h1", f"=HYPERLINK({CANARY})"), row("h2", f"@SUM({CANARY})")).encode(),
    "amounts beyond measure": lambda: patients(
        row("h1", balance="-99999999999999999999999.00"), row("h2", balance="1e999"), row("h3", balance="NaN")
    ).encode(),
    "a zip bomb": zip_bomb,
    "entity expansion": entity_expansion,
    "a zip in a zip": nested_zip,
    "a password": password_protected,
    "a PDF": lambda: b"%PDF-1.7\n" + CANARY.encode() * 200,
    "a web page": f"<!DOCTYPE html><html><table><tr><td>{CANARY}</td></tr></table></html>".encode,
    "a login page under the labels": (patients() + f"<html>{CANARY}</html>").encode,
    "carriage returns only": lambda: patients(row("h1")).replace("\r\n", "\r").encode(),
    "a Ctrl-Z at its end": lambda: patients(row("h1")).encode() + b"\x1a",
    "nothing": lambda: b"",
    "blank lines": lambda: b"\r\n" * 5000,
    "labels ten thousand times": lambda: patients().encode() * 10_000,
    "a label of 1 MB": lambda: patients(row("h1")).replace("Balance", "B" * 1_000_000).encode(),
    "right-to-left and invisible marks": lambda: patients(row("h1", f"\u202e{CANARY}\u200b\ufeff")).encode(),
}

REMITS: dict[str, Callable[[], bytes]] = {
    "no ISA": f"ST*835*0001~BPR*I*100*C~CLP*{CANARY}*1*100*100~SE*4*0001~".encode,
    "half an 835": (ISA + f"GS*HP*S*R*20260301*0900*1*X*005010X221A1~ST*835*0001~BPR*I*10*C*CHK~NM1*QC*1*{CANARY}").encode,
    "garbage segments": (
        ISA + "GS*HP*S*R*20260301*0900*1*X*005010X221A1~ST*835*0001~" + f"LX*1~CLP*{CANARY}~CAS~SVC~" * 10_000
    ).encode,
    "amounts beyond measure": (
        ISA + "GS*HP*S*R*20260301*0900*1*X*005010X221A1~ST*835*0001~BPR*I*-99999999999999999999999*C*CHK************20260301~"
        f"TRN*1*T1*1~N1*PR*P~LX*1~CLP*{CANARY}*1*1e9*--5**12*C~SE*7*0001~GE*1*1~IEA*1*000000001~"
    ).encode,
    "only an ISA": ISA.encode,
    "an ISA of noise": lambda: b"ISA" + _noise(3000),
    "an ISA that separates by itself": lambda: (b"ISA" + b"I" * 200),
    "a list of patients": lambda: patients(row("1")).encode(),
}
