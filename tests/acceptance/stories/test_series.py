"""Series: columns, live blogs, horoscopes, numbered days, daily reports. Each instalment is itself, none is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model.digests import StoryState
from tests.acceptance.stories.news_texts import EVENTS, VISIT
from tests.acceptance.stories.newsroom import DAY, HOUR, Item, newsroom, replayed

TITLE = "Lavrov tiba di Pyongyang untuk kunjungan dua hari"


@pytest.mark.parametrize("page", ["a page each", "one page for all"])
async def test_a_daily_column_under_one_title_is_told_every_day(tmp_path: Path, page: str) -> None:
    async with newsroom(tmp_path, "antara") as room:
        window: list[Item] = []
        for day, text in enumerate(EVENTS.values()):
            link = f"https://antara.example.org/kolom{'' if page == 'one page for all' else f'/{day}'}"
            window.insert(0, Item("Catatan Rusia dan Korea Utara", text, at=room.now + DAY, link=link, guid=f"c{day}"))
            room.publish("antara", *window[: 1 if page == "one page for all" else 3])
            told = await room.cycle(after=DAY)
            assert len(told.news) == 1, f"day {day}"
            quote = told.stories[0].lead.match.quote
            assert quote, "the day's own text speaks"
            assert quote in text
        assert room.mails() == len(EVENTS)
        assert (await room.rows())["article"] == len(EVENTS)


async def test_a_live_blog_that_grows_is_one_article_and_one_mail(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara") as room:
        grown = VISIT
        for update in range(12):
            grown = f"Pukul {8 + update}.00: Lavrov melanjutkan acara ke-{update + 1} di Pyongyang.\n{grown}"
            room.publish("antara", Item("LANGSUNG: Lavrov di Pyongyang", grown, link="https://antara.example.org/live"))
            told = await room.cycle()
            assert len(told.news) == (1 if update == 0 else 0)
        rows = await room.rows()
        assert (rows["article"], rows["story"]) == (1, 1)
        assert rows["revision"] >= 11, "every state is kept"
        assert room.mails() == 1


async def test_a_live_blog_whose_updates_are_items_is_one_story(tmp_path: Path) -> None:
    updates = [
        "Pesawat Menteri Luar Negeri Rusia Sergei Lavrov mendarat di bandara Pyongyang, disambut Choe Son Hui.",
        "Lavrov meletakkan karangan bunga di Menara Pembebasan Pyongyang bersama delegasi Rusia.",
        "Pembicaraan Lavrov dan Choe Son Hui dimulai di Istana Mansudae Pyongyang, kata kementerian Rusia.",
        "Lavrov dan Choe Son Hui menandatangani rencana pertukaran Rusia dan Korea Utara di Pyongyang.",
    ]
    async with newsroom(tmp_path, "antara") as room:
        window: list[Item] = []
        for number, text in enumerate(updates):
            link = f"https://antara.example.org/live/lavrov#post-{number}"
            window.insert(0, Item("Langsung: kunjungan Lavrov ke Pyongyang", text, at=room.now, link=link))
            room.publish("antara", *window)
            told = await room.cycle()
            assert len(told.stories) <= 1
        assert (await room.rows())["story"] == 1


async def test_a_live_blog_does_not_swallow_what_other_outlets_then_tell(tmp_path: Path) -> None:
    titles = list(EVENTS)
    async with newsroom(tmp_path, "antara", "tempo") as room:
        grown = ""
        for title in titles:
            grown = f"{EVENTS[title]}\n{grown}"
            room.publish(
                "antara",
                Item("LANGSUNG: Rusia dan Korea Utara hari ini", grown, link="https://antara.example.org/live"),
            )
            await room.cycle()
        room.publish("tempo", *(Item(title, EVENTS[title]) for title in titles))
        told = await room.cycle()
        assert sorted(told.news) == sorted(titles)


SIGNS = ("Aries", "Taurus", "Gemini", "Kanker", "Leo", "Virgo")
LUCK = (
    "keuangan membaik setelah pertengahan hari dan tawaran kecil patut dipikirkan",
    "pasangan meminta waktu lebih banyak sehingga rencana akhir pekan perlu ditinjau",
    "pekerjaan menumpuk namun seorang rekan lama bersedia meringankan beban",
    "kesehatan menuntut tidur cukup, kurangi kopi dan berjalanlah di pagi hari",
)


def horoscopes(day: int) -> list[dict[str, object]]:
    return [
        {
            "id": f"{sign} {day}",
            "url": f"https://antara.example.org/zodiak/{sign}/{day}",
            "title": f"Ramalan zodiak {sign} {day} November 2026",
            "text": f"Bagi Anda yang berzodiak {sign}, {LUCK[(day + place) % 4]}. Angka keberuntungan "
            f"{day + place}, warna "
            f"hari ini {('biru', 'merah', 'hijau')[(day + place) % 3]}. Ramalan ini disusun untuk hiburan pembaca dan "
            "tidak dimaksudkan sebagai nasihat keuangan, kesehatan maupun hubungan; bijaklah membaca tanda.",
            "lang": "id",
            "published": f"2026-11-{day}T01:00:00Z",
            "outlet": "Antara",
        }
        for place, sign in enumerate(SIGNS)
    ]


async def test_horoscopes_are_no_copies_and_never_one_story_over_days() -> None:
    days = (20, 21, 22)
    rows = await replayed(line for day in days for line in horoscopes(day))
    assert {row["verdict"] for row in rows} == {"new"}
    days_of: dict[object, set[str]] = {}
    for row in rows:
        days_of.setdefault(row["story"], set()).add(str(row["id"]).split()[1])
    assert all(len(found) == 1 for found in days_of.values())


DAYS = (
    "Pasukan Rusia menyatakan merebut dua desa; tentara Korea Utara dilaporkan membersihkan ranjau di Kursk, Rusia.",
    "Pesawat tak berawak menghantam gudang Rusia, tentara Korea Utara dilaporkan membangun jembatan bersama Rusia.",
    "Rusia dan Ukraina bertukar tawanan; tidak ada tentara Korea Utara di antara mereka, kata Moskow dan Pyongyang.",
    "Menteri Pertahanan Rusia Andrei Belousov meninjau prajurit Korea Utara yang bertugas di wilayah Rusia.",
)


async def test_the_days_of_a_numbered_series_are_each_told(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        window: dict[str, list[Item]] = {"antara": [], "tempo": []}
        for number, text in enumerate(DAYS, 1369):
            window["antara"].insert(0, Item(f"Korut di perang Rusia, hari ke-{number}", text, at=room.now + DAY))
            window["tempo"].insert(
                0, Item(f"Hari ke-{number}: apa yang terjadi di Rusia dan Korut", text * 2, at=room.now + DAY)
            )
            for outlet, items in window.items():
                room.publish(outlet, *items)
            told = await room.cycle(after=DAY)
            assert {one.state for one in told.stories} == {StoryState.NEW}, f"day {number}"
            assert all(str(number) in title for title in told.news)
        assert room.mails() == len(DAYS)


def market(day: str, rate: int, *, weather: bool = False) -> dict[str, object]:
    if weather:
        title, text = (
            f"Prakiraan cuaca Jakarta {day}",
            f"Badan Meteorologi memperkirakan cuaca Jakarta pada {day} cerah berawan pada pagi hari, hujan ringan "
            f"pada siang "
            f"hari di Jakarta Selatan dan Jakarta Timur, dan berawan pada malam hari. Suhu udara berkisar antara "
            f"24 dan "
            f"{rate % 4 + 30} derajat Celsius dengan kelembapan 65 sampai 95 persen. Angin bertiup dari arah barat "
            f"laut "
            "dengan kecepatan 10 sampai 20 kilometer per jam. Warga diminta mewaspadai hujan disertai kilat.",
        )
    else:
        title, text = (
            f"Kurs rubel hari ini, {day}",
            f"Bank sentral Rusia menetapkan kurs resmi rubel untuk {day} sebesar {rate} per dolar Amerika Serikat. "
            f"Kurs itu "
            "berlaku bagi semua perhitungan resmi sampai diumumkan kurs yang baru. Para pedagang di bursa Moskow "
            "memperhatikan harga minyak dan arah suku bunga menjelang rapat dewan gubernur bank sentral akhir "
            "bulan ini. "
            "Kurs euro dan yuan diumumkan bersamaan pada laman resmi bank sentral setiap sore hari kerja.",
        )
    return {
        "id": title,
        "url": f"https://antara.example.org/{'-'.join(title.split())}",
        "title": title,
        "text": text,
        "lang": "id",
        "outlet": "Antara",
    }


@pytest.mark.parametrize("weather", [False, True])
@pytest.mark.parametrize(
    "days",
    [
        ("20 November", "21 November", "22 November"),
        ("Rabu", "Kamis", "Jumat"),
        ("30 November", "1 Desember", "2 Desember"),
    ],
)
async def test_one_reports_frame_with_other_numbers_is_another_days_report(
    days: tuple[str, ...], weather: bool
) -> None:
    lines = [
        {**market(day, 81 + n, weather=weather), "published": f"2026-11-{20 + n}T09:00:00Z"}
        for n, day in enumerate(days)
    ]
    rows = await replayed(lines)
    assert [row["verdict"] for row in rows] == ["new", "new", "new"]


async def test_a_preview_is_not_the_match_and_neither_is_lost() -> None:
    preview = {
        "id": "preview",
        "url": "https://antara.example.org/bola/pratinjau",
        "title": "Pratinjau Rusia vs Korea Utara: tuan rumah tanpa kiper utama",
        "text": "Timnas Rusia akan menjamu Korea Utara dalam laga persahabatan di Stadion Luzhniki, Moskow, Sabtu "
        "malam. Pelatih "
        "Valery Karpin mengatakan kiper utamanya cedera dan baru diputuskan menjelang laga siapa yang "
        "menggantikan. Kedua "
        "tim terakhir bertemu tiga tahun lalu. Korea Utara datang dengan skuad muda dan berlatih tertutup sejak Rabu.",
        "published": "2026-11-20T09:00:00Z",
    }
    report = {
        "id": "report",
        "url": "https://antara.example.org/bola/hasil",
        "title": "Hasil Rusia vs Korea Utara 3-0: tiga gol di babak kedua",
        "text": "Timnas Rusia menang 3-0 atas Korea Utara dalam laga persahabatan di Stadion Luzhniki, Moskow, "
        "Sabtu malam. Semua "
        "gol tercipta setelah jeda lewat dua sundulan dan satu penalti. Pelatih Valery Karpin memuji kesabaran "
        "pemainnya. "
        "Korea Utara sempat membentur tiang pada menit ke-70 dan kehilangan satu pemain karena kartu merah.",
        "published": "2026-11-21T19:00:00Z",
    }
    rows = await replayed({**line, "outlet": "Antara", "lang": "id"} for line in (preview, report))
    assert [row["verdict"] for row in rows] == ["new", "new"]


def missile_test(day: str, weekday: str, count: int, place: str, reach: int) -> dict[str, object]:
    return {
        "id": day,
        "url": f"https://antara.example.org/rudal/{day}",
        "title": f"Korea Utara tembakkan {count} rudal balistik ke Laut Jepang",
        "text": f"Korea Utara menembakkan {count} rudal balistik jarak pendek dari {place} ke arah Laut Jepang pada "
        f"{weekday} "
        f"pagi, kata Kepala Staf Gabungan Korea Selatan. Rudal itu terbang sekitar {reach} kilometer sebelum jatuh "
        f"di luar "
        f"zona ekonomi eksklusif Jepang. Seoul mengecam peluncuran pada {int(day)} November itu sebagai provokasi, dan "
        "pemerintah Jepang menyampaikan protes. Tidak ada laporan kerusakan pada kapal maupun pesawat.",
        "lang": "id",
        "outlet": "Antara",
        "published": f"2026-11-{day}T01:00:00Z",
    }


async def test_two_missile_tests_three_days_apart_are_two_stories() -> None:
    first, second = missile_test("18", "Rabu", 2, "Sunan", 350), missile_test("21", "Sabtu", 3, "Wonsan", 420)
    other = {
        "id": "other",
        "url": "https://tempo.example.org/rudal",
        "title": "Pyongyang luncurkan lagi rudal dari Wonsan",
        "text": "Tiga rudal balistik jarak pendek diluncurkan Korea Utara dari sekitar Wonsan pada Sabtu pagi, "
        "demikian militer "
        "Korea Selatan. Jarak tempuhnya 420 kilometer. Ini peluncuran kedua dalam sepekan setelah dua rudal "
        "ditembakkan dari "
        "Sunan pada Rabu. Jepang memprotes melalui kedutaan di Beijing.",
        "lang": "id",
        "outlet": "Tempo",
        "published": "2026-11-21T04:00:00Z",
    }
    rows = await replayed([first, second, other])
    assert [row["verdict"] for row in rows] == ["new", "new", "new"]
    assert rows[0]["story"] != rows[1]["story"]
    assert rows[2]["story"] == rows[1]["story"]


def letter(year: int) -> dict[str, object]:
    nth = year - 1945
    return {
        "id": year,
        "url": f"https://antara.example.org/surat/{year}",
        "title": f"Kim Jong Un kirim ucapan selamat kepada Putin pada peringatan ke-{nth} pembebasan",
        "text": "Pemimpin Korea Utara Kim Jong Un mengirim surat ucapan selamat kepada Presiden Rusia Vladimir "
        "Putin pada "
        f"peringatan ke-{nth} pembebasan Korea, 15 Agustus, lapor kantor berita KCNA. Dalam suratnya Kim menyebut "
        f"persahabatan "
        "kedua negara yang ditempa dalam perjuangan bersama dan menyatakan keyakinan bahwa kerja sama strategis "
        "akan semakin "
        "kukuh. Putin membalas dengan surat yang menekankan bahwa hubungan Moskow dan Pyongyang berkembang di "
        "segala bidang.",
        "lang": "id",
        "outlet": "Antara",
        "published": f"{year}-08-15T01:00:00Z",
    }


async def test_letters_of_two_years_in_the_same_words_are_two_events() -> None:
    for order in ((2025, 2026), (2026, 2025)):
        rows = await replayed(letter(year) for year in order)
        assert [row["verdict"] for row in rows] == ["new", "new"]
        assert rows[0]["story"] != rows[1]["story"]


async def test_an_outlet_that_puts_both_years_letters_into_its_feed_has_both_told(tmp_path: Path) -> None:
    async with newsroom(tmp_path, "antara", "tempo") as room:
        old, new = letter(2025), letter(2026)
        for outlet in ("antara", "tempo"):
            room.publish(
                outlet,
                Item(str(new["title"]), str(new["text"]), at=room.now - HOUR),
                Item(str(old["title"]), str(old["text"]), at=room.now - 365 * DAY),
            )
        told = await room.cycle(after=timedelta(minutes=10))
        assert (told.tally.stored, told.tally.copies) == (2, 2)
        assert told.sizes == [2]
        assert told.held_back == 1, "a letter of last year is no news, and no part of this year's"
