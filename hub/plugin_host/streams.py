"""Do the streams that a connector declares make sense? Asked once when its plugin is loaded, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args, get_type_hints

from hub.contract import Connector, FileConnector, Stream
from hub.model import ENTITIES
from hub.plugin_host.closed_words import list_fault, names_fault

_DELETES: tuple[str, ...] = get_args(get_type_hints(Stream)["deletes"])
# What `mappings/` can hold: "folder/file", never a way out of it. Whether the file is there is told when it is needed.
_MAPPING_ID = re.compile(r"[\w-]+(/[\w-]+)*")


def stream_fault(connector: type[Connector]) -> str:
    """What is wrong with the first stream that cannot work, in one line; empty when all of them can."""
    fault = list_fault(connector.streams, "streams")
    if fault:
        return f"{connector.__name__}: {fault}"
    names: set[str] = set()
    for stream in connector.streams:
        if not isinstance(stream, Stream):
            return f"{connector.__name__}: streams holds one {type(stream).__name__} instead of a Stream"
        if stream.name in names:
            return f"{connector.__name__} has two streams named {stream.name}"
        names.add(stream.name)
        fault = _fault(stream, _only_reads_files(connector))
        if fault:
            return f"{connector.__name__}: stream {stream.name} {fault}"
    return ""


def _only_reads_files(connector: type[Connector]) -> bool:
    """Not one that may also be pulled: its streams can be told either way."""
    return issubclass(connector, FileConnector) and connector.reads_files is FileConnector.reads_files


def _fault(stream: Stream, of_files: bool) -> str:
    fault = next(filter(None, (names_fault(stream.entities, "entities"), names_fault(stream.also, "also"))), "")
    if not fault and not isinstance(stream.also, Sequence):
        fault = f"also is one {type(stream.also).__name__}, not a tuple; its order counts"
    if fault:
        return f"cannot be read: {fault}"
    if stream.deletes not in _DELETES:
        return f'says deletes="{stream.deletes}"; it is one of {", ".join(_DELETES)}'
    strange = [entity for entity in stream.entities if entity not in ENTITIES]
    if strange:
        return f"fills {strange[0]}, which the shared model does not have"
    wrong = [each for each in (stream.mapping, *stream.also) if each is not None and not _MAPPING_ID.fullmatch(each)]
    if wrong:
        return f'names a mapping "{wrong[0]}"; one is named like "dentrix/patients"'
    if fault := _parts_fault(stream):
        return fault
    if of_files and stream.also:
        return "has further mappings (also), but a file is read by one"
    if of_files and stream.deletes == "sweep":
        return 'sweeps (deletes="sweep"), but a file cannot list keys'
    return ""


def _parts_fault(stream: Stream) -> str:
    """`whole` and `parts` belong together, and are told by facts: their keys say what belongs to what."""
    fault = names_fault(stream.parts, "parts")
    if fault:
        return f"cannot be read: {fault}"
    if stream.whole is None:
        return "names parts and not what they are parts of (whole)" if stream.parts else ""
    named = (stream.whole, *stream.parts)
    strange = [entity for entity in named if entity not in stream.entities]
    if strange:
        return f"calls {strange[0]} whole or a part and does not fill it"
    if not stream.parts or len(set(named)) < len(named):
        return "says what is whole; its parts are other entities, each named once"
    return "has parts and a mapping; only facts have parts" if stream.mapping is not None else ""
