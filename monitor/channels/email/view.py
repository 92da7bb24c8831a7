"""Digest → what the templates show: every word chosen, cleaned and in the reader's language, nothing escaped yet.

One view serves the HTML and the plain text, so both tell the same in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from monitor.channels.email.languages import Language, in_language
from monitor.channels.email.notices import NoticeView, notice_views, summary
from monitor.channels.email.origins import OriginView, origin_views
from monitor.channels.email.phrases import MAX_TITLE, Phrase, outlet_of, phrase, title_of, when
from monitor.channels.email.text import clean, direction, language_tag, marked, window
from monitor.channels.email.updates import ChangedView, changed_summary, changed_views
from monitor.model.articles import Article
from monitor.model.digests import Digest, DigestStory, StoryState
from monitor.model.watchlists import Signal

MAX_SUBJECT = 70
MAX_TAG = 28
MAX_QUOTE = 360
MAX_EVIDENCE = 80
LEAD_TITLES = 3
SHOWN_OUTLETS = 5
SHOWN_REASONS = 5
SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal in words: what it is, its evidence, its signed points."""

    words: str
    evidence: Phrase
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """One story as shown. `quote` is in pieces, each with whether it matched."""

    state: str
    badge: str
    title: Phrase
    outlet: Phrase
    when: str
    origin: str
    quote: list[tuple[str, bool]]
    quote_dir: str
    reasons: list[Reason]
    more_reasons: str
    score: str
    threshold: str
    relevance: str
    watchlist: str
    outlets: list[Phrase]
    more_outlets: int
    spread: str
    origins: list[OriginView]
    more_origins: int
    told_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    """A digest as shown: `stories` in full, `titles` in brief, `above` the budget in brief (`above_budget`
    says so), `carried` as lines, `changed` since they were told."""

    lang: str
    dir: str
    subject: str
    heading: str
    lead: list[Phrase]
    more_in_lead: int
    period: str
    counts: str
    stories: list[StoryView]
    titles: list[StoryView]
    above: list[StoryView]
    above_budget: str
    carried: list[StoryView]
    changed: list[ChangedView]
    more_changed: int
    rest: int
    held_back: int
    muted: int
    mergers: tuple[tuple[str, str], ...]
    partings: tuple[tuple[str, str], ...]
    notices: list[NoticeView]
    more_notices: int
    address: str
    delivery_id: str
    unsubscribe: str | None


def digest_view(
    digest: Digest, words: Language, *, delivery_id: str, address: str, unsubscribe: str | None
) -> DigestView:
    """The whole digest in the words of `words`, times on the clock of the recipient's zone."""
    zone = ZoneInfo(digest.recipient.schedule.zone)
    views = [(story, _story(story, digest, words, zone)) for story in digest.stories]
    news = [(story, view) for story, view in views if story.state is not StoryState.CARRIED]
    changed = changed_views(digest.changed, words, zone, until=digest.until)
    headlines = [view.title for _, view in news] or [view.title for view in changed]
    lead = headlines[:LEAD_TITLES] or [Phrase(_notice_summary(digest, words), words.tag)]
    return DigestView(
        lang=words.tag,
        dir="rtl" if words.locale.text_direction == "rtl" else "ltr",
        subject=subject(digest, words),
        heading=" · ".join(_titles(digest)),
        lead=lead,
        more_in_lead=max(0, len(views if news else headlines) - len(lead)),
        period=_period(digest, words, zone),
        counts=_counts(digest, words),
        stories=[view for story, view in news if not story.is_brief],
        titles=[view for story, view in news if story.is_brief and not story.is_above_budget],
        above=[view for story, view in news if story.is_above_budget],
        above_budget=_above_budget(digest, words),
        carried=[view for story, view in views if story.state is StoryState.CARRIED],
        changed=changed,
        more_changed=digest.more_changed,
        rest=digest.rest,
        held_back=digest.held_back,
        muted=digest.muted,
        mergers=_cleaned(digest.mergers),
        partings=_cleaned(digest.partings),
        notices=notice_views(digest.notices, words, zone, until=digest.until),
        more_notices=digest.more_notices,
        address=address,
        delivery_id=delivery_id,
        unsubscribe=unsubscribe,
    )


def subject(digest: Digest, words: Language) -> str:
    """`[Watchlist] top headline (+n)`: at most 70 characters, the news first, distinct from digest to digest.

    Without news it tells what changed, or how many notices about feeds there are.
    """
    is_news = any(story.state is not StoryState.CARRIED for story in digest.stories)
    if digest.changed and not is_news:
        return _changed_subject(digest, words)
    if not digest.stories:
        return f"[{clean(_titles(digest)[0], MAX_TAG)}] {_notice_summary(digest, words)}"
    top = digest.stories[0]
    tag = f"[{clean(digest.titles.get(top.watchlist, top.watchlist), MAX_TAG)}] "
    more = f" (+{len(digest.stories) - 1})" if len(digest.stories) > 1 else ""
    title = clean(top.lead.article.title, MAX_SUBJECT - len(tag) - len(more))
    return tag + (title or clean(top.lead.article.outlet, 20)) + more


def _changed_subject(digest: Digest, words: Language) -> str:
    top, count = digest.changed[0], len(digest.changed) + digest.more_changed
    what = words.gettext("Correction:") if top.is_withdrawal else words.gettext("Changed:")
    tag = f"[{clean(_titles(digest)[0], MAX_TAG)}] {what} "
    more = f" (+{count - 1})" if count > 1 else ""
    return tag + clean(top.article.title, MAX_SUBJECT - len(tag) - len(more)) + more


def _notice_summary(digest: Digest, words: Language) -> str:
    return summary(len(digest.notices) + digest.more_notices, words)


def _cleaned(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((clean(one, MAX_TITLE), clean(other, MAX_TITLE)) for one, other in pairs)


def _titles(digest: Digest) -> list[str]:
    names = dict.fromkeys(story.watchlist for story in digest.stories) or dict.fromkeys(digest.recipient.watchlists)
    return [clean(digest.titles.get(name, name), MAX_TITLE) for name in names]


def _period(digest: Digest, words: Language, zone: tzinfo) -> str:
    until = words.moment(digest.until, zone)
    name = words.zone_name(digest.until, zone)
    if digest.since is None:
        return words.gettext("Until {until} {zone}").format(until=until, zone=name)
    since = words.moment(digest.since, zone, year=digest.until.astimezone(zone).year)
    return f"{since} – {until} {name}"


def _counts(digest: Digest, words: Language) -> str:
    changed = len(digest.changed) + digest.more_changed
    tail = (changed_summary(changed, words),) if changed else ()
    if not digest.stories:
        return " · ".join((words.gettext("No new stories"), *tail))
    articles = [telling.article for story in digest.stories for telling in story.tellings]
    outlets = {article.outlet for article in articles}
    return " · ".join(
        (
            words.ngettext("%(num)s story", "%(num)s stories", len(digest.stories)) % {"num": len(digest.stories)},
            words.ngettext("%(num)s article", "%(num)s articles", len(articles)) % {"num": len(articles)},
            words.ngettext("%(num)s outlet", "%(num)s outlets", len(outlets)) % {"num": len(outlets)},
            *tail,
        )
    )


def _above_budget(digest: Digest, words: Language) -> str:
    wording = words.gettext("Above your budget of {budget} a day: {count} more")
    count = sum(story.is_above_budget for story in digest.stories)
    return wording.format(budget=digest.recipient.stories_per_day, count=count)


def _story(story: DigestStory, digest: Digest, words: Language, zone: tzinfo) -> StoryView:
    article, match = story.lead.article, story.lead.match
    terms = {hit.text for signal in match.signals for hit in signal.hits}
    quote = window(match.quote, terms, MAX_QUOTE)
    reasons, more_reasons = _reasons(match.signals, words, language_tag(article.language))
    firsts = {telling.article.outlet: telling.article for telling in reversed((story.lead, *story.others))}
    others = [outlet_of(firsts[name], words) for name in story.outlets if name != article.outlet]
    origins, more_origins = origin_views(story, words)
    new, developing = words.gettext("New"), words.gettext("Developing")
    return StoryView(
        state=story.state.value,
        badge=new if story.state is StoryState.NEW else developing,
        title=title_of(article, words),
        outlet=outlet_of(article, words),
        when=when(article, words, zone, digest.until),
        origin=_origin(article, words),
        quote=marked(quote, terms),
        quote_dir=direction(quote),
        reasons=reasons,
        more_reasons=more_reasons,
        score=words.number(match.points),
        threshold=words.number(match.threshold),
        relevance=words.share(story.relevance),
        watchlist=clean(digest.titles.get(story.watchlist, story.watchlist), MAX_TITLE) if _is_mixed(digest) else "",
        outlets=others[:SHOWN_OUTLETS],
        more_outlets=max(0, len(others) - SHOWN_OUTLETS),
        origins=origins,
        more_origins=more_origins,
        spread=_spread(story, words, zone, digest.until),
        told_before=_told_before(story, words),
    )


def _is_mixed(digest: Digest) -> bool:
    return len({story.watchlist for story in digest.stories}) > 1


def _origin(article: Article, words: Language) -> str:
    """Language and country, where known; the language only when it is not the reader's."""
    tag = language_tag(article.language)
    is_foreign = tag != "und" and tag.split("-")[0].lower() != words.tag.split("-")[0]
    name = words.language_name(tag) if is_foreign else ""
    parts = (words.gettext("in {language}").format(language=name) if name else "", words.country_name(article.country))
    return ", ".join(part for part in parts if part)


def _reasons(signals: tuple[Signal, ...], words: Language, lang: str) -> tuple[list[Reason], str]:
    """The weightiest signals in words, and one phrase for the points of the rest, so that they still add up."""
    ranked = sorted(signals, key=lambda signal: -abs(signal.points))
    shown, rest = ranked[:SHOWN_REASONS], ranked[SHOWN_REASONS:]
    reasons = [
        Reason(
            clean(in_language(signal.label, words.tag, signal.name.replace("_", " ")), 120),
            phrase(_named(signal), MAX_EVIDENCE, lang=lang),
            words.signed(signal.points),
        )
        for signal in shown
    ]
    if not rest:
        return reasons, ""
    more = words.ngettext("%(num)s smaller reason", "%(num)s smaller reasons", len(rest)) % {"num": len(rest)}
    return reasons, f"{more} {words.signed(sum(signal.points for signal in rest))}"


def _named(signal: Signal) -> str:
    """The article's own words that fired, each once; `Signal.evidence` is English and for operators."""
    names: dict[str, str] = {}
    for hit in signal.hits:
        names.setdefault(hit.text.casefold(), hit.text)
    return " · ".join(list(names.values())[:SHOWN_NAMES])


def _spread(story: DigestStory, words: Language, zone: tzinfo, until: datetime) -> str:
    """How far a story went: articles, outlets, origins, since when; empty for a single article."""
    count = len(story.tellings)
    if count < 2:
        return ""
    outlets = len(story.outlets)
    parts = [
        words.ngettext("%(num)s article", "%(num)s articles", count) % {"num": count},
        words.ngettext("%(num)s outlet", "%(num)s outlets", outlets) % {"num": outlets},
    ]
    origins = len(story.origins)
    parts.append(words.ngettext("%(num)s origin", "%(num)s origins", origins) % {"num": origins})
    year = until.astimezone(zone).year
    first = words.moment(story.first_at, zone, year=year)
    if story.first_day is not None:
        first = words.day(story.first_day, year=year)
    parts.append(words.gettext("first {moment}").format(moment=first))
    return ", ".join(parts)


def _told_before(story: DigestStory, words: Language) -> str:
    if not story.told_before:
        return ""
    wording = words.ngettext(
        "you had %(num)s article of this story", "you had %(num)s articles of this story", story.told_before
    )
    return wording % {"num": story.told_before}
