"""The quick way to a file's content: the same as with places, or none at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.yaml_events import DOUBTFUL, Built, plain_content
from monitor.config.yaml_nodes import read_document

REPOSITORY = Path(__file__).parents[3]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(["no", "07:00"]),
)
CONTENT = st.dictionaries(
    st.text("abcdef<", min_size=1, max_size=6),
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=5,
)


@given(CONTENT, st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_is_read_quickly_is_what_is_read_with_places(content: object, is_flow: bool) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, default_flow_style=is_flow)
    quick = plain_content(text)
    if quick is not DOUBTFUL:
        built = Built("x.yaml", text)
        assert built.problems == []
        assert repr(quick) == repr(built.content)


@pytest.mark.parametrize("path", sorted((REPOSITORY / "config").rglob("*.yaml")), ids=lambda path: path.name)
def test_our_own_files_are_plain_and_mean_the_same(path: Path) -> None:
    text = path.read_text("utf-8")
    quick = plain_content(text)
    assert quick is not DOUBTFUL
    assert quick == Built(str(path), text).content


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x",
        "a: !!str 1",
        "a: 1\na: 2",
        "<<: {b: 1}",
        "? [1]\n: 2",
        "'': 1",
        "a: 1\n---\nb: 2",
        "a: [1",
        "",
        "[" * 100 + "]" * 100,
        "a:\t- 1\n\x01",
    ],
)
def test_whatever_is_unusual_is_left_to_the_reader_with_places(text: str) -> None:
    assert plain_content(text) is DOUBTFUL


def test_places_are_there_when_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a:\n  - b: 1\n    c: 2\n")
    document = read_document(path)
    assert document.content == {"a": [{"b": 1, "c": 2}]}
    assert document.marks["a", 0, "c"] == (3, 8)
    assert document.key_marks["a", 0, "c"] == (3, 5)
    assert len(document.marks) == 5
    assert list(document.key_marks) == [("a",), ("a", 0, "b"), ("a", 0, "c")]
