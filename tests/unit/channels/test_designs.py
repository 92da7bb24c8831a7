from __future__ import annotations

import logging
import re
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.channels.email import designs
from monitor.channels.email.actions import Offers
from monitor.channels.email.languages import language, language_tags
from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.specimen import specimens
from monitor.channels.email.stories import StoryView
from monitor.channels.email.view import DigestView, digest_view
from monitor.model.digests import Message
from tests.eml_lint import lint
from tests.factories import NOW, make_article, make_digest, make_recipient
from tests.fakes import FixedLinks

PLAIN = EmailRenderer("monitor@example.org", unsubscribe_address="m@example.org")
OURS = Path(designs.__file__).parent / "templates"


def written(folder: Path, **templates: str) -> EmailRenderer:
    """A renderer with these templates: `html` and `txt`."""
    for kind, text in templates.items():
        (folder / f"digest.{kind}").write_text(text, encoding="utf-8")
    return EmailRenderer("monitor@example.org", unsubscribe_address="m@example.org", templates=folder)


def render(renderer: EmailRenderer, *, is_operator: bool = True) -> Message:
    digest = make_digest(make_article(), recipient=make_recipient(is_operator=is_operator))
    return renderer.render(digest, delivery_id="d1", composed_at=NOW)


def test_a_template_of_the_users_takes_the_place_of_ours_and_the_other_kind_stays_ours(tmp_path: Path) -> None:
    renderer = written(tmp_path, html="<!doctype html><html><body><p>{{ d.heading }} & <b>Kami</b></p></body></html>")
    message = render(renderer)
    assert "<b>Kami</b>" in message.html
    assert "Why:" in message.text
    assert renderer.template_faults() == []


def test_our_own_templates_work_as_the_users(tmp_path: Path) -> None:
    renderer = written(tmp_path, html=(OURS / "digest.html").read_text(), txt=(OURS / "digest.txt").read_text())
    assert renderer.template_faults() == []
    assert render(renderer) == render(PLAIN)


@pytest.mark.parametrize(
    ("broken", "line", "words"),
    [
        ("<p>\n{% if d.heading %}\n", 2, "endif"),
        ("<p>\n\n{{ d.haeding }}</p>", 3, "haeding"),
        ("<p>{{ 1 / 0 }}</p>", 1, "division by zero"),
        ("{% macro a() %}\n{{ a() }}{% endmacro %}{{ a() }}", 2, "recursion"),
        ("{% include 'other.html' %}", 1, "other.html"),
        ("  {# nothing #}  ", 0, "empty"),
    ],
)
def test_a_template_with_an_error_gives_way_to_ours_and_says_where_in_the_log_and_to_the_operator(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str, line: int, words: str
) -> None:
    renderer = written(tmp_path, html=broken)
    place = str(tmp_path / "digest.html") + (f":{line}" if line else "")
    with caplog.at_level(logging.WARNING):
        message, others = render(renderer), render(renderer, is_operator=False)
    plain = render(PLAIN, is_operator=False)
    assert others == plain
    assert lint(message.content) == []
    for part in (message.html, message.text):
        assert f"{place}: " in part
        assert "Your template was not used:" in part
    (record,) = caplog.records
    assert str(record.__dict__["template"]).startswith(f"{place}: ")
    assert words in record.__dict__["template"]
    assert {fault.line for fault in renderer.template_faults()} == {line}


def test_a_template_that_is_no_text_loses_no_digest(tmp_path: Path) -> None:
    (tmp_path / "digest.txt").write_bytes(b"\xff\xfe\x00")
    message = render(EmailRenderer("monitor@example.org", templates=tmp_path))
    assert "Why:" in message.text
    assert f"{tmp_path / 'digest.txt'}: " in message.text


def test_an_error_that_only_some_digests_meet_is_found_before_it_is_needed(tmp_path: Path) -> None:
    text = "{{ d.heading }}\n{% for one in d.changed %}\n{{ one.nonsense }}\n{% endfor %}\n"
    renderer = written(tmp_path, txt=text)
    assert render(renderer).text.startswith("Russia–North Korea")
    (fault,) = renderer.template_faults()
    assert (fault.file, fault.line) == (tmp_path / "digest.txt", 3)
    assert "nonsense" in fault.message


@pytest.mark.parametrize("tag", language_tags())
def test_the_digests_that_templates_are_tried_on_have_something_in_every_section(tag: str) -> None:
    offers = Offers(links=FixedLinks("https://monitor.example.org"), recipient_id="specimen", delivery_id="d1")
    views = [
        digest_view(one, language(tag), address="a@example.org", offers=offers, unsubscribe=None, is_whole=is_whole)
        for one in specimens(tag)
        for is_whole in (False, True)
    ]
    names = {field.name for field in fields(DigestView)} - {"faults"}
    assert {name for name in names if not any(getattr(view, name) for view in views)} == set()


def test_a_template_is_read_again_when_it_was_mended(tmp_path: Path) -> None:
    renderer = written(tmp_path, txt="{{ broken")
    assert "Why:" in render(renderer).text
    (tmp_path / "digest.txt").write_text("{{ d.heading }} utuh", encoding="utf-8")
    assert render(renderer).text == "Russia–North Korea utuh"


def test_what_a_users_template_shows_is_escaped(tmp_path: Path) -> None:
    renderer = written(tmp_path, html="<p>{{ d.stories[0].title.text }}</p>")
    digest = make_digest(make_article("<script>alert(1)</script>"))
    html = renderer.render(digest, delivery_id="d1", composed_at=NOW).html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_howto_names_only_fields_that_there_are() -> None:
    text = Path("docs/howto/write-a-template.md").read_text(encoding="utf-8")
    for name, view in (("d", DigestView), ("story", StoryView)):
        told = set(re.findall(rf"\b{name}\.(\w+)", text))
        assert len(told) > 10
        assert told <= {field.name for field in fields(view)}
