"""The web section and the keys of links."""

from __future__ import annotations

import pytest

from monitor.config.loading import load_settings
from monitor.config.web import web_oddities


@pytest.fixture
def settings_of(write):
    def load(text: str, **env: str):
        return load_settings(write(text or "log:\n", "app/config/monitor.yaml").parent, env)

    return load


def test_nothing_is_served_by_default(settings_of):
    assert settings_of("").web.place is None


@pytest.mark.parametrize(
    ("listen", "place"),
    [("127.0.0.1:8321", ("127.0.0.1", 8321)), ("'[::1]:80'", ("::1", 80)), ("localhost:8321", ("localhost", 8321))],
)
def test_a_place_to_listen_at_is_a_host_and_a_port(settings_of, listen, place):
    assert settings_of(f"web: {{listen: {listen}}}\n").web.place == place


def test_a_base_may_end_in_a_slash_and_loses_it(settings_of):
    web = settings_of("web: {listen: 127.0.0.1:8321, base_url: https://example.org/news/}\n").web
    assert web.base_url == "https://example.org/news"


def test_keys_of_links_come_from_the_environment_one_or_several(settings_of):
    assert settings_of("", MONITOR_LINK_KEY="n" * 16 + " " + "o" * 16).link_key is not None


@pytest.mark.parametrize("key", ["short", " ", "n" * 32 + " short"])
def test_a_key_that_can_be_guessed_is_refused_and_not_repeated(settings_of, problems_of, key):
    (problem,) = problems_of(lambda: settings_of("", MONITOR_LINK_KEY=key))
    assert problem.key == "MONITOR_LINK_KEY"
    assert "fewer than 16 characters" in problem.message
    assert "short" not in str(problem)


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("https://monitor.example.org", ""),
        ("http://127.0.0.1:8321", ""),
        ("http://monitor.example.org", "has no TLS"),
        ("https://localhost", "no reader reaches it"),
    ],
)
def test_a_base_that_readers_cannot_use_is_odd(settings_of, base, words):
    web = settings_of(f"web: {{listen: 127.0.0.1:8321, base_url: '{base}'}}\n").web
    found = [problem.message for problem in web_oddities(web, "monitor.yaml")]
    assert [words in message for message in found] == ([True] if words else [])
