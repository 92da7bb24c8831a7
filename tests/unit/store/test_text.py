"""Text that no database can hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.store.text import plain

hostile = st.text(st.characters(categories=None) | st.sampled_from("\x00\ud800\udfff"))


@given(hostile)
def test_what_comes_out_can_be_encoded_has_no_nul_and_the_same_length(text: str) -> None:
    cleaned = plain(text)
    cleaned.encode()
    assert "\x00" not in cleaned
    assert len(cleaned) == len(text)


@given(hostile)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_text_that_can_be_stored_is_left_alone(text: str) -> None:
    assert plain(text) == text.replace("\x00", "\ufffd")


def test_only_the_unstorable_characters_are_replaced() -> None:
    assert plain("a\x00\ud83db 🚀\r\n\x01") == "a\ufffd\ufffdb 🚀\r\n\x01"
