"""The key of a row alone, for rows of which another cell cannot be read: what is set aside is found again by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.mapping.cells import CellError
from hub.mapping.header import checked_layout
from hub.mapping.layers import Mapping
from hub.mapping.values import ValueBuilder

KeyReader = Callable[[Sequence[str | None]], str | None]


def compile_key(mapping: Mapping, header: Sequence[str], zone: str) -> KeyReader:
    """Gives the key of a row's cells, None where it cannot be read, or depends on the rows before it.

    Raises SourceChanged HUB-C12 when a needed column is missing, HUB-C17 when a label is ambiguous.
    """
    build = ValueBuilder(mapping, checked_layout(mapping, header), header, zone)
    build.add_key()
    if mapping.needs_context:
        return lambda row: None
    cells = "".join(f"c{n}, " if n in build.used else "_, " for n in range(len(header)))
    lines = [
        "def key_of(row):",
        f"  if len(row) != {len(header)}:",
        "    return None",
        "  try:",
        f"    {cells}= row",
        *(f"    {line}" for line in build.lines),
        "    return key",
        "  except CellError:",
        "    return None",
    ]
    scope: dict[str, object] = {**build.constants, "CellError": CellError}
    exec(compile("\n".join(lines), f"<key of {mapping.id}>", "exec"), scope)
    return scope["key_of"]  # type: ignore[return-value]
