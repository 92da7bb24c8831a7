"""One story as it is shown: headline, quote, why it is there, who carries it, what can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from monitor.channels.email.actions import ActionView, Offers
from monitor.channels.email.languages import Language, in_language
from monitor.channels.email.origins import OriginView, origin_views
from monitor.channels.email.phrases import MAX_TITLE, Phrase, outlet_of, phrase, title_of, when
from monitor.channels.email.text import clean, direction, language_tag, marked, window
from monitor.model.articles import Article
from monitor.model.digests import Digest, DigestStory, StoryState
from monitor.model.ids import format_id
from monitor.model.seeds import count_outlets
from monitor.model.watchlists import Signal

MAX_QUOTE = 360
MAX_EVIDENCE = 80
SHOWN_OUTLETS = 5
SHOWN_REASONS = 7
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal in words: what it is, its evidence, its signed points."""

    words: str
    evidence: Phrase
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story as shown, with its number in the mail. `quote` is in pieces, each with whether it matched.

    `before` is the headline that the reader had of it, `told_before` how much and when. `ids` name story and article
    for the commands that explain them. `more_outlets` counts those not named, at `more_href` all are.
    """

    number: int
    state: str
    badge: str
    corrected: str
    title: Phrase
    outlet: Phrase
    when: str
    origin: str
    before: Phrase | None
    told_before: str
    quote: list[tuple[str, bool]]
    quote_dir: str
    verdict: str
    reasons: list[Reason]
    more_reasons: str
    score: str
    relevance: str
    watchlist: str
    outlets: list[Phrase]
    more_outlets: str
    more_href: str | None
    spread: str
    origins: list[OriginView]
    more_origins: int
    ids: str
    actions: list[ActionView]


def story_view(
    story: DigestStory,
    digest: Digest,
    words: Language,
    zone: tzinfo,
    offers: Offers,
    *,
    number: int,
    is_whole: bool = False,
) -> StoryView:
    """A story in the reader's words, times on the clock of `zone`; `number` is its place in the mail, from 1.

    `is_whole`: with every outlet and every reason, for a page, which has room.
    """
    article, match = story.lead.article, story.lead.match
    terms = {hit.text for signal in match.signals for hit in signal.hits}
    quote = window(match.quote, terms, MAX_QUOTE)
    shown = len(match.signals) if is_whole else SHOWN_REASONS
    reasons, more_reasons = _reasons(match.signals, words, language_tag(article.language), shown)
    firsts = {telling.article.outlet: telling.article for telling in reversed((story.lead, *story.others))}
    others = [outlet_of(firsts[name], words) for name in story.outlets if name != article.outlet]
    named = len(others) if is_whole else SHOWN_OUTLETS
    more = max(0, len(others) - named)
    origins, more_origins = origin_views(story, words)
    return StoryView(
        number=number,
        state=story.state.value,
        badge=words.gettext("New") if story.state is StoryState.NEW else words.gettext("Developing"),
        corrected=words.gettext("Corrected") if story.is_corrected else "",
        title=title_of(article, words),
        outlet=outlet_of(article, words),
        when=when(article, words, zone, digest.until),
        origin=_origin(article, words),
        before=_before(story, words),
        told_before=_told_before(story, words, zone, digest.until),
        quote=marked(quote, terms),
        quote_dir=direction(quote),
        verdict=_verdict(story, words),
        reasons=reasons,
        more_reasons=more_reasons,
        score=words.number(match.points),
        relevance=words.share(story.relevance),
        watchlist=clean(digest.titles.get(story.watchlist, story.watchlist), MAX_TITLE) if _is_mixed(digest) else "",
        outlets=others[:named],
        more_outlets=words.ngettext("%(num)s more outlet", "%(num)s more outlets", more) % {"num": more}
        if more
        else "",
        more_href=offers.view() if more else None,
        origins=origins,
        more_origins=more_origins,
        spread=_spread(story, words, zone, digest.until),
        ids=_ids(story, words),
        # What is told by its title alone is not worth four links.
        actions=[]
        if story.is_brief or story.state is StoryState.CARRIED
        else offers.of_story(story, words, number=number),
    )


def _verdict(story: DigestStory, words: Language) -> str:
    """The lead's points against the threshold; where another article has more, that too: by it stories are ordered."""
    match = story.lead.match
    score, threshold = words.number(match.points), words.number(match.threshold)
    if story.points <= match.points:
        return words.gettext("{score} points, {threshold} needed").format(score=score, threshold=threshold)
    wording = words.gettext("{score} points (its best article has {best}), {threshold} needed")
    return wording.format(score=score, best=words.number(story.points), threshold=threshold)


def _ids(story: DigestStory, words: Language) -> str:
    article, own = format_id(story.lead.article.id), format_id(story.story_id)
    if own == article:
        return words.gettext("id {id}").format(id=article)
    return words.gettext("article {article}, story {story}").format(article=article, story=own)


def _is_mixed(digest: Digest) -> bool:
    return len({story.watchlist for story in digest.stories}) > 1


def _origin(article: Article, words: Language) -> str:
    """Language and country, where known; the language only when it is not the reader's."""
    tag = language_tag(article.language)
    is_foreign = tag != "und" and tag.split("-")[0].lower() != words.tag.split("-")[0]
    name = words.language_name(tag) if is_foreign else ""
    parts = (words.gettext("in {language}").format(language=name) if name else "", words.country_name(article.country))
    return ", ".join(part for part in parts if part)


def _reasons(signals: tuple[Signal, ...], words: Language, lang: str, count: int) -> tuple[list[Reason], str]:
    """The weightiest signals in words, and one phrase for the points of the rest, so that they still add up."""
    ranked = sorted(signals, key=lambda signal: -abs(signal.points))
    shown, rest = ranked[:count], ranked[count:]
    said: set[frozenset[str]] = set()
    reasons = []
    for signal in shown:
        # The same two names stand behind most signals: said once, the words after them can be read.
        names = _named(signal)
        label = clean(in_language(signal.label, words.tag, signal.name.replace("_", " ")), 120)
        evidence = "" if frozenset(names) in said else " · ".join(names.values())
        reasons.append(Reason(label, phrase(evidence, MAX_EVIDENCE, lang=lang), words.signed(signal.points)))
        said.add(frozenset(names))
    if not rest:
        return reasons, ""
    more = words.ngettext("%(num)s smaller reason", "%(num)s smaller reasons", len(rest)) % {"num": len(rest)}
    return reasons, f"{more} {words.signed(sum(signal.points for signal in rest))}"


def _named(signal: Signal) -> dict[str, str]:
    """The article's own words that fired, the first of them, each once; `Signal.evidence` is for operators."""
    names: dict[str, str] = {}
    for hit in signal.hits:
        names.setdefault(hit.text.casefold(), hit.text)
    return dict(islice(names.items(), SHOWN_NAMES))


def _spread(story: DigestStory, words: Language, zone: tzinfo, until: datetime) -> str:
    """How far what is told went: articles, outlets, origins, since when; empty for a single article."""
    count = len(story.tellings)
    if count < 2:
        return ""
    outlets = count_outlets(telling.article.outlet for telling in story.tellings)
    origins = len(story.origins)
    if story.told_before:
        articles = words.ngettext("%(num)s new article", "%(num)s new articles", count) % {"num": count}
    else:
        articles = words.ngettext("%(num)s article", "%(num)s articles", count) % {"num": count}
    parts = [
        articles,
        words.ngettext("%(num)s outlet", "%(num)s outlets", outlets) % {"num": outlets},
        words.ngettext("%(num)s origin", "%(num)s origins", origins) % {"num": origins},
    ]
    if story.repeats:
        wording = words.ngettext("%(num)s repeats what you had", "%(num)s repeat what you had", story.repeats)
        parts.append(wording % {"num": story.repeats})
    year = until.astimezone(zone).year
    first = words.moment(story.first_at, zone, year=year)
    if story.first_day is not None:
        first = words.day(story.first_day, year=year)
    wording = words.gettext("story began {moment}") if story.told_before else words.gettext("first reported {moment}")
    parts.append(wording.format(moment=first))
    return ", ".join(parts)


def _before(story: DigestStory, words: Language) -> Phrase | None:
    if story.had is None:
        return None
    return phrase(story.had.title or words.gettext("(no title)"), MAX_TITLE, lang=language_tag(story.had.language))


def _told_before(story: DigestStory, words: Language, zone: tzinfo, until: datetime) -> str:
    if not story.told_before:
        return ""
    wording = words.ngettext("you had %(num)s article", "you had %(num)s articles", story.told_before)
    count = wording % {"num": story.told_before}
    if story.had is None or story.had.at is None:
        return count
    moment = words.moment(story.had.at, zone, year=until.astimezone(zone).year)
    return words.gettext("{count}, the last on {moment}").format(count=count, moment=moment)
