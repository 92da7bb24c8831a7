"""feeds.yaml edited as text."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.feed_edits import add_feeds, new_section, set_enabled, unused_id, usable_language
from monitor.config.feeds import FeedSection, read_sections
from monitor.config.texts import check_slug
from monitor.errors import ConfigError

FILE = """# What is polled.
feeds:
  # --- Korea
  - id: a # the first
    url: https://a.example.org/rss
    outlet: A

  - id: b
    url: https://b.example.org/rss
    outlet: B
    enabled: false # too loud

# the end
"""
NEW = FeedSection(id="c", url="https://c.example.org/rss?x=1&y=%20#x", outlet="C: 'kami' & \"mereka\" # 1")


def test_an_added_feed_stands_at_the_end_and_all_else_stays(write):
    path = write(FILE)
    add_feeds(
        path, [NEW, FeedSection(id="d", url="https://d.example.org/rss", outlet="yes", folder="Asia", enabled=False)]
    )
    text = path.read_text(encoding="utf-8")
    assert text.startswith(FILE)
    assert text.removeprefix(FILE) == (
        "\n  - id: c\n    url: 'https://c.example.org/rss?x=1&y=%20#x'\n"
        "    outlet: 'C: ''kami'' & \"mereka\" # 1'\n"
        "\n  - id: d\n    url: https://d.example.org/rss\n    outlet: yes\n    folder: Asia\n    enabled: false\n"
    )
    assert [section.id for section in read_sections(path)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "feeds:\n- id: a\n  url: https://a.example.org/rss\n  outlet: A",
        "feeds:\n  - {id: a, url: 'https://a.example.org/rss', outlet: A}\n",
        "feeds:\n  -   id: a\n      url: https://a.example.org/rss\n      outlet: A\n\n\n",
        "\ufefffeeds:\r\n  - id: a\r\n    url: https://a.example.org/rss\r\n    outlet: A\r\n",
    ],
)
def test_other_ways_of_writing_are_kept(write, text):
    path = write(text)
    add_feeds(path, [NEW])
    assert read_sections(path)[1] == NEW
    set_enabled(path, ["a"], False)
    set_enabled(path, ["c"], False)
    assert [section.enabled for section in read_sections(path)] == [False, False]
    set_enabled(path, ["a", "c"], True)
    assert [section.enabled for section in read_sections(path)] == [True, True]
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") == text.startswith("\ufeff")
    assert raw.count(b"\r\n") == (raw.count(b"\n") if "\r" in text else 0)


def test_a_list_in_brackets_is_left_to_its_author(write):
    text = "feeds: [{id: a, url: 'https://a.example.org/rss', outlet: A}]\n"
    path = write(text)
    with pytest.raises(ConfigError, match="Edit it by hand"):
        add_feeds(path, [NEW])
    assert path.read_text(encoding="utf-8") == text
    assert set_enabled(path, ["a"], False) == ["a"]


@pytest.mark.parametrize(
    "section",
    [NEW.model_copy(update={"id": "a"}), NEW.model_copy(update={"url": "http://a.example.org:80/rss"})],
)
def test_what_would_break_the_file_is_refused_and_the_file_untouched(write, section):
    path = write(FILE)
    with pytest.raises(ConfigError, match="would not be valid"):
        add_feeds(path, [section])
    assert path.read_text(encoding="utf-8") == FILE
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_switching_changes_one_word_or_adds_one_line(write):
    path = write(FILE)
    assert set_enabled(path, ["b"], True) == ["b"]
    assert path.read_text(encoding="utf-8") == FILE.replace("enabled: false", "enabled: true")
    assert set_enabled(path, ["a", "b"], False) == ["a", "b"]
    assert path.read_text(encoding="utf-8") == FILE.replace("outlet: A\n", "outlet: A\n    enabled: false\n")
    assert set_enabled(path, ["a"], False) == []


def test_a_feed_that_is_not_there_is_named(write):
    path = write(FILE)
    with pytest.raises(ConfigError, match="has no feed 'x', 'y'"):
        set_enabled(path, ["y", "a", "x"], False)
    assert path.read_text(encoding="utf-8") == FILE


def test_a_value_over_several_lines_is_not_cut_in_two(write):
    text = "feeds:\n  - id: a\n    url: https://a.example.org/rss\n    outlet:\n      Kantor\n      Berita\n"
    path = write(text)
    assert set_enabled(path, ["a"], False) == ["a"]
    assert path.read_text(encoding="utf-8") == text.replace("    outlet:", "    enabled: false\n    outlet:")


def test_a_link_stays_a_link_and_permissions_stay(write, tmp_path):
    path = write(FILE)
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    add_feeds(link, [NEW])
    assert link.is_symlink()
    assert os.stat(path).st_mode & 0o777 == 0o640
    assert len(read_sections(path)) == 3


@given(st.text(max_size=80), st.lists(st.sampled_from(["feed", "antara", "antara-2"]), max_size=3))
def test_an_unused_id_is_always_valid_and_unused(wish, taken):
    name = unused_id(wish, taken)
    assert check_slug(name) not in taken
    assert unused_id("Antara", ["antara", "antara-2"]) == "antara-3"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 9, 1000])
def test_the_numbers_of_a_shared_name_are_given_one_after_the_other(count):
    taken = {"news", *(f"news-{n}" for n in range(2, count + 1))}
    assert unused_id("News", taken) == f"news-{count + 1}"


def test_a_new_entry_is_checked_like_one_of_the_file(tmp_path):
    made = new_section(
        tmp_path / "feeds.yaml", {"id": "a", "url": "https://a.example.org", "outlet": "A", "zone": None}
    )
    assert made == FeedSection(id="a", url="https://a.example.org", outlet="A")
    with pytest.raises(ConfigError) as caught:
        new_section(tmp_path / "feeds.yaml", {"id": "A b", "url": "a.example.org", "outlet": "A"})
    assert [problem.key for problem in caught.value.problems] == ["id", "url"]
    assert "Did you mean 'a-b'?" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "tag"),
    [("id", "id"), ("en-us", "en-US"), ("en_GB", "en-GB"), ("zh-hant", "zh-Hant"), ("ko-kr-x", "ko"), ("ZZ", None)],
)
def test_what_feeds_say_of_their_language_is_put_right_or_left_out(said, tag):
    assert usable_language(said) == tag
    assert usable_language(None) is None


LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)


@given(outlet=LINES.filter(str.strip), folder=LINES.filter(str.strip))
def test_any_text_is_read_back_as_it_was_written(tmp_path_factory, outlet, folder):
    path = tmp_path_factory.mktemp("feeds") / "feeds.yaml"
    path.write_text(FILE, encoding="utf-8")
    section = FeedSection(id="c", url="https://c.example.org/rss", outlet=outlet, folder=folder)
    try:
        add_feeds(path, [section])
    except ConfigError:  # what YAML cannot hold at all is refused, never changed
        assert path.read_text(encoding="utf-8") == FILE
    else:
        assert read_sections(path)[-1] == section
