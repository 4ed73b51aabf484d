"""Layers, refusals and fingerprints of mapping files."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import SettingsError, SourceChanged
from hub.mapping import Mapping, compile_mapping, load_mapping, mapping_ids

BASE = """
version = 2
entity = "appointment"
title = "Sample"
[columns._id]
labels = ["ID"]
[columns.status]
labels = ["Status"]
map = { "Broken" = "BROKEN" }
[columns.reason]
labels = ["Reason"]
[key]
columns = ["_id"]
"""


def write(folder: Path, mapping_id: str, text: str) -> Path:
    path = folder / f"{mapping_id}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_mapping_is_found_by_its_id(tmp_path: Path) -> None:
    folder = write(tmp_path, "dentrix/unscheduled", BASE)
    mapping = load_mapping("dentrix/unscheduled", [folder])
    assert (mapping.id, mapping.version, mapping.entity) == ("dentrix/unscheduled", 2, "appointment")
    assert mapping.labels == ("ID", "Status", "Reason")
    assert not mapping.needs_context
    assert len(mapping.fingerprint) == 16
    assert mapping_ids([folder]) == ["dentrix/unscheduled"]


def test_an_office_layer_joins_tables_and_replaces_lists(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", "dentrix/unscheduled", BASE)
    office = write(
        tmp_path / "office",
        "dentrix/unscheduled",
        '[columns]\nreason = false\n[columns.status]\nlabels = ["State"]\n'
        '[columns.status.map]\n"W/Call" = "UNSCHEDULED_LIST"\n',
    )
    merged = load_mapping("dentrix/unscheduled", [shipped, office]).spec
    assert merged.columns["status"].map == {"Broken": "BROKEN", "W/Call": "UNSCHEDULED_LIST"}
    assert merged.columns["status"].labels == ["State"]
    assert "reason" not in merged.columns


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ('labels = ["Reason"]', "position = 3"),
        ("position = 3", 'labels = ["Reason"]'),
        ('labels = ["Reason"]', 'value = "none"'),
        ('labels = ["Reason"]', 'first_of = ["_other"]'),
    ],
)
def test_another_source_of_a_column_takes_the_place_of_the_one_below(tmp_path: Path, below: str, above: str) -> None:
    text = BASE.replace('labels = ["Reason"]', f'{below}\nnulls = ["NONE"]') + '[columns._other]\nlabels = ["Other"]\n'
    shipped = write(tmp_path / "shipped", "dentrix/unscheduled", text)
    office = write(tmp_path / "office", "dentrix/unscheduled", f"[columns.reason]\n{above}\n")
    for mapping in (
        load_mapping("dentrix/unscheduled", [shipped, office]),
        load_mapping("dentrix/unscheduled", [shipped], tomllib.loads(f"[columns.reason]\n{above}\n")),
    ):
        reason = mapping.spec.columns["reason"]
        assert {*reason.model_fields_set} == {above.split(" ")[0], "nulls"}, "what is said of the cell stays"


def test_a_label_that_stands_there_twice_is_told_apart_by_its_place() -> None:
    """What HUB-C17 advises, with a shipped mapping."""
    header = ["Patient ID", "Last Name", "First Name", "Phone", "Phone"]
    folders = [Path(__file__).resolve().parents[2] / "mappings"]
    with pytest.raises(SourceChanged, match="HUB-C17"):
        compile_mapping(load_mapping("dentrix/patients", folders), header, "UTC")
    named = load_mapping("dentrix/patients", folders, {"columns": {"_home_phone": {"position": 5}}})
    mapper = compile_mapping(named, header, "UTC")
    page = mapper.map_rows([["7", "Lopez", "Ana", "555-0100", "555-0199"]], [2])
    assert dict(zip(mapper.columns, page.facts[0], strict=True))["phone"] == "555-0199"


def test_two_sources_in_one_layer_are_still_refused(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", "dentrix/unscheduled", BASE)
    office = write(tmp_path / "office", "dentrix/unscheduled", '[columns.reason]\nposition = 3\nlabels = ["R"]\n')
    with pytest.raises(SettingsError, match="needs exactly one of labels, position") as error:
        load_mapping("dentrix/unscheduled", [shipped, office])
    assert error.value.code == "HUB-S33"


def test_extends_reads_the_other_mapping_first(tmp_path: Path) -> None:
    folder = write(tmp_path, "dentrix/unscheduled", BASE)
    write(
        folder,
        "dentrix/unscheduled_g7",
        'extends = "dentrix/unscheduled"\nversion = 5\n[columns.minutes]\nlabels = ["Length"]\n',
    )
    mapping = load_mapping("dentrix/unscheduled_g7", [folder])
    assert mapping.version == 5
    assert set(mapping.spec.columns) == {"_id", "status", "reason", "minutes"}


def test_a_circle_of_extends_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, "x/a", 'extends = "x/b"\n')
    write(folder, "x/b", 'extends = "x/a"\n')
    with pytest.raises(SettingsError, match=r"HUB-S36 x/a: extends itself \(x/a -> x/b -> x/a\)"):
        load_mapping("x/a", [folder])


def test_a_mapping_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    folder = write(tmp_path, "dentrix/unscheduled", BASE)
    with pytest.raises(SettingsError, match=r'HUB-S35 .*did you mean "dentrix/unscheduled"'):
        load_mapping("dentrix/unschedule", [folder])


def test_overrides_are_the_last_layer(tmp_path: Path) -> None:
    folder = write(tmp_path, "dentrix/unscheduled", BASE)
    mapping = load_mapping("dentrix/unscheduled", [folder], {"batch": {"scope": "full"}})
    assert mapping.batch.scope == "full"


def test_the_fingerprint_changes_with_the_content_and_only_with_it(tmp_path: Path) -> None:
    folder = write(tmp_path, "dentrix/unscheduled", BASE)
    first = load_mapping("dentrix/unscheduled", [folder]).fingerprint
    write(folder, "dentrix/unscheduled", "# a comment\n" + BASE)
    assert load_mapping("dentrix/unscheduled", [folder]).fingerprint == first
    write(folder, "dentrix/unscheduled", BASE.replace('"Reason"', '"Why"'))
    assert load_mapping("dentrix/unscheduled", [folder]).fingerprint != first


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    folder = write(tmp_path, "x/a", "version = \n")
    with pytest.raises(SettingsError, match=r"HUB-S30 x/a\.toml: cannot be read as TOML"):
        load_mapping("x/a", [folder])


REFUSED = [
    (
        "an unknown key names the nearest",
        'lables = ["X"]',
        "HUB-S31",
        'unknown key "columns.reason.lables", did you mean "labels"',
    ),
    ("a value of another type", 'required = "yes"', "HUB-S32", '"columns.reason.required"'),
    ("two sources", 'labels = ["X"]\nposition = 3', "HUB-S33", "exactly one of"),
    ("no source", "required = true", "HUB-S33", "exactly one of"),
    ("a type the model does not hold", 'labels = ["X"]\ntype = "money"', "HUB-S33", "type money does not fit"),
    ("a catastrophic expression", "labels = [\"X\"]\nextract = '(a+)+'", "HUB-S34", "repeats inside a repetition"),
    ("an expression that is none", "labels = [\"X\"]\nextract = '(a'", "HUB-S34", "is not valid"),
    ("a year of two digits without pivot", 'labels = ["X"]\nformats = ["%m/%d/%y"]', "HUB-S33", "declare pivot_year"),
    ("a directive nobody knows", 'labels = ["X"]\nformats = ["%Q"]', "HUB-S33", "%Q is not understood"),
    (
        "a reference to nothing",
        'first_of = ["_idd"]',
        "HUB-S33",
        'there is no column "_idd" in this mapping, did you mean "_id"',
    ),
]


@pytest.mark.parametrize(("text", "code", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_wrong_column_is_refused(make: Callable[[str], Mapping], text: str, code: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        make(BASE.replace('[columns.reason]\nlabels = ["Reason"]', f"[columns.reason]\n{text}"))
    assert error.value.code == code
    assert said in error.value.message


WRONG_FILES = [
    ("an entity that is not in the model", BASE.replace('"appointment"', '"apointment"'), 'did you mean "appointment"'),
    ("a column that the entity has not", BASE.replace("columns.reason", "columns.reson"), 'did you mean "reason"'),
    (
        "a status word the model does not know",
        BASE.replace('"BROKEN"', '"BROKE"'),
        '"BROKE" is not a status of appointment, did you mean "BROKEN"',
    ),
    (
        "unmapped statuses passed on",
        BASE.replace("map = {", 'unmapped = "pass"\nmap = {'),
        "would let unknown words in",
    ),
    ("a key of nothing", BASE.replace('columns = ["_id"]', 'columns = ["_no"]'), 'there is no column "_no"'),
    (
        "one column filled twice",
        BASE + '[[names]]\ncolumn = "reason"\nlast = "reason"\n',
        "already filled by columns.reason",
    ),
    ("a report without lines", BASE + '[file]\nkind = "report"\n', "go together"),
    ("labels without a header", BASE + "[table]\nheader = false\n", "need position instead of labels"),
    ("thousands like decimals", BASE + '[money]\nthousands = "."\n', 'cannot both be "."'),
    (
        "a where rule with two tests",
        BASE + '[[where]]\nname = "x"\ncolumn = "_id"\nblank = true\nequals = ["1"]\n',
        "exactly one of equals",
    ),
    ("a column that is never imported", BASE.replace('"Reason"', '"SSN"'), '"SSN" is a column that is never imported'),
    ("a made-up encoding", BASE + '[file]\nencodings = ["utf-9"]\n', "utf-9 is not one of"),
]


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in WRONG_FILES], ids=[row[0] for row in WRONG_FILES])
def test_a_mapping_that_does_not_fit_together_is_refused(make: Callable[[str], Mapping], text: str, said: str) -> None:
    with pytest.raises(SettingsError, match="HUB-S33") as error:
        make(text)
    assert said in error.value.message


def test_a_column_made_from_itself_is_refused(make: Callable[[str], Mapping]) -> None:
    circle = '[columns._a]\nfirst_of = ["_b"]\n[columns._b]\nfirst_of = ["_a"]\n[key]'
    with pytest.raises(SettingsError, match="is made from itself"):
        make(BASE.replace("[key]", circle))


def test_every_table_of_the_document_is_known_to_the_engine(make: Callable[[str], Mapping]) -> None:
    """The complete example of docs/mapping.md is a valid mapping."""
    document = (Path(__file__).resolve().parents[2] / "docs" / "mapping.md").read_text("utf-8")
    example = document.split("## A complete small example")[1].split("```toml")[1].split("```")[0]
    mapping = make(example)
    assert mapping.entity == "patient"
    assert mapping.spec.key.columns == ["_patient_id"]
