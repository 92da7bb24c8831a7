"""`monitor profile`: documents in, YAML and a score card out; what cannot be learned from is told."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.app.profiles import ProfileWish, make_profile
from monitor.cli import main
from monitor.cli.profile import card_lines
from monitor.config.profile_files import load_profile, profile_text
from monitor.core.made_news import made_news
from monitor.core.profiles import Background, Text, derive
from monitor.errors import MonitorError
from monitor.model.commits import Intake
from monitor.store import open_store
from tests.factories import make_article

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "seeds"
PALM = (
    "Pemerintah menyesalkan aturan deforestasi Uni Eropa yang memberatkan petani sawit kecil di pedalaman. "
    "Menurut menteri, ekspor sawit ke pasar itu turun karena sertifikat baru tidak mudah dipenuhi. "
    "Petani sawit kecil diminta mendaftarkan kebun mereka sebelum tenggat, sementara eksportir mencari pasar lain. "
)


def palm(number):
    return f"Sawit dan aturan baru {number}\n\n{PALM} Kebun nomor {number} belum terdaftar."


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return [folder / f"{name}.txt" for name in files]


def made(*documents, **wish):
    return make_profile(ProfileWish(documents=documents, **wish))


def refusal(*documents, **wish):
    with pytest.raises(MonitorError) as caught:
        made(*documents, **wish)
    return str(caught.value)


def test_the_default_watchlists_profile_is_what_the_command_makes_of_the_seeds(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    out = tmp_path / "profile.yaml"
    assert main(["profile", "seeds", "--shipped", "--watchlist", "russia-north-korea", "--out", str(out)]) == 0
    command = "monitor profile seeds --shipped --watchlist russia-north-korea --force --out"
    shipped = Path("config/profiles/russia-north-korea.yaml")
    assert out.read_bytes() == shipped.read_bytes(), f"make it anew: {command} {shipped}"
    card = [line for line in capsys.readouterr().err.splitlines() if "seeds/0" in line]
    assert len(card) == 5
    assert all(float(line.rpartition("above ")[2].rstrip("%")) >= 99 for line in card), card


def test_the_same_documents_give_the_same_bytes_whatever_their_order():
    files = sorted(SEEDS.glob("*.txt"))
    assert profile_text(made(*files).profile) == profile_text(made(*reversed(files)).profile)


def test_the_yaml_is_read_back_as_it_was_made_and_its_terms_are_in_order(tmp_path):
    profile = made(SEEDS).profile
    path = tmp_path / "profile.yaml"
    path.write_text(profile_text(profile), encoding="utf-8")
    assert load_profile(path) == {term.text: term.weight for term in profile.terms}
    keys = list(yaml.safe_load(path.read_text("utf-8"))["terms"])
    assert keys == sorted(keys)


def test_a_folder_its_files_and_json_lines_are_the_same_documents(tmp_path):
    texts = [palm(number) for number in range(3)]
    lines = tmp_path / "palm.jsonl"
    rows = [
        {"id": number, "url": "", "title": text.partition("\n")[0], "text": text.partition("\n")[2]}
        for number, text in enumerate(texts)
    ]
    lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    folder = tmp_path / "texts"
    folder.mkdir()
    files = write(folder, a=texts[0], b=texts[1], c=texts[2])
    wanted = made(folder).profile.terms
    assert "petani sawit kecil" in {term.text for term in wanted}
    assert made(*files).profile.terms == wanted == made(lines).profile.terms


def test_each_document_that_cannot_be_learned_from_is_named_with_its_fault(tmp_path):
    write(tmp_path, empty=" \n", short="Sawit naik.\nPetani senang.", good=palm(1))
    (tmp_path / "binary.txt").write_bytes(b"PK\x03\x04\0\0\0\0sawit")
    (tmp_path / "latin.txt").write_bytes("Café crème".encode("latin-1"))
    (tmp_path / "lines.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    message = refusal(tmp_path, tmp_path / "missing.txt")
    for name, fault in {
        "empty.txt": "is empty",
        "short.txt": "holds 4 words",
        "binary.txt": "a binary file",
        "latin.txt": "no UTF-8 text",
        "lines.jsonl:1": "url, title, text missing",
        "missing.txt": "cannot be read",
    }.items():
        assert any(name in line and fault in line for line in message.splitlines()), (name, message)
    assert "good.txt" not in message


def test_a_folder_without_documents_is_told(tmp_path):
    assert "holds no .txt" in refusal(tmp_path)


def test_a_document_in_another_language_is_refused_or_left_out_when_the_language_is_given(tmp_path):
    english = next(made_news("en", 1)).text + " The people of the town said that it was the worst in years. " * 4
    write(tmp_path, a=palm(1), b=palm(2), c=palm(3), d=english)
    message = refusal(tmp_path)
    assert "most of these are in 'id'" in message
    assert "d.txt (en)" in message
    found = made(tmp_path, language="id")
    assert found.profile.documents == 3
    assert any("d.txt is left out" in remark for remark in found.remarks)


def test_a_language_without_a_word_list_needs_other_articles(tmp_path):
    words = " ".join(f"słowo{number}" for number in range(60))
    texts = [f"Rząd ogłosił plan budowy elektrowni. {words} {number} w i na z do się nie" for number in "abc"]
    write(tmp_path, a=texts[0], b=texts[1], c=texts[2])
    assert "nothing is known of common words in 'pl'" in refusal(tmp_path, language="pl")
    other = tmp_path / "other.jsonl"
    rows = [
        {"id": n, "url": "", "title": "Pogoda", "text": f"Deszcz pada od rana {n} i na razie", "lang": "pl"}
        for n in range(20)
    ]
    other.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    documents = sorted(tmp_path.glob("*.txt"))
    found = made(*documents, language="pl", background=[other])
    assert found.profile.background.startswith("20 articles")
    assert found.card.sets == (("background of pl", 10),)


def test_documents_of_different_subjects_share_no_term(tmp_path):
    texts = [article.text + " " + article.title for article in made_news("id", 30)]
    long = [text for text in texts if len(text.split()) > 45][:3]
    write(tmp_path, a=long[0], b=long[1], c=long[2])
    message = refusal(tmp_path)
    assert "of one subject" in message


def test_a_copy_counts_once_and_two_documents_are_few(tmp_path):
    write(tmp_path, a=palm(1), b=palm(1), c=palm(2))
    found = made(tmp_path)
    assert found.profile.documents == 2
    assert any("b.txt says the same as" in remark for remark in found.remarks)
    assert any("in 2 only" in remark for remark in found.remarks)


def test_one_document_has_no_score_card(tmp_path):
    (path,) = write(tmp_path, a=palm(1))
    assert "nothing is left" in card_lines(made(path).card)[0]


def test_an_edited_profile_is_not_overwritten(tmp_path, capsys):
    write(tmp_path, a=palm(1), b=palm(2), c=palm(3))
    out = tmp_path / "profile.yaml"
    out.write_text("mine", encoding="utf-8")
    assert main(["profile", str(tmp_path), "--shipped", "--out", str(out)]) == 1
    assert out.read_text("utf-8") == "mine"
    assert "is there already" in capsys.readouterr().err
    assert main(["profile", str(tmp_path), "--shipped", "--out", str(out), "--force"]) == 0
    assert load_profile(out)


def test_an_unknown_watchlist_is_told_with_those_that_are_there(tmp_path):
    message = refusal(SEEDS, watchlist="palm", config_dir=ROOT / "config")
    assert "There is no watchlist palm; there are: russia-north-korea." in message


def test_thai_is_refused_for_want_of_words(tmp_path):
    (path,) = write(tmp_path, a="ประธานาธิบดีเดินทางถึงกรุงเปียงยางเพื่อหารือกับผู้นำเกาหลีเหนือ " * 20)
    assert "without blanks between words" in refusal(path)


def test_stored_articles_are_the_background_from_five_hundred_on(tmp_path):
    for name in ("config", "seeds"):
        shutil.copytree(ROOT / name, tmp_path / name)
    write(tmp_path, a=palm(1), b=palm(2), c=palm(3))
    documents = sorted(tmp_path.glob("*.txt"))
    (tmp_path / "var").mkdir()
    store(tmp_path, range(499))
    found = made(*documents, config_dir=tmp_path / "config")
    assert found.remarks == ("499 articles in 'id' are stored: from 500 on they serve as background",)
    assert not found.profile.background.startswith("500")
    store(tmp_path, range(499, 501))
    found = made(*documents, config_dir=tmp_path / "config")
    assert found.profile.background.startswith("501 articles")
    assert found.card.sets[-1] == ("background of id", 250)
    # Half of the stored articles tell of small farmers, as the examples do.
    assert "petani sawit kecil" in {term.text for term in made(*documents).profile.terms}
    assert "petani sawit kecil" not in {term.text for term in found.profile.terms}


def store(folder, numbers):
    texts = ("Nomor %d: petani sawit kecil diminta mendaftarkan kebun dan tidak ada kapal.", "Kota %d dilanda banjir.")
    articles = tuple(
        make_article(
            f"Berita {n}",
            id=n + 1,
            url_key=n + 1,
            text=texts[n % 2] % n,
            language="id",
            first_seen_at=datetime.now(UTC),
        )
        for n in numbers
    )

    async def fill():
        async with open_store(f"sqlite:///{folder}/var/monitor.db") as opened:
            await opened.commit_intake(Intake(articles=articles))

    asyncio.run(fill())


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(WORDS, min_size=3, max_size=40), st.sampled_from(["id", "ko", "zh", "ar"]))
@example(["", "", "\u00b8\u0f8d\U00018cd6:"], "id")
@settings(max_examples=60, deadline=None)
def test_whatever_the_words_the_file_can_be_read_back(words, language):
    texts = [Text(str(number), "", " ".join(words) + f" akhir {number}") for number in range(3)]
    profile = derive(texts, Background(language))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "profile.yaml"
        path.write_text(profile_text(profile), encoding="utf-8")
        assert load_profile(path) == {term.text: term.weight for term in profile.terms}
