"""What a raw record's fingerprint is salted with: everything besides its bytes that decides which facts they become.

The same bytes under a corrected header, with a column in another place, in another encoding or in another time zone are
another record: they are mapped again and compared by their key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b

from hub.mapping import Mapping
from hub.mapping.header import layout_of
from hub.readers.opening import RecordReader


def read_mark(mapping: Mapping, zone: str) -> str:
    """What the state of a stream says its rows were read with: the mapping and the practice's time zone, as hex."""
    return _digest(mapping, zone).hex()


def salt_of_file(mapping: Mapping, reader: RecordReader, zone: str) -> bytes:
    """For the lines of a file (16 bytes): the mark, and where the file's columns are. Labels nobody reads do not matter."""
    places = sorted(layout_of(mapping.spec, reader.header).positions.items())
    return _digest(mapping, zone, places, len(reader.header), reader.never, reader.encoding, reader.delimiter)


def salt_of_columns(mapping: Mapping, columns: Sequence[str], zone: str) -> bytes:
    """For records of a source that is asked, whose cells are taken in the order of their columns' names."""
    return _digest(mapping, zone, sorted(columns))


def _digest(mapping: Mapping, *more: object) -> bytes:
    text = json.dumps([mapping.fingerprint.hex(), *more])
    return blake2b(text.encode(), digest_size=16).digest()
