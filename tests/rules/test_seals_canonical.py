"""The quick way to canonical JSON writes what the library writes, byte for byte, and refuses what it refuses."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.evidence.seals.canonical import canonical, parse_canonical
from shouwen.features.evidence.seals.errors import SealInvalid

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | FLOATS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_any_json_value_is_the_library_form(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"控制": '\x00\x07\b\t\n\x0b\f\r\x1f\x7f\x80\u2028"\\/<>&é€😀'},
        {"b": 1, "a": {"Z": True, "_": None, "é": [], "~": {}}},
        {"\ufb33": 1, "\U0001f600": 2},  # by UTF-16 the emoji comes first
        [2**53 - 1, -(2**53) + 1, True, 1.0, 1e21, -0.0],
    ],
    ids=["escapes", "keys", "keys beyond the basic plane", "numbers"],
)
def test_canonical_awkward_value_is_the_library_form(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, {"a": [-(2**53)]}, float("nan"), "\ud800", {"\ud800": 1}, {1: 2}, {b"a": 1}])
def test_canonical_value_outside_the_standard_is_refused(value):
    with pytest.raises(SealInvalid):
        canonical(value)


def test_parse_canonical_other_spelling_is_refused():
    with pytest.raises(SealInvalid):
        parse_canonical(b'{"b":1,"a":2}')
