"""Dates that cannot be, and feeds that give their archive again: neither floods the reader, neither hides news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from monitor.model.digests import StoryState
from tests.acceptance.stories.news_texts import EVENTS, SHELLS, VISIT
from tests.acceptance.stories.newsroom import DAY, Item, newsroom

TITLE, RETOLD = "Lavrov tiba di Pyongyang untuk kunjungan dua hari", "Menlu Rusia Lavrov mendarat di Pyongyang"
OTHER_WORDS = (
    "Lavrov mendarat di ibu kota Korea Utara pada Senin. Menlu Rusia itu diundang pemerintah setempat selama dua "
    "hari dan "
    "akan berunding dengan Choe Son Hui tentang perjanjian kemitraan kedua negara, kata Kementerian Luar Negeri Rusia. "
    "Karangan bunga di Menara Pembebasan termasuk dalam acara delegasi Lavrov di Pyongyang."
)


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 2099 23:59:59 GMT",
        "11/23/2026 02:00",
        "23/11/2026 02:00",
        "Mon, 23 Nov 0026 02:00:00 GMT",
        "yesterday, more or less",
        "",
    ],
)
async def test_a_wrong_date_neither_hides_an_article_nor_keeps_it_from_its_story(tmp_path: Path, date: str) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item("Korut kirim lagi ratusan kontainer peluru ke Rusia", SHELLS))
        await room.cycle()
        room.publish("tempo", Item(TITLE, VISIT, at=date))
        told = await room.cycle()
        assert told.news == [TITLE]
        room.publish("antara", Item(RETOLD, OTHER_WORDS, at=room.now))
        told = await room.cycle()
        assert told.states == [StoryState.DEVELOPING], "the same event at another outlet"
        assert (await room.rows())["story"] == 2


async def test_day_and_month_swapped_on_a_whole_feed_lose_no_news(tmp_path: Path) -> None:
    """ "06/11/2026" for 11 June and the like: a feed's dates lie months apart, its news does not."""
    async with newsroom(tmp_path, "antara") as room:
        for number, (title, text) in enumerate(EVENTS.items()):
            room.publish("antara", Item(title, text, at=f"1{number % 3}/0{number + 1}/2026 09:00"))
            await room.cycle()
        rows = await room.rows()
        assert (rows["article"], rows["story"]) == (len(EVENTS), len(EVENTS))


async def test_a_feed_dated_ahead_does_not_draw_later_stories_to_itself(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        ahead = room.now + 300 * DAY
        room.publish("antara", *(Item(title, text, at=ahead) for title, text in EVENTS.items()))
        told = await room.cycle()
        assert told.sizes == [1] * len(EVENTS)
        assert all(one.lead.article.at <= room.now for one in told.stories)


SOLDIERS = "Ratusan tentara Korea Utara tiba di Kursk, Rusia"
TRAIN = "Tentara Korea Utara turun dari kereta di Kursk pada pagi hari, kata gubernur wilayah Rusia itu."
WORDS = [
    f"{begin}{middle}{end}"
    for begin in ("ba", "ki", "su", "te", "lo")
    for middle in ("rang", "lim", "mut", "ndo")
    for end in ("an", "is", "u", "ek")
]


def with_new_guids(item: Item, round_: int) -> Item:
    return replace(item, guid=f"{item.guid}-{round_}")


def with_new_dates(item: Item, round_: int) -> Item:
    return replace(item, at=datetime(2026, 11, 23, 3 + round_, tzinfo=UTC))


def with_other_trackers(item: Item, round_: int) -> Item:
    return replace(item, link=f"{item.link}?utm_source=rss&utm_campaign=c{round_}&fbclid=f{round_}")


def with_everything(item: Item, round_: int) -> Item:
    return with_new_guids(with_new_dates(with_other_trackers(item, round_), round_), round_)


def with_new_pages(item: Item, round_: int) -> Item:
    """A move to another system: new addresses, guids and dates, the old titles and texts."""
    return replace(with_everything(item, round_), link=f"https://antara.example.org/v{round_}/{item.guid}")


def archive() -> list[Item]:
    """Thirty articles, five of them of wording that other tests know, the others of words drawn by chance."""
    items = [
        Item(title, text, link=f"https://antara.example.org/{n}", guid=str(n))
        for n, (title, text) in enumerate(EVENTS.items())
    ]
    chance = Random(30)
    for n in range(25):
        words = [chance.choice(WORDS) for _ in range(90)]
        title = f"Kremlin dan Pyongyang: {' '.join(words[:6])}"
        text = f"{' '.join(words)}. Demikian laporan tentang Rusia dan Korea Utara menurut Kremlin."
        items.append(Item(title, text, link=f"https://antara.example.org/a{n}", guid=f"a{n}"))
    return items


@pytest.mark.parametrize(
    "change", [with_new_guids, with_new_dates, with_other_trackers, with_everything, with_new_pages]
)
async def test_an_archive_given_again_is_no_news(tmp_path: Path, change: Callable[[Item, int], Item]) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", *archive())
        first = await room.cycle()
        stored = first.tally.stored
        assert stored + first.tally.copies == 30
        mails = room.mails()
        for round_ in (1, 2):
            fresh = [Item(SOLDIERS, TRAIN, at=room.now)] if round_ == 2 else []
            room.publish("antara", *(change(item, round_) for item in archive()), *fresh)
            told = await room.cycle()
            assert (told.tally.stored, told.tally.copies, told.tally.revisions) == (len(fresh), 0, 0)
            assert told.news == [item.title for item in fresh], "news among the archive is told, the archive is not"
        assert room.mails() == mails + 1
        assert (await room.rows())["article"] == stored + first.tally.copies + 1


async def test_an_old_archive_seen_for_the_first_time_is_kept_and_not_told(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item(TITLE, VISIT, at=room.now))
        await room.cycle()
        aged = [replace(item, at=room.now - (400 - n) * DAY) for n, item in enumerate(archive()[1:])]
        room.publish("tempo", *aged, Item("Lavrov bertemu Choe Son Hui di Pyongyang", OTHER_WORDS, at=room.now))
        told = await room.cycle()
        assert told.tally.stored + told.tally.copies == len(aged) + 1
        assert told.news == ["Lavrov bertemu Choe Son Hui di Pyongyang"]
        assert told.held_back > 0


async def test_an_archive_dated_now_that_others_had_before_is_carried_at_most(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", *archive())
        first = await room.cycle()
        room.publish(
            "tempo",
            *(replace(with_new_dates(item, 5), link=f"https://tempo.example.org/{item.guid}") for item in archive()),
        )
        told = await room.cycle()
        assert told.tally.copies == first.tally.stored + first.tally.copies
        assert told.news == []
        assert room.mails() == 1
