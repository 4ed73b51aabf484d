"""Control figures printed in a file: how many rows, what they add up to. The file must agree with itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.mapping.amounts import amount_parser, style_of
from hub.mapping.header import layout_of
from hub.mapping.layers import Mapping
from hub.mapping.spec import ControlSpec
from hub.money import plain
from hub.readers.skips import LineRule, line_rule


@dataclass
class Control:
    """One declared figure and what was counted against it; sums are in cents."""

    spec: ControlSpec
    rule: LineRule
    position: int | None
    printed: int | None = None
    unreadable: bool = False
    counted: int = 0


@dataclass
class Controls:
    """All control figures of one file."""

    mapping: Mapping
    encoding: str
    controls: list[Control] = field(default_factory=list)

    @classmethod
    def of(cls, mapping: Mapping, header: Sequence[str], encoding: str) -> Controls:
        positions = layout_of(mapping.spec, header).positions
        made = [
            Control(spec, line_rule(spec.name, spec.regex, encoding), positions.get(spec.column))
            for spec in mapping.batch.control
        ]
        return cls(mapping, encoding, made)

    @property
    def sums(self) -> bool:
        return any(control.position is not None for control in self.controls)

    def active(self, block: bytes) -> bool:
        return any(control.rule.may_match(block) for control in self.controls)

    def look(self, line: bytes) -> bool:
        """Take the figure from a line that prints one (True); the last one in the file counts."""
        seen = False
        for control in self.controls:
            found = control.rule.search(line)
            if found is not None:
                text = (found[1] if found.re.groups else found[0]).decode(self.encoding, "replace").strip()
                control.printed = self._figure(control, text)
                control.unreadable = control.printed is None
                seen = True
        return seen

    def count(self, rows: Sequence[Sequence[str]]) -> None:
        """Add up the amounts of a page; what is unreadable there is set aside by the mapping and missing here."""
        for control in self.controls:
            if control.position is not None:
                parse = amount_parser(style_of(self.mapping.spec, control.spec.column))
                for row in rows:
                    if control.position < len(row):
                        control.counted += parse(row[control.position].strip()) or 0

    def problems(self, record_count: int) -> list[str]:
        return [text for control in self.controls if (text := self._problem(control, record_count))]

    def _problem(self, control: Control, record_count: int) -> str:
        name = control.spec.name
        if control.unreadable:
            return f'control figure "{name}" cannot be read'
        if control.printed is None:
            return f'control figure "{name}" was not found; the file may be cut short' if control.spec.required else ""
        if control.spec.compare == "sum":
            if control.position is None:
                return f'control figure "{name}": the file has no column for {control.spec.column}'
            if control.counted == control.printed:
                return ""
            printed, counted = plain(control.printed), plain(control.counted)
            return f'control figure "{name}": the file says {printed}, its rows add up to {counted}'
        if record_count == control.printed:
            return ""
        return f'control figure "{name}": the file says {control.printed} rows, {record_count} were found'

    def _figure(self, control: Control, text: str) -> int | None:
        if control.spec.compare == "sum":
            return amount_parser(style_of(self.mapping.spec, control.spec.column))(text)
        digits = text.replace(self.mapping.spec.money.thousands or ",", "")
        return int(digits) if digits.isascii() and digits.isdigit() else None
