"""The mapping language as it is written in TOML: which keys exist and what they may hold. Nothing is read or run here.

One mapping file describes one stream: how the file looks, where its table starts, which label fills which column of one
entity, what makes a record's key, and what a file's absence of a row means. `docs/mapping.md` is the same by example.
Unknown keys are refused when a mapping is loaded (`hub.mapping.load`); what needs more than one key is in `check`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CellType = Literal["text", "id", "key", "money", "date", "moment", "bool", "integer", "cdt", "tokens"]
Unmapped = Literal["error", "quarantine", "pass", "null"]
Negative = Literal["minus", "trailing_minus", "parens", "cr"]
Scope = Literal["full", "location", "provider", "date_range", "filtered", "unknown"]


class Part(BaseModel):
    """A table of the mapping. Unknown keys and values of another type are errors, never guessed at."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileSpec(Part):
    """[file] How the bytes look. An xlsx workbook is recognised by content for `delimited` and `sheet` alike."""

    kind: Literal["delimited", "sheet", "report"] = "delimited"
    names: list[str] = []
    encodings: list[str] = ["utf-8", "utf-16", "cp1252"]
    delimiters: list[str] = [",", "\t", ";", "|"]
    quote: str = '"'
    line_prefix: str = ""
    sheet: str = ""


class TableSpec(Part):
    """[table] Where the table starts and ends. Positions and counts are in lines of the file."""

    header: bool = True
    width: int | None = Field(default=None, ge=1)
    skip_first: int = Field(default=0, ge=0)
    skip_last: int = Field(default=0, ge=0)
    stop_regex: str = ""
    ragged: Literal["bad", "pad"] = "bad"


class SkipSpec(Part):
    """[[skip]] Lines that are no records; counted by `name`. Blank lines and repeated headers are skipped anyway."""

    name: str
    regex: str


class ContinuationSpec(Part):
    """[[report.continuation]] A further line of a record; `append` joins a repeated capture with a space."""

    regex: str
    append: bool = False


class GroupSpec(Part):
    """[[report.group]] A line whose captures hold for every record below it, until the next such line."""

    regex: str


class ReportSpec(Part):
    """[report] A printed report read line by line; named captures `(?P<name>...)` are its labels."""

    start_regex: str
    group: list[GroupSpec] = []
    continuation: list[ContinuationSpec] = []
    unread: Literal["bad", "count"] = "bad"


class TextStyle(Part):
    """[text] Cells that mean "nothing" in every column of the file, compared without case."""

    nulls: list[str] = []


class DateStyle(Part):
    """[dates] Formats are tried in order (strptime); `%y` needs `pivot_year`: yy < pivot is 20yy, else 19yy."""

    formats: list[str] = ["%m/%d/%Y", "%Y-%m-%d"]
    time_formats: list[str] = ["%I:%M %p", "%I:%M%p", "%H:%M", "%H:%M:%S"]
    pivot_year: int | None = Field(default=None, ge=0, le=99)
    nulls: list[str] = []
    years: list[int] = Field(default=[1900, 2100], min_length=2, max_length=2)
    excel_serial: bool = False


class MoneyStyle(Part):
    """[money] What an amount may look like. Anything else is a bad row; nothing is guessed and no float is used."""

    symbols: list[str] = ["$"]
    thousands: str = ","
    decimal: Literal[".", ","] = "."
    negative: list[Negative] = ["minus", "parens"]
    scale: Literal["dollars", "cents"] = "dollars"
    flip_sign: bool = False
    nulls: list[str] = []


class MatchSpec(Part):
    """One entry of `match`: tried in order after `map`, without case. Exactly one of contains, regex."""

    contains: str = ""
    regex: str = ""
    value: str | int | bool


class MomentParts(Part):
    """`moment_of`: columns that make one moment: a date with a time, or with hour and minute."""

    date: str
    time: str = ""
    hour: str = ""
    minute: str = ""


class ColumnSpec(Part):
    """[columns.NAME] One column of the entity, or `_name`: a value used by other parts of the mapping, not stored.

    Exactly one source: labels, position (from 1), value, first_of, first_nonzero_of, join_of, present_of, moment_of.
    `type` follows from the entity's column when it is not written.
    """

    labels: list[str] = []
    position: int | None = Field(default=None, ge=1)
    value: str | int | bool | None = None
    first_of: list[str] = []
    first_nonzero_of: list[str] = []
    join_of: list[str] = []
    present_of: str = ""
    moment_of: MomentParts | None = None

    type: CellType | None = None
    required: bool = False
    not_blank: bool = False
    nulls: list[str] = []
    extract: str = ""

    upper: bool = False
    digits: bool = False
    width: int | None = Field(default=None, ge=1, le=40)
    keep_last: int | None = Field(default=None, ge=1, le=40)

    formats: list[str] | None = None
    time_formats: list[str] | None = None
    pivot_year: int | None = Field(default=None, ge=0, le=99)
    years: list[int] | None = Field(default=None, min_length=2, max_length=2)
    excel_serial: bool | None = None
    zone: str = ""

    symbols: list[str] | None = None
    thousands: str | None = None
    decimal: Literal[".", ","] | None = None
    negative: list[Negative] | None = None
    scale: Literal["dollars", "cents"] | None = None
    flip_sign: bool | None = None
    markers: dict[str, str] = {}

    map: dict[str, str | int | bool] = {}
    match: list[MatchSpec] = []
    unmapped: Unmapped = "quarantine"
    default: str | int | bool | None = None

    true: list[str] = ["y", "yes", "true", "t", "1", "x"]
    false: list[str] = ["n", "no", "false", "f", "0"]
    present: bool = False
    blank_is: bool | None = None

    separators: str = ";,"
    item: str = r"^(?P<code>\S+?)(?:\s*#\s*(?P<tooth>\w+))?$"
    teeth_of: list[str] = []
    clean: Literal["cdt", "upper", "none"] = "cdt"
    fraction: Literal["zero", "any"] = "zero"


class NameSpec(Part):
    """[[names]] One printed name split over several columns; `column` is where the whole name was read."""

    column: str
    format: Literal["last_first", "first_last"] = "last_first"
    last: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    preferred: str = ""
    suffixes: list[str] = ["Jr", "Sr", "II", "III", "IV"]


class WhereSpec(Part):
    """[[where]] Only rows for which every rule holds are read; the others are counted under the rule's name.

    Exactly one of equals, not_equals (text without case), blank, regex.
    """

    name: str
    column: str
    equals: list[str] = []
    not_equals: list[str] = []
    blank: bool | None = None
    regex: str = ""


class KeySpec(Part):
    """[key] What makes a record itself: columns, trimmed and upper-cased, dates ISO, money cents, joined with `|`."""

    columns: list[str] = Field(min_length=1)
    prefix: str = ""
    quality: Literal["strong", "weak"] = "strong"
    occurrence: bool = False


class AsOfSpec(Part):
    """[batch.as_of] When the file's content was true; `file_time` is its time of modification."""

    source: Literal["file_time", "file_name", "text_above"] = Field(default="file_time", alias="from")
    regex: str = ""
    format: str = ""


class ControlSpec(Part):
    """[[batch.control]] A figure printed in the file that must agree with what was read: first capture of `regex`."""

    name: str
    regex: str
    compare: Literal["row_count", "sum"]
    column: str = ""
    required: bool = False


class BatchSpec(Part):
    """[batch] What a file covers, so that a row's absence is read rightly. Shares are 0 to 1.

    Only `full` lets an absent row count as gone, and only while no more than max_missing of the rows (or min_missing
    rows, whichever is more) vanish at once. More than max_bad_share unreadable rows refuse the file.
    """

    scope: Scope = "unknown"
    as_of: AsOfSpec = AsOfSpec()
    control: list[ControlSpec] = []
    max_missing: float = Field(default=0.2, ge=0, le=1, strict=False)
    min_missing: int = Field(default=5, ge=0)
    max_bad_share: float = Field(default=0.05, ge=0, le=1, strict=False)


class MappingSpec(Part):
    """A whole mapping after its layers were merged."""

    version: int = Field(ge=1)
    entity: str
    title: str = ""
    evidence: Literal["verified", "reported", "starter"] = "starter"
    notes: list[str] = []
    file: FileSpec = FileSpec()
    table: TableSpec = TableSpec()
    report: ReportSpec | None = None
    skip: list[SkipSpec] = []
    text: TextStyle = TextStyle()
    dates: DateStyle = DateStyle()
    money: MoneyStyle = MoneyStyle()
    columns: dict[str, ColumnSpec] = Field(min_length=1)
    names: list[NameSpec] = []
    where: list[WhereSpec] = []
    key: KeySpec
    batch: BatchSpec = BatchSpec()
    never_import: list[str] = []
