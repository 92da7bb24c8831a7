"""What is remembered to be quick does not grow with what hostile feeds and servers say."""

from __future__ import annotations

import pytest

from monitor.core import url_parts, urls
from monitor.core.polling import checks, is_public
from monitor.core.url_parts import MAX_URL_CHARS
from monitor.sources.fast import text
from monitor.sources.fast.text import Doubt, joined_base


def test_addresses_that_are_too_long_are_not_remembered() -> None:
    urls.canonicalize("https://example.org/")
    before = urls._canonical.cache_info().currsize, url_parts._split.cache_info().currsize
    for n in range(20):
        long = f"https://example.org/{n}" + "x" * MAX_URL_CHARS
        assert urls.canonicalize(long) is None
        assert urls.canonicalize(" " * MAX_URL_CHARS + f"https://example.org/{n}") == f"https://example.org/{n}"
    after = urls._canonical.cache_info().currsize, url_parts._split.cache_info().currsize
    assert (after[0] - before[0], after[1] - before[1]) == (0, 0)


def test_hosts_longer_than_names_can_be_are_neither_public_nor_remembered() -> None:
    assert is_public("news.example.org")
    before = checks._is_public.cache_info().currsize
    assert not is_public("a." * 5_000 + "example.org")
    assert checks._is_public.cache_info().currsize == before


def test_a_base_that_only_comes_out_short_is_left_to_the_judge() -> None:
    before = text.joined_base.cache_info().currsize
    with pytest.raises(Doubt):
        joined_base("https://example.org/", "a/../" * 1_000)
    assert text.joined_base.cache_info().currsize == before
