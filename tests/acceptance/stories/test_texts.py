"""Texts that are empty, tiny, huge, repeated or no article at all: none floods the reader, none swallows a story."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.model.digests import StoryState
from tests.acceptance.stories.news_texts import EVENTS, FOOTER, PAYWALL, RELATED, SHELLS, VISIT, paragraphs
from tests.acceptance.stories.newsroom import DAY, HOUR, Item, newsroom

PAID = (
    "Lavrov tiba di Pyongyang, Rusia dan Korut berunding",
    "Korut kirim ratusan kontainer peluru ke Rusia",
    "Pekerja Korea Utara bangun perumahan di Khabarovsk, Rusia",
    "Jembatan Sungai Tumen hubungkan Rusia dan Korea Utara",
    "Wisatawan Rusia berlibur di pantai Wonsan, Korea Utara",
)
TITLE = "Lavrov tiba di Pyongyang untuk kunjungan dua hari"


async def test_an_entry_without_a_word_is_dropped_by_name_and_what_has_only_a_title_is_told(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara") as room:
        room.publish(
            "antara",
            Item("", "", guid="nothing", link="https://antara.example.org/1"),
            Item("", "<p> </p><img src='https://antara.example.org/a.png'/>", guid="image", link=""),
            Item("Lavrov tiba di Pyongyang", ""),
            Item("Kim Jong Un kirim ribuan tentara ke Rusia", "   "),
            Item("", SHELLS, guid="untitled", link="https://antara.example.org/untitled"),
        )
        told = await room.cycle()
        assert told.tally.reasons == {"no title and no text": 2}
        assert (told.tally.stored, told.tally.copies) == (3, 0)
        assert told.sizes == [1, 1, 1]


async def test_teasers_that_say_the_same_nothing_are_neither_copies_nor_one_story(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        for outlet in ("antara", "tempo"):
            room.publish(outlet, *(Item(title, "Baca berita selengkapnya di laman kami.") for title in PAID))
        told = await room.cycle()
        # A title and a teaser that two outlets share word for word are one piece; two titles never are.
        assert (told.tally.stored, told.tally.copies) == (5, 5)
        assert len(told.stories) == len(PAID)
        assert sum(told.sizes) == 10
        for story in told.stories:
            assert len({one.article.title for one in story.tellings}) == 1


async def test_a_megabyte_is_stored_once_cut_and_its_reprint_is_a_copy(tmp_path: Path) -> None:
    huge = f"{VISIT} {paragraphs(20_000)}"
    assert len(huge) > 1_000_000
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item(TITLE, huge))
        told = await room.cycle()
        (story,) = told.stories
        assert "truncated" in story.lead.article.flags
        assert (await room.rows())["fresh_shingle"] < 2000
        room.publish(
            "tempo", Item("Menlu Rusia di Korea Utara", huge), Item("Korut kirim lagi peluru ke Rusia", SHELLS)
        )
        told = await room.cycle()
        assert (told.tally.copies, told.tally.stored) == (1, 1)
        assert [(one.state, one.lead.article.title) for one in told.stories] == [
            (StoryState.NEW, "Korut kirim lagi peluru ke Rusia"),
            (StoryState.CARRIED, "Menlu Rusia di Korea Utara"),
        ]


async def test_what_a_megabyte_holds_somewhere_is_no_copy_of_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item("Arsip berita Rusia dan Korea Utara sepekan", " ".join([*EVENTS.values()] * 3)))
        await room.cycle()
        room.publish("tempo", *(Item(title, text) for title, text in EVENTS.items()))
        told = await room.cycle()
        assert told.tally.stored + told.tally.copies + told.tally.revisions == len(EVENTS)
        assert len(told.news) >= len(EVENTS) - 1, "a round-up must not swallow the news that it sums up"


async def test_one_sentence_repeated_takes_no_other_article_for_its_copy(tmp_path: Path) -> None:
    sentence = "Menteri Luar Negeri Rusia Sergei Lavrov tiba di Pyongyang pada Senin untuk kunjungan dua hari. "
    async with newsroom(tmp_path, "spam", "antara", "tempo") as room:
        room.publish("spam", Item("Klik di sini Rusia Korea Utara", sentence * 3000))
        await room.cycle()
        room.publish("antara", Item(TITLE, sentence + VISIT))
        told = await room.cycle()
        assert (told.tally.stored, told.tally.copies) == (1, 0)
        assert told.news == [TITLE]
        room.publish("tempo", Item("Klik juga: Rusia Korea Utara", sentence * 500))
        told = await room.cycle()
        assert told.tally.stored + told.tally.copies == 1
        assert (await room.rows())["story"] <= 2, "the same spam is no new story each time"


async def test_boilerplate_in_place_of_the_text_makes_no_copies_of_different_news(tmp_path: Path) -> None:
    """A paywall's words under every title, at one outlet and at the sister papers of its house."""
    houses = ("antara", "tempo", "kabar")
    async with newsroom(tmp_path, *houses) as room:
        for outlet, title in zip(houses, PAID, strict=False):
            room.publish(outlet, Item(title, PAYWALL))
        told = await room.cycle()
        assert (told.tally.stored, told.tally.copies, told.tally.revisions) == (3, 0, 0)
        assert told.sizes == [1, 1, 1]
        room.publish("antara", *(Item(title, PAYWALL) for title in (PAID[0], *PAID[3:])))
        told = await room.cycle()
        assert told.tally.copies == 0
        assert told.states == [StoryState.NEW, StoryState.NEW]


@pytest.mark.parametrize(
    ("block", "share"), [(FOOTER, 0.75), (RELATED, 0.75), (FOOTER[:300], 1.0), (RELATED[:250], 1.0)]
)
async def test_a_block_in_all_pages_of_a_host_ties_nothing_together(tmp_path: Path, block: str, share: float) -> None:
    """From the first two on, when nothing is known yet of it, and also where it is longer than the news itself."""
    async with newsroom(tmp_path, "antara") as room:
        window: list[Item] = []
        for title, text in EVENTS.items():
            window.insert(0, Item(title, f"{text[: int(len(text) * share)]}\n{block}", at=room.now))
            room.publish("antara", *window)
            told = await room.cycle()
            assert (told.tally.stored, told.tally.copies, told.tally.revisions) == (1, 0, 0)
            assert told.states == [StoryState.NEW]
            assert told.news == [title]
        assert (await room.rows())["story"] == len(EVENTS)


async def test_a_reprint_is_found_under_another_hosts_footer(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", *(Item(title, f"{text}\n{FOOTER}") for title, text in EVENTS.items()))
        assert (await room.cycle()).tally.stored == len(EVENTS)
        room.publish("tempo", Item("Menlu Rusia berkunjung ke Korea Utara", VISIT))
        told = await room.cycle()
        assert told.tally.copies == 1
        assert told.news == []


async def test_a_text_of_marks_and_pictures_only_is_told_by_its_title_once(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        for outlet in ("antara", "tempo"):
            room.publish(outlet, Item(TITLE, "🇷🇺 🇰🇵 !!! … — *** 🤝🤝🤝 " * 40))
        told = await room.cycle()
        assert told.tally.dropped == 0
        assert len(told.stories) == 1
        assert (await room.cycle(after=DAY)).news == []
        assert room.mails() == 1


async def test_characters_that_nobody_sees_make_no_second_article(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item(TITLE, VISIT))
        await room.cycle()
        dotted = "\u200b".join(VISIT[at : at + 7] for at in range(0, len(VISIT), 7)).replace(" di ", " \u00addi ")
        room.publish("tempo", Item("\u202aMenlu Rusia\u202c ke Korut", dotted, at=room.now - HOUR))
        told = await room.cycle()
        assert told.tally.copies == 1
        assert told.news == []
