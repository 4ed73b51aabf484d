"""Which lists would have one file name: told from hub.toml alone, before anything is written.

A list's file is called after its practice and its `list_name` (hub.output.list_files). Two practices of one name that go
to one folder get their ids behind their names, on the lists too; a delivery that would put another list into the files of
an earlier one is marked, and refused where its plugin is known (hub.plugin_host.named).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from hub.config.schema import Config, DeliverySettings, PracticeSettings

# The same signs and the same 60 characters as hub.output.safe_text.file_stem, which this floor may not import; a test
# compares the two.
_DROPPED = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029]+')
_LONGEST_NAME = 60
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\Z")

_Place = tuple[str, str, str]  # delivery id, folder, beginning of the file names


def told_apart(config: Config) -> Config:
    """The same settings, with names and marks so that no list takes another one's file."""
    meeting: defaultdict[_Place, list[tuple[DeliverySettings, PracticeSettings]]] = defaultdict(list)
    for place, delivery, practice in _files(config):
        meeting[place].append((delivery, practice))
    alike: set[str] = set()
    first: dict[str, str] = {}
    for lists in meeting.values():
        ids = {practice.id for _delivery, practice in lists}
        alike |= ids if len(ids) > 1 else set()
        for delivery, practice in lists:
            earlier = next(each for each, owner in lists if owner.id == practice.id)
            if _items_of(earlier) != _items_of(delivery):
                first.setdefault(delivery.name, earlier.name)
    practices = tuple(_with_id(each) if each.id in alike else each for each in config.practice)
    deliveries = tuple(each.second_to(first[each.name]) if each.name in first else each for each in config.delivery)
    return config.model_copy(update={"practice": practices, "delivery": deliveries})


def file_word(text: str, otherwise: str = "practice") -> str:
    """What a file name makes of the text, without letter case: shares and Windows know none."""
    name = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", _DROPPED.sub("", text)))
    word = " ".join(name.split())[:_LONGEST_NAME].strip(" .~$") or otherwise
    first, dot, rest = word.casefold().partition(".")
    return f"{first}_{dot}{rest}" if _RESERVED.match(first.strip()) else f"{first}{dot}{rest}"


def _files(config: Config) -> Iterator[tuple[_Place, DeliverySettings, PracticeSettings]]:
    """Where each list goes. The hub's own folder has one below it per practice and delivery: nothing meets there."""
    for delivery in config.delivery:
        folder, name = delivery.settings.get("folder"), delivery.settings.get("list_name", "outstanding")
        if not (isinstance(folder, str) and folder and isinstance(name, str)):
            continue
        where = os.path.normcase(os.path.normpath(folder))
        for practice in config.practice:
            if delivery.practice in (None, practice.id):
                stem = f"{file_word(practice.name)} {file_word(name, 'outstanding')}"
                yield (delivery.delivery, where, stem), delivery, practice


def _items_of(delivery: DeliverySettings) -> tuple[frozenset[str], frozenset[str]]:
    """What its list holds. The same list at another time of day renews the same files, as it should."""
    return frozenset(kind.upper() for kind in delivery.kinds), frozenset(owner.upper() for owner in delivery.owners)


def _with_id(practice: PracticeSettings) -> PracticeSettings:
    return practice.model_copy(update={"name": f"{practice.name} ({practice.id})"})
