"""Digests to look at and to compare: written for the purpose, with invented outlets on example.org.

The Indonesian titles of the main digest are those of the five seeds, so that a reader of the pictures meets the
stories that a first start tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.scoring import relevance
from monitor.model.articles import DATE_ONLY, Article, Change, ChangeKind, VerdictKind
from monitor.model.digests import ChangedArticle, Digest, DigestStory, Had, StoryState, Telling
from monitor.model.stories import Evidence, Ground, Origin
from monitor.model.volumes import Volume, VolumeDay
from monitor.model.watchlists import Field, Hit, Signal
from tests.factories import NOW, make_article, make_digest, make_match, make_recipient, make_slot, make_verdict, number

SLOT_AT = datetime.fromisoformat("2026-11-22T07:00:00+07:00")
TITLES = {
    "en": {"russia-north-korea": "Russia–North Korea", "missiles": "Missile tests"},
    "id": {"russia-north-korea": "Rusia–Korea Utara", "missiles": "Uji coba rudal"},
}
LABELS = {
    "all_in_title": {"en": "both sides in the title", "id": "kedua pihak di judul"},
    "near": {"en": "named close together", "id": "disebut berdekatan"},
    "visit": {"en": "a visit or a summit", "id": "kunjungan atau pertemuan puncak"},
    "arms": {"en": "arms or ammunition", "id": "senjata atau amunisi"},
    "listed": {"en": "only listed with other countries", "id": "hanya disebut bersama negara lain"},
    "profile": {"en": "words of the seed articles", "id": "kata-kata artikel acuan"},
    "mentions": {"en": "named again and again", "id": "disebut berulang kali"},
}


def signals(*named: tuple[str, float, str], hits: Sequence[str]) -> tuple[Signal, ...]:
    """Signals with labels; all hits hang on the first."""
    found = tuple(Hit(field=Field.BODY, start=0, end=len(hit), text=hit) for hit in hits)
    return tuple(
        Signal(name=name, points=points, evidence=evidence, hits=found if n == 0 else (), label=LABELS[name])
        for n, (name, points, evidence) in enumerate(named)
    )


def story(
    articles: Sequence[Article],
    quote: str,
    found: tuple[Signal, ...],
    *,
    copies: int = 0,
    voiced: bool = False,
    **facts: object,
) -> DigestStory:
    """A story of these articles, the first the lead, the last `copies` of them copies of it; `voiced` by an agency."""
    originals, repeated = articles[: len(articles) - copies], articles[len(articles) - copies :]
    points = sum(signal.points for signal in found)
    lead = Telling(
        article=articles[0],
        match=make_match(articles[0], points=points, signals=found, quote=quote),
        verdict=make_verdict(articles[0]),
    )
    others = tuple(
        Telling(
            article=article,
            match=make_match(article, points=points - 2, signals=found),
            verdict=make_verdict(article, VerdictKind.COPY, of=articles[0].id)
            if n >= len(articles) - 1 - copies
            else make_verdict(article),
        )
        for n, article in enumerate(articles[1:])
    )
    return DigestStory(
        **{  # type: ignore[arg-type]
            "story_id": articles[0].id,
            "watchlist": "russia-north-korea",
            "state": StoryState.NEW,
            "lead": lead,
            "others": others,
            "points": points,
            "threshold": 50.0,
            "relevance": relevance(points),
            "first_at": min(article.at for article in articles),
            "origins": agency(originals, repeated) if voiced else voices(originals),
            **facts,
        }
    )


def voices(articles: Sequence[Article]) -> tuple[Origin, ...]:
    """Each article a voice of its own."""
    return tuple(
        Origin(
            name=one.outlet,
            is_agency=False,
            evidence=(Evidence(article_id=one.id, ground=Ground.OWN, line=f"{one.outlet}: names no agency"),),
        )
        for one in articles
    )


def agency(articles: Sequence[Article], copies: Sequence[Article]) -> tuple[Origin, ...]:
    """KCNA behind the first two and the copies, the others for themselves."""
    first, second = articles[:2]
    lines = [
        Evidence(article_id=first.id, ground=Ground.DATELINE, line="", quote="PYONGYANG (KCNA) –"),
        Evidence(article_id=second.id, ground=Ground.ATTRIBUTION, line="", quote="state news agency KCNA reported"),
        *(Evidence(article_id=one.id, ground=Ground.WORDING, line="", other_id=first.id, share=0.97) for one in copies),
    ]
    return (Origin(name="KCNA", is_agency=True, evidence=tuple(lines)), *voices(articles[2:]))


def article(title: str, outlet: str, hours: float, language: str, country: str | None = None) -> Article:
    """An article some hours before the slot."""
    return make_article(
        title,
        outlet=outlet,
        language=language,
        country=country,
        published_at=SLOT_AT - timedelta(hours=hours),
        first_seen_at=SLOT_AT - timedelta(hours=hours - 0.2),
        url=f"https://{'berita' if language == 'id' else 'news'}.example.org/2026/11/{number(title + outlet) % 10**7}",
    )


def stories() -> tuple[DigestStory, ...]:
    """Six stories in five languages."""
    arrives = "Putin Tiba di Pyongyang, Hubungan Erat Rusia – Korea Utara Menimbulkan Kekhawatiran"
    invited = "Kim Jong-un Undang Putin Kunjungi Korea Utara, AS Ungkapkan Kekhawatirannya"
    rumoured = "Putin Dikabarkan Berkunjung ke Korea Utara, Begini Peringatan AS dan Korea Selatan"
    friends = "Putin dan Kim Jong Un Memperkuat Ikatan Persahabatan di Rusia, Timbul Kekhawatiran Kerjasama Militer"
    return (
        story(
            [
                article(arrives, "Harian Contoh", 3.2, "id", "ID"),
                article("Putin lands in Pyongyang", "Example Post", 2.9, "en", "GB"),
                article("Путин прибыл в Пхеньян", "Пример-ТВ", 2.5, "ru", "RU"),
                article("푸틴, 평양 도착", "예시일보", 2.1, "ko", "KR"),
                article("بوتين يصل إلى بيونغ يانغ", "صحيفة المثال", 1.9, "ar", "EG"),
                article("Putin tiba di Korut", "Warta Misal", 1.5, "id", "ID"),
                article(arrives + ".", "Kabar Umpama", 1.2, "id", "ID"),
                article(arrives, "Portal Ibarat", 0.8, "id", "ID"),
            ],
            "Pada Rabu dini hari waktu setempat, Presiden Rusia Vladimir Putin tiba di Bandara Pyongyang, Korea Utara, "
            "disambut langsung oleh pemimpin Korea Utara Kim Jong-un.",
            signals(
                ("all_in_title", 40.0, "Putin … Pyongyang"),
                ("visit", 20.0, "tiba di"),
                ("near", 18.0, ""),
                ("mentions", 7.5, "12×"),
                ("profile", 6.25, ""),
                ("arms", 3.0, ""),
                hits=("Putin", "Pyongyang", "Korea Utara", "Kim Jong-un", "Rusia"),
            ),
            copies=2,
            voiced=True,
        ),
        story(
            [
                article("북한, 러시아에 포탄 추가 공급 정황…위성사진 공개", "예시일보", 6.5, "ko", "KR"),
                article("Satellite images point to more shells for Russia", "Example Post", 5.0, "en", "GB"),
            ],
            "위성사진에는 북한 나진항에서 러시아 선박에 컨테이너가 실리는 모습이 담겼다.",
            signals(
                ("all_in_title", 40.0, "북한 … 러시아"),
                ("arms", 20.0, "포탄"),
                ("near", 18.0, ""),
                hits=("북한", "러시아"),
            ),
            state=StoryState.DEVELOPING,
            told_before=3,
            had=Had(
                title="North Korea ships shells to Russia, Seoul says",
                language="en",
                at=SLOT_AT - timedelta(days=1),
            ),
            repeats=1,
            first_at=SLOT_AT - timedelta(days=2),
        ),
        story(
            [article("Лавров прибыл в Пхеньян на переговоры о военном сотрудничестве", "Пример-ТВ", 8.0, "ru", "RU")],
            "Стороны обсудят выполнение договора о всеобъемлющем партнёрстве между Россией и КНДР.",
            signals(
                ("near", 28.0, "Россией и КНДР"),
                ("visit", 20.0, "прибыл"),
                ("arms", 20.5, ""),
                hits=("Пхеньян", "Россией", "КНДР"),
            ),
        ),
        story(
            [article("روسيا وكوريا الشمالية توقعان اتفاقا للتعاون الغذائي", "صحيفة المثال", 10.0, "ar", "EG")],
            "وقع الجانبان الروسي والكوري الشمالي في بيونغ يانغ اتفاقا يشمل الحبوب والأسمدة.",
            signals(
                ("all_in_title", 40.0, "روسيا وكوريا الشمالية"),
                ("near", 24.0, ""),
                hits=("كوريا الشمالية", "بيونغ يانغ"),
            ),
        ),
        story(
            [article(invited, "Harian Contoh", 11.0, "id", "ID"), article(friends, "Warta Misal", 12.0, "id", "ID")],
            "Kremlin mengonfirmasi undangan itu, tetapi tidak mengungkapkan waktu kunjungan dan rincian lainnya.",
            signals(
                ("all_in_title", 40.0, "Kim Jong-un … Putin"), ("visit", 20.0, "Undang"), hits=("Kremlin", "kunjungan")
            ),
        ),
        story(
            [
                replace(
                    article(rumoured, "unknown outlet", 19.0, "id", "ID"),
                    published_at=datetime.fromisoformat("2026-11-21T12:00:00+00:00"),
                    flags=(DATE_ONLY,),
                )
            ],
            "Amerika Serikat dan Korea Selatan memperingatkan Putin agar tidak menjalin hubungan militer yang lebih "
            "erat dengan Korea Utara.",
            signals(
                ("all_in_title", 40.0, "Putin … Korea Utara"),
                ("near", 18.0, ""),
                ("listed", -4.0, "AS, Korea Selatan"),
                hits=("Putin", "Korea Utara"),
            ),
        ),
    )


def changed() -> tuple[ChangedArticle, ...]:
    """Articles told before that say something else now: a correction, a headline, a lead and a passage."""
    corrected = article("Kim Jong-un Kunjungi Vladivostok pada Rabu", "Harian Contoh", 30.0, "id", "ID")
    renamed = article("Pyongyang rejects claims of troops in Kursk", "Example Post", 28.0, "en", "GB")
    counted = article("북한군 3천명 러시아 도착", "예시일보", 26.0, "ko", "KR")
    withdrawn = article("روسيا تنفي وصول قوات من كوريا الشمالية", "صحيفة المثال", 25.0, "ar", "EG")
    notice = "Koreksi: Berita ini semula menyebut Selasa; kunjungan berlangsung pada Rabu, 13 September."
    story_gone = "This report was withdrawn after its only source took back what she had said."
    passage = (
        "A diplomat who did not want to be named said that the first units had crossed the border on Sunday night, "
        "with more to follow before the end of the month."
    )
    return (
        _changed(withdrawn, 1.0, Change(kind=ChangeKind.RETRACTION, after=story_gone)),
        _changed(corrected, 5.5, Change(kind=ChangeKind.CORRECTION, after=notice)),
        _changed(
            renamed,
            4.0,
            Change(kind=ChangeKind.TITLE, before="Pyongyang confirms troops in Kursk", after=renamed.title),
            Change(kind=ChangeKind.REMOVAL, before=passage),
        ),
        _changed(
            counted,
            2.5,
            Change(kind=ChangeKind.TITLE, before="북한군 1만명 러시아 도착", after=counted.title),
            Change(
                kind=ChangeKind.FACT,
                before="국정원은 북한군 1만명이 도착했다고 밝혔다.",
                after="국정원은 북한군 3천명이 도착했다고 밝혔다.",
            ),
        ),
    )


def _changed(of: Article, hours: float, *changes: Change) -> ChangedArticle:
    return ChangedArticle(article=of, at=SLOT_AT - timedelta(hours=hours), changes=changes, state=1)


def sample(language: str = "id", **facts: object) -> Digest:
    """The digest of the pictures and golden files: five languages, two states, a carried story, a rest."""
    reprinted = story(
        [
            article("Kim Berjanji Dukung Rusia", "Portal Ibarat", 4.0, "id", "ID"),
            article("Kim Berjanji Dukung Rusia", "Suara Misal", 3.0, "id", "ID"),
        ],
        "",
        signals(("near", 52.0, ""), hits=("Kim",)),
        copies=1,
        state=StoryState.CARRIED,
        told_before=4,
    )
    days = tuple(
        VolumeDay(day=(SLOT_AT - timedelta(days=14 - n)).date(), stories=stories)
        for n, stories in enumerate((None, 2, 4, 3, 5, 1, 2, 3, 6, 4, 3, 5, 2, 7))
    )
    digest = make_digest(
        volume=Volume(days=days, stories=7, span=1, usual=2.0, is_weekend=True),
        recipient=make_recipient(name="Meja Luar Negeri", language=language, address="desk@example.org"),
        slot=make_slot(at=SLOT_AT),
        since=SLOT_AT - timedelta(days=1),
        until=SLOT_AT,
        titles=TITLES[language],
        stories=(*stories(), reprinted),
        held_back=4,
        changed=changed(),
        more_changed=2,
        mergers=(("Kereta barang Rusia tiba di Tumangang", "Putin tiba di Pyongyang"),),
    )
    return replace(digest, **facts)  # type: ignore[arg-type]


def many(count: int, language: str = "id") -> Digest:
    """A digest of `count` full stories, cycling through the samples with titles of their own."""
    samples = stories()
    repeated = []
    for n in range(count):
        base = samples[n % len(samples)]
        lead = replace(
            base.lead, article=replace(base.lead.article, id=n + 1, title=f"{base.lead.article.title} ({n + 1})")
        )
        repeated.append(replace(base, story_id=n + 1, lead=lead, points=base.points - n / 100))
    return sample(language, stories=tuple(repeated), held_back=0, changed=(), more_changed=0, mergers=())


COMPOSED_AT = NOW
