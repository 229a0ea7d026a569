"""Law 5, only differences are sent: the paths where values must be written to be read again."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.edits.field_paths import FieldPaths

PATHS = ["email", "contact.email", "extra.email", "tel"]
paths = st.sampled_from(PATHS)
texts = st.sampled_from(["a", "b"])
sources = st.dictionaries(st.sampled_from(["email", "phone"]), st.lists(paths, unique=True).map(tuple))
records = st.dictionaries(paths, st.sampled_from([None, "", "a", "b"]))
taken = st.sets(paths)


class Taking:
    """A writer that accepts some paths."""

    def __init__(self, paths: set[str]) -> None:
        self._paths = paths

    def accepts(self, path: str) -> bool:
        return path in self._paths


def read(known: dict[str, tuple[str, ...]], record: dict[str, Any], field: str) -> Any:
    """Read a field as the mapping does: the first of its paths that has a value."""
    return next((record[path] for path in known.get(field, ()) if record.get(path) not in (None, "")), None)


@given(taken, sources, records, texts)
def test_a_written_value_is_read_again(
    takes: set[str], known: dict[str, tuple[str, ...]], record: dict[str, Any], value: str
) -> None:
    places = FieldPaths(Taking(takes), known, record)
    for field in known:
        if places.has(field):
            assert read(known, {**record, **places.values({field: value})}, field) == value


@given(taken, sources, records)
def test_clearing_a_field_clears_every_path_that_can_be_written(
    takes: set[str], known: dict[str, tuple[str, ...]], record: dict[str, Any]
) -> None:
    places = FieldPaths(Taking(takes), known, record)
    for field, own in known.items():
        cleared = {**record, **places.values({field: None})}
        left = [path for path in own if cleared.get(path) not in (None, "")]
        assert not takes.intersection(left)


@given(taken, sources, records, st.dictionaries(st.sampled_from(["email", "phone"]), st.none() | texts))
def test_only_paths_that_the_upstream_keeps_are_written(
    takes: set[str], known: dict[str, tuple[str, ...]], record: dict[str, Any], fields: dict[str, Any]
) -> None:
    found = FieldPaths(Taking(takes), known, record).values(fields)
    own = {path for field in fields for path in known.get(field, ())}
    assert found.keys() <= takes & own


@given(taken, sources, records, st.sets(paths))
def test_a_field_is_carried_if_one_of_its_paths_is_written(
    takes: set[str], known: dict[str, tuple[str, ...]], record: dict[str, Any], written: set[str]
) -> None:
    found = FieldPaths(Taking(takes), known, record).fields_of(written)
    assert found == {field for field in known if written & set(known[field])}


def test_what_is_joined_from_several_paths_is_not_written() -> None:
    known = {"email": ("tel + email", "extra.email"), "phone": ("a + b",)}
    places = FieldPaths(Taking({"tel + email", "extra.email", "a + b"}), known, {"tel": "a", "a + b": "c"})
    assert not places.has("email"), "the joined value would be read instead"
    assert places.values({"phone": "d"}) == {"a + b": "d"}, "a path that has these signs in its name"
    assert places.fields_of(["tel"]) == {"email"}
    assert FieldPaths(Taking({"extra.email"}), known, {}).values({"email": "d"}) == {"extra.email": "d"}
