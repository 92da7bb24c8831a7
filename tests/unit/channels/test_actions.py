from __future__ import annotations

import re
from dataclasses import replace

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import MAX_HTML_BYTES
from monitor.model.articles import Article
from monitor.model.digests import Digest, Message
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.ports import Links
from tests.eml_lint import lint
from tests.factories import NOW, make_article, make_digest, make_recipient
from tests.fakes import FixedLinks
from tests.golden.digests.samples import TITLES, many, sample


class NoLinks(Links):
    """An installation that no reader can reach."""

    def url(self, claim: LinkClaim) -> str | None:
        return None

    def one_click(self, claim: LinkClaim) -> str | None:
        return None

    def subject(self, claim: LinkClaim) -> str:
        return "unsubscribe"


class NotingLinks(FixedLinks):
    """Remembers what was claimed."""

    def __init__(self) -> None:
        super().__init__("https://monitor.example.org")
        self.claims: dict[str, LinkClaim] = {}

    def url(self, claim: LinkClaim) -> str | None:
        address = super().url(claim)
        self.claims[str(address)] = claim
        return address


def render(digest: Digest, links: Links | None = None, **facts: str) -> Message:
    renderer = EmailRenderer(
        "monitor@example.org", "Media monitor", links=links or FixedLinks("https://monitor.example.org"), **facts
    )
    return renderer.render(digest, delivery_id="d1", composed_at=NOW)


def claimed(message: Message, links: NotingLinks) -> dict[LinkAction, list[LinkClaim]]:
    """What the links of a page ask for."""
    found: dict[LinkAction, list[LinkClaim]] = {}
    for address in re.findall(r'href="(https://monitor\.example\.org/l/[^"]+)"', message.html):
        found.setdefault(links.claims[address].action, []).append(links.claims[address])
    return found


def named_links(message: Message) -> list[tuple[str, str]]:
    """What each link says, and where it leads."""
    return [(words, href) for href, words in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]*)</a>', message.html)]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("count", [1, 5, 18])
def test_the_lint_finds_no_fault_in_a_digest_with_all_its_links(language: str, count: int) -> None:
    assert lint(render(many(count, language), unsubscribe_address="stop@example.org").content) == []


def test_a_storys_links_ask_for_what_they_say() -> None:
    links, article = NotingLinks(), make_article(outlet="Antara")
    digest = replace(make_digest(article), titles=TITLES["en"])
    found = claimed(render(digest, links), links)
    vote = {"recipient_id": "analyst", "target": str(article.id), "watchlist": "russia-north-korea"}
    assert found[LinkAction.MORE] == [LinkClaim(action=LinkAction.MORE, **vote)]
    assert found[LinkAction.LESS] == [LinkClaim(action=LinkAction.LESS, **vote)]
    story_id = str(digest.stories[0].story_id)
    mute = LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="analyst", target=story_id)
    assert found[LinkAction.MUTE_STORY] == [mute]
    outlet = LinkClaim(action=LinkAction.MUTE_OUTLET, recipient_id="analyst", target="Antara")
    assert found[LinkAction.MUTE_OUTLET] == [outlet]


def test_a_digests_links_end_one_watchlist_or_all_and_show_it_in_the_browser() -> None:
    links, names = NotingLinks(), ("russia-north-korea", "missiles")
    digest = make_digest(make_article(), titles=TITLES["en"], recipient=make_recipient(watchlists=names))
    message = render(digest, links)
    found = claimed(message, links)
    assert [one.target for one in found[LinkAction.UNSUBSCRIBE]] == [*names, ""]
    assert [one.target for one in found[LinkAction.LESS_OFTEN]] == [""]
    assert [one.target for one in found[LinkAction.VIEW]] == ["d1"]
    for words in ("Stop Russia–North Korea", "Stop Missile tests", "Stop all digests", "Get digests less often"):
        assert f">{words}</a>" in message.html
        assert f"{words}: https://" in message.text


def test_every_link_has_a_name_of_its_own_with_the_number_of_its_story() -> None:
    names: dict[str, set[str]] = {}
    for name, href in named_links(render(many(6, "en"))):
        if href.startswith("https://monitor."):
            names.setdefault(name, set()).add(href)
    assert [name for name, hrefs in names.items() if len(hrefs) > 1] == []
    assert "Less like no. 2" in names
    assert re.search(r"<h2 [^>]*>2\. <a [^>]*>Лавров прибыл", render(many(6, "en")).html)


def test_where_no_reader_can_reach_us_there_are_no_links_and_one_leaves_by_mail() -> None:
    message = render(sample("en"), NoLinks(), unsubscribe_address="stop@example.org")
    assert "monitor.example.org" not in message.html + message.text
    assert "More like" not in message.html
    assert message.html.count("mailto:stop@example.org") == 1
    assert "2 more outlets" in message.text
    assert "mailto:" not in render(sample("en"), NoLinks()).html
    assert "mailto:" not in render(sample("en"), unsubscribe_address="stop@example.org").html


def test_the_outlets_that_are_not_named_are_linked_to_the_whole() -> None:
    links = NotingLinks()
    message = render(sample("en"), links)
    (address,) = re.findall(r'href="([^"]+)"[^>]*>2 more outlets</a>', message.html)
    assert links.claims[address].action is LinkAction.VIEW


def test_an_outlet_without_a_name_cannot_be_muted() -> None:
    message = render(make_digest(make_article(outlet=UNKNOWN_OUTLET)))
    assert "Mute no. 1:" in message.text
    assert "Mute unknown outlet" not in message.text


def realistic(n: int) -> Article:
    """A headline of the usual length with a link of the usual length."""
    title = f"Putin dan Kim Jong Un bahas kerja sama pertahanan di Pyongyang, Seoul beri peringatan {n}"
    text = f"{title}. Presiden Rusia dan pemimpin Korea Utara bertemu selama tiga jam. " * 6
    return make_article(title, url=f"https://berita.example.org/internasional/2026/11/{n}/putin-dan-kim", text=text)


def test_thirty_five_full_stories_with_all_their_links_stay_under_the_size_that_is_clipped() -> None:
    message = render(make_digest(*map(realistic, range(35)), titles=TITLES["en"]))
    assert len(re.findall(r">Mute no. \d+</a>", message.html)) == 35
    assert len(message.html.encode()) <= MAX_HTML_BYTES
    assert len(render(many(35, "id")).html.encode()) <= MAX_HTML_BYTES
