"""The lines of the generated function: one value after the other, each only when something needs it.

Variables are `v0`, `v1` ... for values and `c0`, `c1` ... for cells; objects go in as `k0`, `k1` ... Nothing that a
mapping says ever becomes text of the function, except through `repr`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub.mapping.amounts import AmountCells, style_of
from hub.mapping.cells import (
    CellError,
    Cells,
    Reader,
    bool_reader,
    integer_reader,
    null_words,
    prepared,
    refuse_scientific,
    text_reader,
)
from hub.mapping.codes import cdt_reader, token, token_list, tokens_reader
from hub.mapping.columns import NAME_PARTS, cell_type, inputs_of, stored_columns
from hub.mapping.header import Layout, filler_of
from hub.mapping.layers import Mapping
from hub.mapping.people import name_reader
from hub.mapping.spec import ColumnSpec, WhereSpec
from hub.mapping.when import DateRules, Days, date_reader, day_and_time_formats, moment_reader, rules_of, usual_days
from hub.mapping.whole_columns import (
    ColumnReader,
    amounts_column,
    capitals_column,
    days_column,
    looked_up_column,
    refuse_blank_column,
    refuse_scientific_column,
    trimmed_column,
    upper_column,
)
from hub.mapping.words import WordMap, has_map, word_rules


class ValueBuilder:
    """Collects the lines, the cells they use, and the objects they refer to."""

    def __init__(self, mapping: Mapping, layout: Layout, header: Sequence[str], zone: str) -> None:
        self.mapping, self.spec, self.layout, self.header, self.zone = mapping, mapping.spec, layout, header, zone
        self.lines: list[str] = []
        # Lines that a whole column can answer at once, and those answers: name, statement over `cells` of all columns.
        self.whole: set[int] = set()
        self.columns_first: list[tuple[str, str]] = []
        self.used: set[int] = set()
        self.constants: dict[str, object] = {
            "CellError": CellError,
            "refuse_scientific": refuse_scientific,
            "refuse_scientific_column": refuse_scientific_column,
            "refuse_blank_column": refuse_blank_column,
            "capitals_column": capitals_column,
        }
        self.maps: dict[str, WordMap] = {}
        self._variables: dict[str, str] = {}
        self._trims: dict[str, str] = {}
        self._checked: set[str] = set()
        self._days: dict[DateRules, str] = {}
        self._key = ""

    def stored(self) -> list[str]:
        """Columns of the entity that this file can fill, in the order of the mapping."""
        return [name for name, _ in stored_columns(self.spec) if self.is_there(name)]

    def columns(self) -> tuple[str, ...]:
        quality = ("key_quality",) if self.spec.key.quality == "weak" else ()
        return ("source_key", *quality, *self.stored())

    def outputs(self) -> list[str]:
        quality = [repr("weak")] if self.spec.key.quality == "weak" else []
        return [self._key, *quality, *(self.value(name) for name in self.stored())]

    def is_there(self, name: str) -> bool:
        column = self.spec.columns.get(name)
        if column is None:
            filler = filler_of(self.spec, name)
            return filler is not None and self.is_there(filler)
        if column.value is not None:
            return True
        if column.labels or column.position:
            return name in self.layout.positions
        if parts := column.moment_of:
            return all(self.is_there(other) for other in (parts.date, parts.time or parts.hour) if other)
        return any(self.is_there(other) for other in inputs_of(column))

    def value(self, name: str) -> str:
        """The variable that holds a column's value; its lines are added the first time."""
        if name not in self._variables:
            column = self.spec.columns.get(name)
            if column is None:
                self.value(filler_of(self.spec, name) or "")
                self._add_fillers()
            else:
                self._variables[name] = self._column(name, column)
        return self._variables[name]

    def add_where(self, rule: WhereSpec) -> None:
        """Rows that a rule leaves out go before anything else in them is looked at."""
        value = self.value(rule.column)
        text = f'("" if {value} is None else f"{{{value}}}".strip().casefold())'
        if rule.blank is not None:
            test = f"{value} is {'not ' if rule.blank else ''}None"
        elif rule.regex:
            search = self._constant(re.compile(rule.regex, re.IGNORECASE).search)
            test = f"not {search}({text}[:1000])"
        else:
            words = self._constant(frozenset(word.strip().casefold() for word in rule.equals or rule.not_equals))
            test = f"{text} {'not in' if rule.equals else 'in'} {words}"
        self.lines += [f"if {test}:", f"  left.append((index, {rule.name!r}))", "  continue"]

    def add_key(self) -> None:
        key = self.spec.key
        parts = [self._key_part(name, len(key.columns) > 1) for name in key.columns]
        self._key = "key"
        if len(parts) == 1 and not key.prefix:
            self._key_of_one_column(parts[0], key.occurrence)
        else:
            body = "|".join(f"{{{part}}}" for part in parts)
            self.constants["prefix"] = key.prefix
            self.lines.append(f'key = f"{{prefix}}{body}"')
        if key.occurrence:
            self.constants["seen"] = {}
            self.lines += [
                "times = seen.get(key, 0) + 1",
                "seen[key] = times",
                "if times > 1:",
                '  key = f"{key}~{times}"',
            ]

    def _key_of_one_column(self, part: str, occurrence: bool) -> None:
        """`v3` or `v3.upper()`: a whole column of keys where nothing counts them."""
        value = part.removesuffix(".upper()")
        if self._is_whole(value) and not occurrence:
            self.whole.add(len(self.lines))
            self.columns_first.append(("key", f"{value}s" if value == part else f"capitals_column({value}s)"))
        self.lines.append(f"key = {part}")

    def _is_whole(self, variable: str) -> bool:
        return any(variable == known for known, _ in self.columns_first)

    def _refuse_blank(self, reason: str, variable: str, why: str) -> None:
        error = self._constant(why)
        if self._is_whole(variable):
            self.whole |= {len(self.lines), len(self.lines) + 1}
            self.columns_first.append(("", f"refuse_blank_column({reason!r}, {error}, {variable}s)"))
        self.lines += [f"if {variable} is None:", f"  raise CellError({reason!r}, {error})"]

    def _key_part(self, name: str, several: bool) -> str:
        value = self.value(name)
        self._refuse_blank("key", value, f"{self._where(name)} is blank and is part of the key")
        kind = cell_type(self.spec, name) if name in self.spec.columns else "text"
        if kind in ("money", "integer", "bool"):
            return f"str({value})"
        if kind in ("date", "moment"):
            return value
        if kind == "text":
            self._refuse_scientific(name, value)
        upper = value if kind == "key" else f"{value}.upper()"
        return f"{upper}.replace('|', '/')" if several else upper

    def _where(self, name: str) -> str:
        return f'column "{self._label(name)}"'

    def _label(self, name: str) -> str:
        position = self.layout.positions.get(name)
        if position is None:
            return name
        return self.header[position].strip() or f"number {position + 1}"

    def _constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _new(self, expression: str) -> str:
        variable = f"v{len(self.lines)}"
        self.lines.append(f"{variable} = {expression}")
        return variable

    def _new_by_column(self, expression: str, read: ColumnReader, cell: str) -> str:
        """A value that a whole column can be asked for: `read` gives the same as the expression does row by row."""
        self.whole.add(len(self.lines))
        variable = self._new(expression)
        self.columns_first.append((variable, f"{self._constant(read)}(cells[{cell[1:]}])"))
        return variable

    def _column(self, name: str, column: ColumnSpec) -> str:
        if column.value is not None:
            return repr(column.value)
        if column.labels or column.position:
            variable = self._cell(name, column)
        else:
            variable = self._derived(name, column)
        if column.not_blank:
            self._refuse_blank("type", variable, f"{self._where(name)} is blank")
        return variable

    def _cell(self, name: str, column: ColumnSpec) -> str:
        position = self.layout.positions[name]
        self.used.add(position)
        cell, kind = f"c{position}", cell_type(self.spec, name)
        nulls = null_words(self.spec.text.nulls, column.nulls)
        if has_map(column, name, self.spec.entity):
            words = WordMap(word_rules(column, name, self.spec.entity, self._label(name), nulls, self.mapping.id))
            self.maps[name] = words
            if self.spec.where or len(self.whole) < len(self.lines):  # a row set aside before is not asked for its word
                return self._new(f"{self._constant(words)}[{cell}]")
            return self._looked_up(words, cell)
        if kind == "bool" and column.present:
            return self._new(f"bool({cell} and {cell}.strip())" if not nulls else self._present(cell, nulls))
        if kind in ("text", "id", "key") and not self._is_special(column, nulls):
            variable = self._trimmed(cell, kind == "key")
            if kind in ("id", "key"):
                self._refuse_scientific(name, variable)
            return variable
        if kind == "money":
            extract = re.compile(column.extract) if column.extract else None
            amounts = AmountCells(self._label(name), style_of(self.spec, name), extract)
            return self._amount(cell, amounts)
        cells = Cells(self._reader(name, column, kind, nulls))
        if kind == "date" and not column.extract:
            return self._day(cell, cells, rules_of(self.spec, column))
        return self._looked_up(cells, cell)

    def _looked_up(self, known: dict[str | None, object], cell: str) -> str:
        return self._new_by_column(f"{self._constant(known)}[{cell}]", looked_up_column(known), cell)

    def _day(self, cell: str, cells: Cells, rules: DateRules) -> str:
        """A day in the usual form is one look-up, shared by all columns with the same rules: few days are new."""
        if rules not in self._days:
            self._days[rules] = self._constant(Days(usual_days(rules)))
        days = self.constants[self._days[rules]]
        assert isinstance(days, Days)
        expression = f"{self._days[rules]}[{cell}] or {self._constant(cells)}[{cell}]"
        return self._new_by_column(expression, days_column(days, cells), cell)

    def _amount(self, cell: str, amounts: AmountCells) -> str:
        """`1234.56` and `1,234.56` are read here and now, anything else by its reader."""
        others = self._constant(amounts)
        if not amounts.plain or amounts.sign < 0:
            return self._looked_up(amounts, cell)
        first = len(self.lines)
        variable = self._new_by_column(f"{cell}[:-3] + {cell}[-2:]", amounts_column(amounts), cell)
        number = f"{variable}.isdigit() and {variable}.isascii()"
        self.lines += [
            f'if {cell}[-3:-2] != ".":',
            f"  {variable} = {others}[{cell}]",
            f"elif {number} and 2 < len({variable}) < 18:",
            f"  {variable} = int({variable})",
        ]
        if amounts.grouped:
            self.lines += [
                f'elif {cell}[-7:-6] == ",":',
                f"  {variable} = {cell}[:-7] + {cell}[-6:-3] + {cell}[-2:]",
                f"  {variable} = int({variable}) if {number} and 5 < len({variable}) < 9 else {others}[{cell}]",
            ]
        self.lines += ["else:", f"  {variable} = {others}[{cell}]"]
        self.whole |= set(range(first, len(self.lines)))
        return variable

    def _trimmed(self, cell: str, upper: bool) -> str:
        """Trimmed text, once for all columns that read the same cell."""
        expression = f"({cell}.strip(){'.upper()' if upper else ''} or None) if {cell} else None"
        if expression not in self._trims:
            read = upper_column if upper else trimmed_column
            self._trims[expression] = self._new_by_column(expression, read, cell)
        return self._trims[expression]

    def _present(self, cell: str, nulls: frozenset[str]) -> str:
        return f"bool({cell}) and {cell}.strip().casefold() not in {self._constant(nulls | {''})}"

    @staticmethod
    def _is_special(column: ColumnSpec, nulls: frozenset[str]) -> bool:
        return bool(nulls or column.extract or column.upper or column.digits or column.width or column.keep_last)

    def _refuse_scientific(self, name: str, variable: str) -> None:
        if variable in self._checked:
            return
        self._checked.add(variable)
        label = self._constant(self._label(name))
        if self._is_whole(variable):
            self.whole |= {len(self.lines), len(self.lines) + 1}
            self.columns_first.append(("", f"refuse_scientific_column({label}, {variable}s)"))
        self.lines += [
            f"if {variable} is not None and not {variable}.isalnum():",
            f"  refuse_scientific({label}, {variable})",
        ]

    def _reader(self, name: str, column: ColumnSpec, kind: str, nulls: frozenset[str]) -> Reader:
        label = self._label(name)
        extract = re.compile(column.extract) if column.extract else None
        if kind in ("date", "moment"):
            rules = rules_of(self.spec, column)
            zone = column.zone or self.zone
            read = date_reader(label, rules) if kind == "date" else moment_reader(label, rules, zone)
            return _extracted(read, extract)
        if kind == "bool":
            inner = prepared(bool_reader(label, column.true, column.false), nulls, extract)
            blank = column.blank_is
            return inner if blank is None else lambda text: blank if (found := inner(text)) is None else found
        if kind == "integer":
            return prepared(integer_reader(label), nulls, extract)
        if kind == "cdt":
            return prepared(cdt_reader(column.fraction == "any"), nulls, extract)
        if kind == "tokens":
            return prepared(tokens_reader(column.separators, re.compile(column.item), column.clean), nulls, extract)
        read_text = text_reader(
            label, ident=kind in ("id", "key"), upper=column.upper or kind == "key", digits=column.digits,
            width=column.width, keep_last=column.keep_last,
        )  # fmt: skip
        return prepared(read_text, nulls, extract)

    def _derived(self, name: str, column: ColumnSpec) -> str:
        kind = cell_type(self.spec, name)
        if column.moment_of:
            return self._moment(name, column)
        if column.present_of:
            return self._new(f"{self.value(column.present_of)} is not None")
        there = [
            self.value(other) for other in inputs_of(column) if self.is_there(other) and other not in column.teeth_of
        ]
        if column.first_nonzero_of:
            known = f"next((v for v in ({''.join(f'{v}, ' for v in there)}) if v is not None), None)"
            return self._new(" or ".join([*there, known]))
        if column.first_of:
            chain = there[-1]
            for value in reversed(there[:-1]):
                chain = f"{value} if {value} is not None else {chain}"
            return self._new(chain)
        if kind == "tokens":
            return self._tokens(column)
        return self._new(f'" ".join(v for v in ({", ".join(there)},) if v) or None')

    def _tokens(self, column: ColumnSpec) -> str:
        pairs = []
        for position, code in enumerate(column.join_of):
            tooth = column.teeth_of[position] if position < len(column.teeth_of) else ""
            if self.is_there(code):
                pairs.append((self.value(code), self.value(tooth) if tooth and self.is_there(tooth) else "None"))
        join, make = self._constant(token_list), self._constant(token)
        items = ", ".join(
            f"({make}({code}, {tooth} or '', {column.clean!r}) if {code} else '')" for code, tooth in pairs
        )
        return self._new(f"{join}(({items},))")

    def _moment(self, name: str, column: ColumnSpec) -> str:
        parts = column.moment_of
        assert parts is not None
        rules = rules_of(self.spec, column)
        day = self.value(parts.date)
        if parts.time:
            time, formats = f"{{{self.value(parts.time)}}}", day_and_time_formats(rules)
            known = f"{day} is None or {self.value(parts.time)} is None"
        elif parts.hour:
            hour = self.value(parts.hour)
            minute = self.value(parts.minute) if parts.minute and self.is_there(parts.minute) else "0"
            time, formats = f"{{{hour}}}:{{str({minute} or 0).zfill(2)}}", ("%Y-%m-%d %H:%M",)
            known = f"{day} is None or {hour} is None"
        else:
            time, formats, known = "00:00", ("%Y-%m-%d %H:%M",), f"{day} is None"
        read = self._constant(Cells(moment_reader(self._label(parts.date), rules, column.zone or self.zone, formats)))
        return self._new(f'None if {known} else {read}[f"{{{day}}} {time}"]')

    def _add_fillers(self) -> None:
        """Name parts and markers: several columns out of one cell, once their cell is read."""
        for split in self.spec.names:
            targets = [getattr(split, part) for part in NAME_PARTS]
            if self.is_there(split.column) and not any(target in self._variables for target in targets if target):
                whole = self.value(split.column)
                read = self._constant(Cells(name_reader(split.format, split.suffixes)))
                names = [f"n{len(self.lines)}_{part}" for part in NAME_PARTS]
                self.lines.append(f"{', '.join(names)} = {read}[{whole}]")
                self._variables.update({target: var for target, var in zip(targets, names, strict=True) if target})
        for name, column in self.spec.columns.items():
            for sign, target in column.markers.items():
                if name in self.layout.positions and target not in self._variables:
                    cell = f"c{self.layout.positions[name]}"
                    self.used.add(self.layout.positions[name])
                    self._variables[target] = self._new(f"{cell} is not None and {sign!r} in {cell}")


def _extracted(read: Reader, extract: re.Pattern[str] | None) -> Reader:
    if extract is None:
        return read

    def reader(text: str | None) -> object:
        found = extract.search((text or "").strip()[:1000])
        return read(found[1] if found else None)

    return reader
