"""Where the texts of a story come from: "7 outlets, 2 origins", each with its line of evidence.

Owns: which agency an article says it draws on, and which articles of a story therefore speak with one voice. Refuses:
any judgement of who is right, and agencies mentioned in passing: only the frame of a report counts (its outlet, its
dateline, its closing credit, and attributions in title and lead), because further down everybody quotes everybody.

Evidence in order of strength: the outlet is the agency; a dateline names it ("SEOUL (Reuters) -", "МОСКВА. /ТАСС/.",
"(서울=연합뉴스)"); a credit closes the text ("(AFP/ANTARA)", "Sumber: Reuters"); the lead attributes the news to it
("dilansir KCNA", "со ссылкой на Ёнхап", "조선중앙통신이 보도했다"). Of several attributions the one that is itself
cited is the origin: in "Yonhap reported, citing KCNA" that is KCNA. Shared wording joins what no line names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from monitor.core.similarity import body_of, containment, shingles
from monitor.model.articles import Article, ArticleId
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.model.stories import Evidence, Ground, Origin, Source

LEAD = 700
"""Characters of the body in which an attribution counts: two or three paragraphs."""
DATELINE = 120
CREDIT = 160
REACH = 48
"""Characters between an agency's name and the word that makes it a source, within one sentence."""
SHARED = 0.30
"""Share of the smaller text's shingles from which two texts are one voice: the line of shared wire text for stories."""
COMPARED = 60
"""Texts of a story that are held against each other; more add nothing to what a reader learns."""


# Name → spellings; those with capitals only in the first letter are matched in any case, "=" keeps the case as it is
# (short names that are words elsewhere: "antara" is Indonesian for "between", "ap" is nothing).
_AGENCIES: Mapping[str, tuple[str, ...]] = {
    "KCNA": (
        "=KCNA",
        "Korean Central News Agency",
        "Kantor Berita Pusat Korea",
        "=ЦТАК",
        "Центральное телеграфное агентство Кореи",
        "Центрального телеграфного агентства Кореи",
        "조선중앙통신",
        "조중통신",
        "朝中社",
        "朝鮮中央通信",
        "朝鲜中央通讯社",
    ),
    "TASS": ("=TASS", "=ТАСС", "타스통신", "타스 통신", "塔斯社", "タス通信"),
    "Yonhap": ("Yonhap", "Ёнхап", "Рёнхап", "연합뉴스", "韩联社", "韓聯社", "聯合ニュース"),
    "Reuters": ("Reuters", "Рейтер", "Рейтерс", "로이터", "路透", "ロイター"),
    "AP": ("=AP", "Associated Press", "Ассошиэйтед Пресс", "AP통신", "AP 통신", "美联社", "美聯社", "AP通信"),
    "AFP": ("=AFP", "Agence France-Presse", "=АФП", "Франс Пресс", "AFP통신", "AFP 통신", "法新社", "AFP通信"),
    "Antara": ("=ANTARA", "LKBN Antara", "kantor berita Antara", "Antara News", "antaranews", "dikutip =Antara"),
    "RIA Novosti": ("RIA Novosti", "РИА Новости", "리아노보스티", "리아 노보스티", "俄新社"),
    "Interfax": ("Interfax", "Интерфакс", "인테르팍스", "国际文传电讯社"),
    "Xinhua": ("Xinhua", "Синьхуа", "신화통신", "新华社", "新華社"),
    "Kyodo": ("Kyodo", "Киодо", "교도통신", "共同通信", "共同社"),
}

# The word makes the name a source. "Citing" words turn what follows them into the source of a source.
_CITING = (
    r"citing|quoting|with reference to|mengutip|dikutip dari|dikutip|melansir|dilansir(?: dari| oleh)?|mengacu pada|"
    r"со ссылкой на|ссылаясь на|цитиру\w+|по данным|по сообщению|по информации"
)
_BEFORE = (
    rf"{_CITING}|according to|reported by|report(?:s|ed)? by|told|via|from|seperti diberitakan|diberitakan|"
    r"menurut(?: laporan)?|dilaporkan|demikian|kata|как (?:сообщает|сообщило|передает|передаёт|пишет)|"
    r"(?:сообща\w+|сообщил\w*|переда\w+|пишет|заявил\w*)"
)
_AFTER = (
    r"reported|reports|said|says|wrote|quoted|cited|melaporkan|memberitakan|menyebut\w*|mewartakan|mengatakan|"
    r"mengabarkan|сообща\w+|сообщил\w*|переда\w+|пишет|написал\w*|заявил\w*|"
    r"(?:은|는|이|가|을|를|에|의)?\s?(?:따르면|보도|전했|밝혔|인용)|에 따르면|"
    r"(?:报道|報道|报导|報導|消息|称|稱|によると|は|が)"
)
_CITED_AFTER = re.compile(r"\s?(?:통신)?(?:을|를)\s?인용")
_SENTENCE_END = re.compile(r"(?<=[.!?。…])\s+(?=\S)|\n")


@cache
def _names() -> re.Pattern[str]:
    """Every spelling with its borders; a group a spelling would be slow, so the text found is looked up."""
    any_case: list[str] = []
    own_case: list[str] = []
    for spelling in sorted(_spellings(), key=len, reverse=True):
        escaped = re.escape(spelling)
        if spelling[0].isascii() or "\u0400" <= spelling[0] <= "\u04ff":
            # Hangul particles and 통신 may follow a Latin name; a Latin or Cyrillic letter may not.
            escaped = rf"(?<![^\W_]){escaped}(?![A-Za-zА-Яа-яЁё0-9])"
        (own_case if _spellings()[spelling][1] else any_case).append(escaped)
    return re.compile(f"(?:{'|'.join(own_case)})|(?i:{'|'.join(any_case)})")


@cache
def _spellings() -> dict[str, tuple[str, bool]]:
    """Spelling → (agency, whether its case counts)."""
    found: dict[str, tuple[str, bool]] = {}
    for agency, spellings in _AGENCIES.items():
        for spelling in spellings:
            found[spelling.replace("=", "")] = (agency, "=" in spelling)
    return found


@cache
def _by_text() -> dict[str, str]:
    return {
        (spelling if is_exact else spelling.casefold()): agency for spelling, (agency, is_exact) in _spellings().items()
    }


def _agency(found: str) -> str:
    return _by_text().get(found) or _by_text()[found.casefold()]


_BEFORE_NAME = re.compile(rf"(?:^|(?<=\W))(?:{_BEFORE})(?=\W)", re.IGNORECASE)
_AFTER_NAME = re.compile(rf"(?:{_AFTER})", re.IGNORECASE)
_CITING_NAME = re.compile(rf"(?:^|(?<=\W))(?:{_CITING})\W[^.\n]{{0,{REACH}}}$", re.IGNORECASE)
_CREDIT_CUE = re.compile(r"(?:sumber|source|sources|источник|출처|자료)\s?[:：]|[(\[/][^()\[\]]{0,40}$", re.IGNORECASE)
_DATELINE_END = re.compile(r"^[^\w\n]{0,3}(?:[-–—/=)\]:.]|통신\s?[)=])")


def source_of(article: Article) -> Source | None:
    """The agency that an article draws on by its own account, or None where it names none."""
    if (own := agency_of(article.outlet)) is not None:
        return Source(agency=own, ground=Ground.OUTLET, quote=article.outlet)
    return _named_in(article.title, body_of(article))


@lru_cache(maxsize=256)
def _named_in(title: str, body: str) -> Source | None:
    """Remembered, because one morning tells the same articles to many readers."""
    return _dateline(body) or _credit(body) or _attribution(title, body)


def agency_of(outlet: str) -> str | None:
    """The agency that an outlet is, by its name in any case ("Antara", "AP News", "연합뉴스"), or None."""
    bare = f" {' '.join(outlet.casefold().split())} "
    by_name = next((agency for agency in _AGENCIES if f" {agency.casefold()} " in bare), None)
    found = None if by_name else _names().search(outlet)
    return by_name if found is None else _agency(found[0])


def _dateline(body: str) -> Source | None:
    head = body[:DATELINE].split("\n", 1)[0]
    for found in _names().finditer(head):
        before, after = head[: found.start()], head[found.end() :]
        # A dateline is a place, a date, brackets and dashes: no sentence has ended and no verb stands before it.
        if _DATELINE_END.match(after) and not _BEFORE_NAME.search(before) and len(before.split()) <= 6:
            return Source(agency=_agency(found[0]), ground=Ground.DATELINE, quote=_line(head[: found.end() + 2]))
    return None


def _credit(body: str) -> Source | None:
    if len(body) <= DATELINE:
        return None
    tail = body[-CREDIT:]
    for found in _names().finditer(tail):
        line = tail[: found.start()].rsplit("\n", 1)[-1]
        is_closing = len(tail) - found.end() <= 24
        if is_closing and _CREDIT_CUE.search(line):
            return Source(
                agency=_agency(found[0]), ground=Ground.CREDIT, quote=_line(line[-60:] + tail[found.start() :])
            )
    return None


def _attribution(title: str, body: str) -> Source | None:
    found: list[tuple[bool, Source]] = []
    for sentence in _SENTENCE_END.split(f"{title}\n{body[:LEAD]}"):
        for name in _names().finditer(sentence):
            before = sentence[max(name.start() - REACH, 0) : name.start()]
            after = sentence[name.end() : name.end() + REACH]
            if not (_BEFORE_NAME.search(before) or _AFTER_NAME.search(after)):
                continue
            is_cited = bool(_CITING_NAME.search(before) or _CITED_AFTER.match(after))
            quote = _around(sentence, name.start(), name.end())
            found.append((is_cited, Source(agency=_agency(name[0]), ground=Ground.ATTRIBUTION, quote=quote)))
    return next((source for is_cited, source in found if is_cited), found[0][1] if found else None)


_shingles = lru_cache(maxsize=256)(shingles)


def wording_shared(articles: Sequence[Article]) -> dict[tuple[ArticleId, ArticleId], float]:
    """(later, earlier) → the share of the smaller text's shingles that both hold, where it is at least `SHARED`."""
    members = sorted(articles, key=lambda article: (article.at, article.id))[:COMPARED]
    read = [_shingles(body_of(article)) for article in members]
    found: dict[tuple[ArticleId, ArticleId], float] = {}
    for at, later in enumerate(members):
        for before in range(at):
            share = containment(read[at], read[before])
            if share >= SHARED:
                found[later.id, members[before].id] = share
    return found


def origins(
    articles: Sequence[Article],
    *,
    shared: Mapping[tuple[ArticleId, ArticleId], float],
) -> tuple[Origin, ...]:
    """The independent voices behind a story's articles, those of most articles first.

    Args:
        articles: The members; they are taken in order of time whatever their order.
        shared: (later, earlier) → share of wording; a copy or revision of another counts as 1.0.
    """
    members = sorted(articles, key=lambda article: (article.at, article.id))
    sources = {article.id: source_of(article) for article in members}
    leader = {article.id: article.id for article in members}

    def find(one: ArticleId) -> ArticleId:
        while leader[one] != one:
            one = leader[one]
        return one

    by_agency: dict[str, ArticleId] = {}
    for article in members:
        source = sources[article.id]
        if source is not None and source.agency in by_agency:
            leader[article.id] = by_agency[source.agency]
        elif source is not None:
            by_agency[source.agency] = article.id
    # Wording joins only what names no source of its own: two agencies' texts quoting one speech stay two voices.
    wordings: dict[ArticleId, tuple[ArticleId, float]] = {}
    for (one, other), share in sorted(shared.items(), key=lambda row: (-row[1], row[0])):
        if share < SHARED or one not in leader or other not in leader or find(one) == find(other):
            continue
        unnamed = one if sources[one] is None else other
        named = other if unnamed == one else one
        if sources[unnamed] is None and unnamed not in wordings:
            wordings[unnamed] = (named, share)
            leader[find(unnamed)] = find(named)
    # An outlet's own reports are one voice, however many it writes.
    with_source = {find(article.id) for article in members if sources[article.id] is not None}
    by_outlet: dict[str, ArticleId] = {}
    for article in members:
        root = find(article.id)
        if article.outlet not in ("", UNKNOWN_OUTLET) and root not in with_source:
            leader[root] = by_outlet.setdefault(article.outlet, root)
    groups: dict[ArticleId, list[Article]] = {}
    for article in members:
        groups.setdefault(find(article.id), []).append(article)
    found = [_origin(group, sources, wordings, members) for group in groups.values()]
    # Groups stand in the order of their first articles, and sorting keeps it among equals.
    return tuple(sorted(found, key=lambda origin: -len(origin.evidence)))


def _origin(
    group: Sequence[Article],
    sources: Mapping[ArticleId, Source | None],
    wordings: Mapping[ArticleId, tuple[ArticleId, float]],
    members: Iterable[Article],
) -> Origin:
    outlets = {article.id: article.outlet for article in members}
    named = [source for article in group if (source := sources[article.id]) is not None]
    evidence = tuple(_evidence(article, sources[article.id], wordings.get(article.id), outlets) for article in group)
    if named:
        return Origin(name=named[0].agency, is_agency=True, evidence=evidence)
    return Origin(name=group[0].outlet, is_agency=False, evidence=evidence)


def _evidence(
    article: Article,
    source: Source | None,
    wording: tuple[ArticleId, float] | None,
    outlets: Mapping[ArticleId, str],
) -> Evidence:
    if source is not None:
        line = f"{article.outlet}: {source.ground.value} “{source.quote}”"
        return Evidence(article_id=article.id, ground=source.ground, line=line, quote=source.quote)
    if wording is not None:
        other, share = wording
        line = f"{article.outlet}: {share:.0%} of its wording stands at {outlets[other]}"
        return Evidence(article_id=article.id, ground=Ground.WORDING, line=line, other_id=other, share=share)
    return Evidence(article_id=article.id, ground=Ground.OWN, line=f"{article.outlet}: names no agency")


def _around(sentence: str, start: int, end: int) -> str:
    """A name with what stands around it, from word to word."""
    first, last = max(start - REACH, 0), end + REACH
    if first and sentence[first - 1] != " " and (space := sentence.find(" ", first, start)) >= 0:
        first = space
    if last < len(sentence) and sentence[last] != " " and (space := sentence.rfind(" ", end, last)) >= 0:
        last = space
    return _line(sentence[first:last])


def _line(passage: str) -> str:
    return " ".join(passage.split())
