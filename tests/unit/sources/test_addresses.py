import pytest

from monitor.sources.addresses import shown


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://example.org/rss?a=1&b=2", "https://example.org/rss?a=1&b=2"),
        ("https://user:word@example.org/rss", "https://example.org/rss"),
        ("https://example.org/rss?api_key=abc&b=2", "https://example.org/rss?api_key=…&b=2"),
        ("https://example.org/rss?b=2;ACCESS-TOKEN=abc#x", "https://example.org/rss?b=2;ACCESS-TOKEN=…#x"),
        ("https://example.org/rss?b==&sig2=x=y", "https://example.org/rss?b==&sig2=…"),
        ("https://example.org/\x1b[31m\n", "https://example.org/?[31m?"),
    ],
)
def test_an_address_is_shown_without_what_is_secret_or_disturbs(url: str, told: str) -> None:
    assert shown(url) == told


@pytest.mark.parametrize("piece", ["token", "?token", "&key-", "?", "//", "//a@", "a", "?a=", "key=key"])
def test_the_longest_address_is_shown_at_once(piece: str) -> None:
    """Where an expression tries every beginning against every end, this would take minutes."""
    assert len(shown("https://example.org/?" + piece * 200_000)) <= 300
