"""Files in zip archives, delivered or fetched: read one by one, within bounds, and the archive kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from sync_office import Exports, Office, export

from hub.contract import Match, SourceContext
from hub.sync import archives
from hub.sync.blobs import parts


class Zipped(Exports):
    def identify(self, head: bytes, name: str, ctx: SourceContext) -> Match | None:
        if head.startswith(b"PK"):
            return Match(None, "zip archive: kept, not read", unpack=True)
        return Match(None, "a report") if name.endswith(".txt") else super().identify(head, name, ctx)


@pytest.fixture
def office(plain_office: Office) -> Office:
    plain_office.connector = Zipped
    return plain_office


PATIENTS = export([("1", "Bond", "12.00"), ("2", "Hart", "0.00")])


def packed(files: dict[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def kept(office: Office) -> dict[str, tuple[str, bytes]]:
    """name -> (why it was not read, bytes) of every stored file."""
    with office.store.read() as connection:
        return {
            str(row["name"]): (str(row["reason"] or ""), b"".join(parts(connection, int(str(row["id"])))))
            for row in office.rows("blob")
        }


def test_the_files_of_an_archive_are_read_and_the_archive_is_kept(office: Office) -> None:
    raw = packed({"deep/er/patients.csv": PATIENTS, "note.txt": "hello"})
    office.deliver(raw, "monday.zip")
    assert office.sync().status == "succeeded"
    assert office.patients() == {"1": ("Bond", 1200), "2": ("Hart", 0)}
    stored = kept(office)
    assert stored["monday.zip"] == ("zip archive, 2 files unpacked: kept", raw)
    assert stored["monday.zip!note.txt"] == ("a report", b"hello")
    (member,) = (name for name in stored if name.endswith(".csv"))
    assert member.startswith("monday.zip!deep_er_patients") and stored[member][1] == PATIENTS.encode()
    assert (office.inbox / "monday.zip").exists() and not list((office.base / "data").rglob("*.csv"))
    again = office.sync()
    assert again.counts.read == 0 and len(kept(office)) == 3


def test_an_archive_within_an_archive_is_kept_as_it_is(office: Office) -> None:
    inner = packed({"patients.csv": PATIENTS})
    office.deliver(packed({"inner.zip": inner}), "outer.zip")
    assert office.sync().status == "succeeded" and office.patients() == {}
    assert kept(office)["outer.zip!inner.zip"] == ("zip archive: kept, not read", inner)


def test_a_dry_run_unpacks_nothing(office: Office) -> None:
    office.deliver(packed({"patients.csv": PATIENTS}), "monday.zip")
    assert office.sync(dry_run=True).counts.new == 0
    assert not (office.base / "data" / "inbox").exists() and kept(office) == {}


def with_password() -> bytes:
    """An archive whose entry says that it is encrypted: bit 0 of its flags, in both headers (APPNOTE 4.4.4)."""
    raw = bytearray(packed({"patients.csv": PATIENTS}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def spoilt(how: int) -> bytes:
    """An archive whose packed bytes are none of their kind; the directory at its end is whole."""
    raw = bytearray(packed({"patients.csv": PATIENTS}, how))
    start = 30 + len("patients.csv")
    start += 9 if how == zipfile.ZIP_LZMA else 0  # past what zip writes before the stream itself
    raw[start : start + 8] = b"\xff" * 8
    return bytes(raw)


@pytest.mark.parametrize(
    ("raw", "why", "status"),
    [
        (with_password(), "zip archive that needs a password: kept, not unpacked", "partial"),
        (packed({"bomb.csv": bytes(30 << 20)}), "zip archive that would grow beyond all measure: kept, not unpacked", "partial"),
        (packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
         "zip archive that is a document of an office program: kept, not unpacked", "succeeded"),
        (packed({f"{n}.txt": "" for n in range(archives.MOST_FILES + 1)}),
         "zip archive that holds more than 2000 files: kept, not unpacked", "partial"),
        (packed({"patients.csv": PATIENTS})[:-30], "damaged zip archive (BadZipFile), 0 files unpacked: kept, fetch it again", "partial"),
        (packed({"patients.csv": PATIENTS}, zipfile.ZIP_STORED).replace(b"Bond", b"Bund"),
         "damaged zip archive (BadZipFile), 0 files unpacked: kept, fetch it again", "partial"),
        (spoilt(zipfile.ZIP_LZMA), "damaged zip archive (LZMAError), 0 files unpacked: kept, fetch it again", "partial"),
        (spoilt(zipfile.ZIP_BZIP2), "damaged zip archive (OSError), 0 files unpacked: kept, fetch it again", "partial"),
        (spoilt(zipfile.ZIP_DEFLATED), "damaged zip archive (error), 0 files unpacked: kept, fetch it again", "partial"),
    ],
    ids=["password", "bomb", "document", "too many", "cut off", "other bytes", "lzma", "bzip2", "deflate"],
)  # fmt: skip
def test_what_may_not_be_unpacked_is_kept_with_the_reason(raw: bytes, why: str, status: str, office: Office) -> None:
    """Nobody has read what is in it, so the run is not a green one: at every delivery, even of the same bytes."""
    office.deliver("hello", "other.txt")
    for _ in range(2):
        office.deliver(raw, "a.zip")
        result = office.sync()
        assert result.status == status
    problems = [str(outcome.problem) for outcome in result.outcomes if outcome.problem]
    assert [told.startswith(f"HUB-C28 pms: a.zip is a {why}; what is in it was not read") for told in problems] == [True] * (status == "partial")
    assert kept(office) == {"a.zip": (why, raw), "other.txt": ("a report", b"hello")}
    inbox = office.base / "data" / "inbox"
    assert [path for path in inbox.rglob("*") if path.is_file()] == []


def test_a_run_that_ended_between_members_and_archive_is_made_good(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members are stored already or lie in the inbox: nothing is there twice and nothing is missing."""
    office.deliver(packed({"patients.csv": PATIENTS, "b.txt": "b"}), "monday.zip")

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.sync.files.digest_file", cut_off)
        with pytest.raises(KeyboardInterrupt):
            office.sync()
    assert len([path for path in (office.base / "data/inbox").rglob("*") if path.is_file()]) == 2 and kept(office) == {}
    assert office.sync().status == "succeeded"
    assert set(kept(office)) == {"monday.zip", "monday.zip!patients.csv", "monday.zip!b.txt"}
    assert set(office.patients()) == {"1", "2"}
    assert [path for path in Path(office.base / "data/inbox").rglob("*") if path.is_file()] == []
