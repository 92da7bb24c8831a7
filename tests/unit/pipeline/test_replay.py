"""Replay: lines in, decisions out, in the given order."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from monitor.app import load_configuration, make_replay
from monitor.config import Configuration
from monitor.core.scoring import relevance
from monitor.pipeline.replay import LineError, read_line

ROOT = Path(__file__).parents[3]
SEEDS = [
    "2023-09-14T12:00:00Z",
    "2024-06-15T01:03:00Z",
    "2024-06-19T12:00:00Z",
    "2023-09-14T12:00:00Z",
    "2023-09-14T12:00:00Z",
]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(ROOT / "config", {})


def line(name: object, title: str, text: str, **keys: object) -> str:
    return json.dumps({"id": name, "url": f"https://example.org/{name}", "title": title, "text": text, **keys})


async def replayed(configuration: Configuration, *lines: str) -> list[dict[str, object]]:
    replay = make_replay(configuration)
    return [await replay.judge_document(read_line(text)) for text in lines]


LONG = " ".join(f"kalimat {n} tentang panen padi di desa" for n in range(60))


async def test_a_line_gets_verdict_story_and_every_signal(configuration: Configuration) -> None:
    (found,) = await replayed(configuration, line("a", "Putin tiba di Pyongyang", "Putin disambut Kim Jong Un."))
    assert (found["id"], found["verdict"], found["of"]) == ("a", "new", None)
    assert found["story"] == found["storyline"]
    matches = found["matches"]
    assert isinstance(matches, dict)
    score = matches["russia-north-korea"]
    assert score["matched"] is True
    assert sum(signal["points"] for signal in score["signals"]) == score["score"]
    assert score["relevance"] == relevance(score["score"]) > 0.5
    assert score["excluded"] == []


async def test_a_match_that_is_none_says_what_kept_it_out(configuration: Configuration) -> None:
    shut, listed = await replayed(
        configuration,
        line("shut", "러시아 태평양함대 훈련 종료", "훈련이 끝났다."),
        line("listed", "Ancaman siber", "China, Rusia, Iran, dan Korea Utara disebut sebagai ancaman."),
    )
    (gate,) = shut["matches"]["russia-north-korea"]["excluded"]  # type: ignore[index]
    assert gate.startswith("gate: ")
    assert shut["matches"]["russia-north-korea"]["relevance"] == 0  # type: ignore[index]
    assert any("together only in a list" in why for why in listed["matches"]["russia-north-korea"]["excluded"])  # type: ignore[index]


async def test_a_score_is_given_below_the_threshold_and_a_story_without_a_match(configuration: Configuration) -> None:
    (found,) = await replayed(configuration, line(7, "Panen padi di desa", LONG))
    assert found["story"] is not None
    assert found["matches"]["russia-north-korea"]["matched"] is False  # type: ignore[index]
    assert found["matches"]["russia-north-korea"]["score"] == 0  # type: ignore[index]


async def test_copies_known_and_revised_articles_name_the_inputs_own_ids(configuration: Configuration) -> None:
    first, copy, known, revised = await replayed(
        configuration,
        line(1, "Panen padi di desa", LONG),
        line(2, "Desa panen padi", LONG, outlet="Lain"),
        line(1, "Panen padi di desa", LONG),
        line(1, "Panen padi di desa", LONG + " Diperbarui: hujan turun sore hari dan panen ditunda."),
    )
    assert [row["verdict"] for row in (first, copy, known, revised)] == ["new", "copy", "known", "revision"]
    assert [row["of"] for row in (copy, known, revised)] == [1, 1, 1]
    assert [row["decisions"][0]["other"] for row in (copy, known, revised)] == [1, 1, 1]  # type: ignore[index]
    assert copy["story"] == first["story"]


async def test_every_line_carries_its_decisions_with_the_inputs_own_ids(configuration: Configuration) -> None:
    first, copy, retold = await replayed(
        configuration,
        line("a", "Panen padi di desa", LONG, published="2026-11-22T06:00:00Z"),
        line("b", "Desa panen padi", LONG, outlet="Lain", published="2026-11-22T07:00:00Z"),
        line(
            "c", "Panen padi di desa mulai", "kalimat tentang panen padi di desa " * 4, published="2026-11-22T08:00:00Z"
        ),
    )
    told = [
        [(one["stage"], one["outcome"], one["level"], one["other"]) for one in row["decisions"]]
        for row in (first, copy)
    ]  # type: ignore[attr-defined]
    assert told == [
        [("dedupe", "new", "none", None), ("story", "opened", "none", None)],
        [("dedupe", "copy", "shingles", "a"), ("story", "joined", "copy", "a")],
    ]
    dedupe, story = retold["decisions"]  # type: ignore[misc]
    assert (dedupe["outcome"], story["outcome"], story["other"]) == ("new", "joined", "a")  # type: ignore[index]
    assert f"= {story['measure']:.2f} (line 0.35)" in story["features"]["reason"]  # type: ignore[index]
    assert story["features"]["reason"].startswith("joined story “Panen padi di desa” because ")  # type: ignore[index]
    assert {one["version"].rpartition("-")[0] for one in (dedupe, story)} == {"dedupe", "stories"}  # type: ignore[index]


async def test_the_seeds_give_their_three_stories_in_every_order(configuration: Configuration) -> None:
    texts = [path.read_text() for path in sorted((ROOT / "seeds").glob("00*.txt"))]
    lines = [
        line(n, text.partition("\n")[0], text.partition("\n")[2], published=SEEDS[n], lang="id")
        for n, text in enumerate(texts)
    ]
    # All 120 orders are proven beside the core; here a handful goes the whole way.
    for order in list(itertools.permutations(range(5)))[::17]:
        rows = await replayed(configuration, *(lines[n] for n in order))
        stories: dict[object, set[object]] = {}
        for row in rows:
            stories.setdefault(row["story"], set()).add(row["id"])
        assert sorted(map(sorted, stories.values())) == [[0, 3, 4], [1], [2]], order  # type: ignore[type-var]
        assert all(row["matches"]["russia-north-korea"]["matched"] for row in rows)  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[1]", "one JSON object"),
        ('{"id": 1, "title": "x"}', "url, text missing"),
        ('{"id": 1, "url": 5, "title": "x", "text": "y"}', "url must be text"),
        ('{"id": [1], "url": "u", "title": "x", "text": "y"}', "id must be"),
        ('{"id": "\\ud800", "url": "u"}', "id: half of a character"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_a_line_that_is_no_article_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(LineError, match=words):
        read_line(text)


def test_a_publication_time_may_be_a_number() -> None:
    assert read_line(line(1, "x", "y", published=1718755200)).published == "1718755200"
    assert read_line(line(1, "x", "y", published=10**400)).published == str(10**400)


SENTENCES = (
    "Kim Jong Un mengundang Presiden Vladimir Putin berkunjung ke Pyongyang pada bulan depan.",
    "Juru bicara Kremlin membenarkan bahwa undangan itu diterima dengan senang hati.",
    "Menteri luar negeri akan datang lebih dahulu untuk menyiapkan kunjungan tersebut.",
    "Keduanya bertemu di Kosmodrom Vostochny pada Rabu malam.",
    "Kereta lapis baja Kim tiba di Vladivostok setelah perjalanan dua hari.",
    "Rusia menawarkan bantuan satelit kepada Korea Utara dalam pertemuan itu.",
    "Seoul menyatakan khawatir atas kerja sama militer kedua negara.",
    "Washington memperingatkan sanksi baru bila senjata dikirim.",
    "Kedua pemimpin menikmati jamuan makan dengan pangsit kepiting.",
    "Para pengamat melihat kesepakatan amunisi di balik kunjungan itu.",
)
UNDER_WAY = (
    ("Kim undang Putin", (7, 4)),
    ("Kremlin: undangan Kim diterima", (2, 7)),
    ("Putin diundang ke Pyongyang", (0, 4, 7, 6)),
    ("Kremlin: undangan Kim diterima", (8, 9, 1, 7, 4)),
    ("Kremlin: undangan Kim diterima", (1, 6, 5, 0, 2, 3)),
    ("Putin diundang ke Pyongyang", (1, 3, 4, 0, 6)),
    ("Kremlin: undangan Kim diterima", (7, 3, 0, 5)),
    ("Kremlin: undangan Kim diterima", (1, 2, 3)),
)
"""An event whose first reports have little in common, two hours apart."""


async def replayed_event(configuration: Configuration, *, is_repairing: bool) -> list[dict[str, object]]:
    replay = make_replay(configuration, is_repairing=is_repairing)
    return [
        await replay.judge_document(
            read_line(
                line(
                    f"a{at}",
                    title,
                    " ".join(SENTENCES[one] for one in told),
                    url=f"https://o{at}.example.org/{at}",
                    outlet=f"O{at}",
                    published=f"2026-11-20T{2 * at + 1:02}:00:00Z",
                )
            )
        )
        for at, (title, told) in enumerate(UNDER_WAY)
    ]


async def test_stories_are_merged_on_the_hour_of_the_articles_and_the_line_says_why(
    configuration: Configuration,
) -> None:
    found = await replayed_event(configuration, is_repairing=True)
    first, second = found[0]["story"], found[1]["story"]
    assert first != second
    at, (merger,) = next((n, of["mergers"]) for n, of in enumerate(found) if of["mergers"])  # type: ignore[misc]
    assert (merger["story"], merger["into"], merger["other"]) == (second, first, "a0")
    assert merger["at"] == f"2026-11-20T{2 * at + 1:02}:00:00+00:00"
    assert (merger["stage"], merger["outcome"], merger["level"]) == ("story", "merged", "repair")
    assert "each is the other's nearest" in merger["features"]["reason"]
    assert {of["story"] for of in found[at:]} == {first}, "what comes later is told of the story that was kept"


async def test_lines_have_no_further_key_and_no_merger_unless_it_was_asked_for(configuration: Configuration) -> None:
    plain, repaired = [await replayed_event(configuration, is_repairing=which) for which in (False, True)]
    assert all("mergers" not in of for of in plain)
    assert len({of["story"] for of in plain}) == 2
    assert [of.keys() - {"mergers"} for of in repaired] == [set(of) for of in plain]
