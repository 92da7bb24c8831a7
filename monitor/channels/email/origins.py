"""Whose voices stand behind a story's articles, each with what shows it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.channels.email.languages import Language
from monitor.channels.email.phrases import MAX_NAME, Phrase, outlet_name, phrase
from monitor.channels.email.text import language_tag
from monitor.model.articles import Article, ArticleId
from monitor.model.digests import DigestStory
from monitor.model.stories import Evidence, Ground, Origin

SHOWN_ORIGINS = 4
SHOWN_EVIDENCE = 2
SHOWN_NAMES = 5
MAX_QUOTE = 90
_STRENGTH = {ground: n for n, ground in enumerate(Ground)}


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Why an outlet's article counts to an origin: `words` after the outlet's name, then the passage, maybe empty."""

    outlet: Phrase
    words: str
    quote: Phrase


@dataclass(frozen=True, slots=True)
class OriginView:
    """One voice with how many of the story's articles are its own, where more than one.

    The voices that are mere outlets, each with one article of its own, share a view: `more` counts those not named.
    """

    names: list[Phrase]
    more: int
    count: str
    evidence: list[EvidenceView]


def origin_views(story: DigestStory, words: Language) -> tuple[list[OriginView], int]:
    """The voices of a story, those of most articles first, and how many more there are.

    None where every outlet reports for itself: the count says all then. Of a single article only an agency that its
    text names, for its outlet is named above.
    """
    grounds = {one.ground for origin in story.origins for one in origin.evidence}
    if grounds <= ({Ground.OWN} if len(story.tellings) > 1 else {Ground.OWN, Ground.OUTLET}):
        return [], 0
    articles = {telling.article.id: telling.article for telling in story.tellings}
    backed = [origin for origin in story.origins if not _is_lone(origin)]
    shown = [_view(origin, articles, words) for origin in backed[:SHOWN_ORIGINS]]
    lone = [origin for origin in story.origins if _is_lone(origin)]
    if lone:
        names = [phrase(name, MAX_NAME) for name in dict.fromkeys(outlet_name(one.name, words) for one in lone)]
        number = sum(len(origin.evidence) for origin in lone)
        count = _articles(number, words) if number > len(names) else ""
        evidence = EvidenceView(Phrase(""), words.gettext("names no agency"), Phrase(""))
        shown.append(OriginView(names[:SHOWN_NAMES], max(0, len(names) - SHOWN_NAMES), count, [evidence]))
    return shown, max(0, len(backed) - SHOWN_ORIGINS)


def _is_lone(origin: Origin) -> bool:
    return all(one.ground is Ground.OWN for one in origin.evidence)


def _articles(count: int, words: Language) -> str:
    return words.ngettext("%(num)s article", "%(num)s articles", count) % {"num": count}


def _view(origin: Origin, articles: dict[ArticleId, Article], words: Language) -> OriginView:
    count = len(origin.evidence)
    told = [one for one in origin.evidence if one.article_id in articles]
    ranked = sorted(told, key=lambda one: _STRENGTH[one.ground])
    # One of each kind: ten outlets that print one agency's text need not be named twice.
    kinds = {one.ground: one for one in reversed(ranked) if one.ground is not Ground.OWN}
    strongest = sorted(kinds.values(), key=lambda one: _STRENGTH[one.ground])[:SHOWN_EVIDENCE]
    return OriginView(
        [phrase(outlet_name(origin.name, words), MAX_NAME)],
        0,
        _articles(count, words) if count > 1 else "",
        [_evidence(one, articles, words) for one in strongest],
    )


def _evidence(one: Evidence, articles: dict[ArticleId, Article], words: Language) -> EvidenceView:
    article = articles[one.article_id]
    said = {
        Ground.OUTLET: words.gettext("the agency itself"),
        Ground.DATELINE: words.gettext("dateline"),
        Ground.CREDIT: words.gettext("credit"),
        Ground.ATTRIBUTION: words.gettext("attribution"),
        Ground.WORDING: _shared(one, articles, words),
        Ground.OWN: words.gettext("names no agency"),
    }[one.ground]
    # Of a single article the outlet stands above.
    outlet = phrase(outlet_name(article.outlet, words), MAX_NAME) if len(articles) > 1 else Phrase("")
    quote = "" if one.ground is Ground.OUTLET else one.quote
    return EvidenceView(outlet, said, phrase(quote, MAX_QUOTE, lang=language_tag(article.language)))


def _shared(one: Evidence, articles: dict[ArticleId, Article], words: Language) -> str:
    other = articles.get(one.other_id) if one.other_id is not None else None
    if one.share is None or other is None:
        return words.gettext("shares its wording")
    return words.gettext("{share} of its wording is that of {outlet}").format(
        share=f"{one.share:.0%}", outlet=phrase(outlet_name(other.outlet, words), MAX_NAME).text
    )
