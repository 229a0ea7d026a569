"""JSON in any of the forms that programs export is read object by object; a bad one costs itself."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.reading import FileForm, find_reading
from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.rows import rows
from counterfoil.errors import InvalidInput

TWO = [{"Id": 1, "name": "A"}, {"Id": 2, "name": "B", "phone": {"number": "5", "kinds": [{"k": 1}]}}]


def read(tmp_path: Path, text: str, name: str = "rows.json", names: tuple[str, ...] = ("Id",)) -> list[FileRow]:
    path = tmp_path / name
    path.write_text(text)
    return list(rows(path, Layout(names=names)))


FORMS = {
    "one line": json.dumps(TWO),
    "indented": json.dumps(TWO, indent=2),
    "a line each in brackets": "[\n" + ",\n".join(map(json.dumps, TWO)) + "\n]\n",
    "lines": "\n".join(map(json.dumps, TWO)),
    "indented objects": "\n".join(json.dumps(each, indent=1) for each in TWO),
    "in an object": json.dumps({"count": 2, "tags": ["x"], "customers": TWO, "next": None}),
    "in an object, indented": json.dumps({"page": {"next": None}, "customers": TWO}, indent=4),
    "in objects": json.dumps({"response": {"status": "ok", "data": {"items": TWO}}}),
}


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.txt"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_objects(tmp_path: Path, form: str, name: str) -> None:
    found = read(tmp_path, FORMS[form], name)
    assert [(row.values, row.problem) for row in found] == [(each, "") for each in TWO]


@pytest.mark.parametrize("form", FORMS)
def test_columns_are_those_of_all_objects_and_within_objects(tmp_path: Path, form: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(FORMS[form])
    assert find_reading(path, Layout()).names == ["Id", "name", "phone.number", "phone.kinds"]


def test_a_record_with_a_list_in_it_is_a_record_where_it_has_the_id(tmp_path: Path) -> None:
    (row,) = read(tmp_path, json.dumps({"Id": 1, "contacts": [{"name": "x"}]}))
    assert row.values["Id"] == 1


def test_several_lists_are_refused_with_their_names(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="several lists of objects: customers, vendors"):
        read(tmp_path, json.dumps({"customers": TWO, "vendors": [{"Id": 3}]}))


def test_law_9_an_object_that_is_no_json_costs_itself(tmp_path: Path) -> None:
    first, bad, last = read(tmp_path, '[{"Id":1,"n":"A"},\n{"Id":2,"n":tru},\n{"Id":3,"n":"C"}]')
    assert (first.values["Id"], last.values) == (1, {"Id": 3, "n": "C"})
    assert (bad.problem, bad.values.get("Id")) == ("Line 2 is not readable JSON.", 2)
    assert bad.text == '{"Id":2,"n":tru}'


@pytest.mark.parametrize(
    "cut", ['[{"Id":1},{"Id":2},{"Id":3,"na', '[{"Id":1},{"Id":2},', '{"a":[{"Id":1},{"Id":2}']
)
def test_law_3_a_document_that_is_cut_off_says_so(tmp_path: Path, cut: str) -> None:
    *whole, last = read(tmp_path, cut)
    assert [row.values["Id"] for row in whole if not row.problem] == [1, 2]
    assert last.problem
    assert not last.values


def test_an_id_of_many_digits_is_kept_to_the_digit(tmp_path: Path) -> None:
    found = read(tmp_path, '[{"Id":4600000000000260017},{"Id":46000000000000026001700}]')
    assert [str(row.values["Id"]) for row in found] == ["4600000000000260017", "46000000000000026001700"]


def test_what_is_no_object_is_a_problem_and_ends_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, '[1, {"Id":1}, "x", null, {"Id":2}]')
    assert [bool(row.problem) for row in found] == [True, False, True, True, False]


def test_a_document_larger_than_a_block_is_read_to_its_end(tmp_path: Path) -> None:
    many = [{"Id": number, "text": "é" * 900} for number in range(3000)]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"customers": many}, ensure_ascii=False, indent=1))
    assert find_reading(path, Layout()).form is FileForm.JSON_DOCUMENT
    found = list(rows(path, Layout(names=("Id",))))
    assert [row.values["Id"] for row in found] == list(range(3000))
    assert found[-1].line == path.read_text().count("\n") - 1


keys = st.text(st.characters(codec="utf-8"), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(keys, values, max_size=4), min_size=1, max_size=5), st.sampled_from([None, 1]))
def test_any_list_of_objects_is_read_to_the_letter(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]], indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("json") / "rows.json"
    path.write_text(json.dumps(objects, indent=indent, ensure_ascii=False), newline="")
    assert [row.values for row in rows(path, Layout())] == objects


@given(st.text(st.sampled_from('[]{}":,1a \n'), max_size=30))
def test_any_text_ends_and_raises_only_what_is_explained(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("json") / "rows.json"
    path.write_text(text)
    with suppress(InvalidInput):
        list(rows(path, Layout()))
