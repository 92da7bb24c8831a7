"""One text at many outlets, a text corrected, a text translated: told once, and never as something else."""

from __future__ import annotations

from pathlib import Path

from monitor.model.digests import StoryState
from tests.acceptance.stories.news_texts import SHELLS, VISIT
from tests.acceptance.stories.newsroom import DAY, HOUR, Item, newsroom

TITLE = "Lavrov tiba di Pyongyang untuk kunjungan dua hari"

HEADLINES = (
    "Lavrov mendarat di Pyongyang",
    "Menlu Rusia kunjungi Korea Utara dua hari",
    "Diplomat puncak Moskow temui Choe Son Hui",
    "Rusia dan Korut bahas pakta kemitraan",
    "Apa agenda Lavrov di Korea Utara?",
    "Pyongyang sambut tamu dari Kremlin",
)


async def test_a_wire_text_at_thirty_outlets_is_one_story_in_one_mail(tmp_path: Path) -> None:
    outlets = [f"koran{n}" for n in range(30)]
    wire = f"MOSKOW (TASS) - {VISIT}"
    async with newsroom(tmp_path, *outlets) as room:
        for n, outlet in enumerate(outlets[:20]):
            body = (
                f"{wire} ({outlet}/red)"
                if n % 2
                else f"{wire}\nEditor: redaksi {outlet}. Ikuti kami di saluran {outlet}."
            )
            room.publish(outlet, Item(f"{HEADLINES[n % 6]}{' (foto)' if n > 5 else ''}", body))
        told = await room.cycle()
        assert (told.tally.stored, told.tally.copies) == (1, 19)
        assert told.sizes == [20]
        assert [origin.name for origin in told.stories[0].origins] == ["TASS"]
        for n, outlet in enumerate(outlets[20:]):
            room.publish(outlet, Item(f"{HEADLINES[n % 6]} {n}", wire))
        told = await room.cycle()
        assert told.tally.copies == 10
        assert told.stories == ()
        assert room.mails() == 1
        room.publish("koran0", Item("Korut kirim lagi peluru ke Rusia", SHELLS, at=room.now))
        told = await room.cycle()
        assert told.states == [StoryState.NEW, StoryState.CARRIED]
        assert len(told.stories[1].tellings) == 10


async def test_a_correction_of_one_number_changes_the_article_and_makes_no_second(tmp_path: Path) -> None:
    wrong = SHELLS.replace("ratusan kontainer", "1.200 kontainer")
    right = wrong.replace("1.200", "12.000")
    title = "Korut kirim lagi ribuan kontainer peluru ke Rusia"
    async with newsroom(tmp_path, "antara", "tempo", "kabar") as room:
        room.publish("antara", Item(title, wrong, link="https://antara.example.org/1"))
        assert (await room.cycle()).sizes == [1]
        room.publish("antara", Item(title, right, link="https://antara.example.org/1"))
        told = await room.cycle()
        assert (told.tally.stored, told.tally.revisions) == (0, 1)
        room.publish("tempo", Item("Seoul: Korut kirim peluru ke Rusia", right))
        room.publish("kabar", Item("Seoul: Korut kirim peluru ke Rusia", wrong))
        told = await room.cycle()
        assert (told.tally.copies, told.tally.stored) == (2, 0)
        assert (await room.rows())["story"] == 1
        assert told.news == [], "reprints of either state are no news"
        assert room.mails() == 1


async def test_a_correction_under_another_address_is_the_same_article(tmp_path: Path) -> None:
    wrong = SHELLS.replace("ratusan kontainer", "1.200 kontainer")
    title = "Korut kirim lagi ribuan kontainer peluru ke Rusia"
    async with newsroom(tmp_path, "antara") as room:
        old = Item(title, wrong, link="https://antara.example.org/1")
        room.publish("antara", old)
        await room.cycle()
        right = wrong.replace("1.200", "12.000")
        room.publish("antara", Item(title, right, link="https://antara.example.org/2", at=room.now), old)
        told = await room.cycle()
        assert (told.tally.stored, told.tally.copies, told.tally.revisions) == (0, 0, 1)
        assert (await room.rows())["article"] == 1


ID = (
    "Menteri Luar Negeri Rusia Sergei Lavrov tiba di Pyongyang pada 23 November untuk membahas pengiriman 12.000 "
    "pekerja ke "
    "Khabarovsk, kata Kementerian Luar Negeri Rusia. Lavrov bertemu Choe Son Hui dan Kim Jong Un."
)
EN = (
    "Russian Foreign Minister Sergei Lavrov arrived in Pyongyang on 23 November to discuss sending 12,000 workers to "
    "Khabarovsk, the Russian Foreign Ministry said. Lavrov met Choe Son Hui and Kim Jong Un."
)
RU = (
    "Министр иностранных дел России Сергей Лавров прибыл в Пхеньян 23 ноября, чтобы обсудить отправку 12 тысяч "
    "рабочих в "
    "Хабаровск, сообщил МИД России. Лавров встретился с Чхве Сон Хи и Ким Чен Ыном."
)
KO = (
    "세르게이 라브로프 러시아 외무장관이 11월 23일 평양에 도착해 북한 노동자 1만2천 명을 하바롭스크로 보내는 문제를 "
    "논의했다고 러시아 외무부가 밝혔다. 라브로프 장관은 최선희 외무상과 김정은을 만났다."
)


async def test_an_article_that_its_outlet_translates_is_told_as_one_event(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "antara-en", "tass", "yonhap", language="mul") as room:
        room.publish("antara", Item("Lavrov tiba di Pyongyang bahas 12.000 pekerja", ID))
        room.publish("antara-en", Item("Lavrov arrives in Pyongyang to discuss 12,000 workers", EN))
        room.publish("tass", Item("Лавров прибыл в Пхеньян обсудить 12 тысяч рабочих", RU))
        room.publish("yonhap", Item("라브로프, 노동자 1만2천 명 논의 위해 평양 도착", KO))
        told = await room.cycle()
        assert (told.tally.stored, told.tally.copies) == (4, 0)
        assert told.sizes == [4]
        assert room.mails() == 1
        again = await room.cycle(after=DAY)
        assert again.stories == ()


async def test_two_events_of_one_day_in_two_languages_stay_two(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "yonhap", language="mul") as room:
        room.publish("antara", Item("Lavrov tiba di Pyongyang bahas 12.000 pekerja", ID, at=room.now - HOUR))
        room.publish(
            "yonhap",
            Item(
                "북한, 러시아에 포탄 컨테이너 300개 추가 수송",
                "북한이 나진항을 통해 러시아로 포탄 컨테이너 300개를 추가로 보냈다고 국가정보원이 밝혔다. "
                "국정원은 러시아가 그 대가로 북한에 유류와 항공기 부품을 제공한 것으로 보고 있다.",
            ),
        )
        told = await room.cycle()
        assert told.sizes == [1, 1]
