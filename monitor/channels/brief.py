"""A digest in a few lines, for channels that carry a note: top stories with their links, "+N" for the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.channels.email.actions import Offers
from monitor.channels.email.alerts import alarm_words
from monitor.channels.email.languages import Language
from monitor.channels.email.notices import summary
from monitor.channels.email.phrases import outlet_of, title_of
from monitor.channels.email.text import clean
from monitor.channels.email.view import subject
from monitor.model.articles import Article
from monitor.model.digests import Digest, Message, StoryState
from monitor.ports import Links

_MAX_NAME = 80
_MAX_ALARMS = 5
_FIRST = 2


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One story, or one article that changed: `label` says what is special about it, "" for plain news."""

    title: str
    outlet: str
    href: str | None
    label: str = ""

    @property
    def text(self) -> str:
        """Label, title and outlet on one line."""
        return " ".join(filter(None, (self.label, self.title, f"({self.outlet})" if self.outlet else "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A digest in short, all of it cleaned and nothing escaped. `rest` counts what is told with `lines` left out.

    `before` are alarms about the volume of news, `after` says how many notices about feeds there are. `view` leads to
    the whole digest, where readers can reach that.
    """

    title: str
    before: tuple[str, ...] = ()
    lines: tuple[BriefLine, ...]
    rest: int
    after: tuple[str, ...] = ()
    view: str | None = None

    def first(self, count: int, words: Language) -> tuple[tuple[BriefLine, ...], str]:
        """The first `count` lines, and a line for what is left ("" for nothing)."""
        left = self.rest + max(0, len(self.lines) - count)
        return self.lines[:count], words.gettext("and %(count)s more") % {"count": words.number(left)} if left else ""

    def plain(self, words: Language, *, lines: int, max_bytes: int) -> str:
        """The lines with their links as plain text, as many as fit into `max_bytes` of UTF-8."""
        for count in range(min(lines, len(self.lines)), -1, -1):
            shown, left = self.first(count, words)
            rows = [f"• {line.text}" + (f"\n{line.href}" if line.href else "") for line in shown]
            last = filter(None, (left, self.view if left else None))
            text = "\n".join((*self.before, *rows, *last, *self.after))
            if len(text.encode()) <= max_bytes:
                return text
        return ""


def brief(digest: Digest, words: Language, *, delivery_id: str, links: Links | None) -> Brief:
    """A digest in short: news first, then what changed since it was told; mere copies are only counted.

    What an outlet took back comes right behind the first news: a reader relies on what was told.
    """
    news = [story for story in digest.stories if story.state is not StoryState.CARRIED]
    lines = [
        _line(story.lead.article, words, words.gettext("Developing") if story.state is StoryState.DEVELOPING else "")
        for story in news
    ]
    corrected = [one for one in digest.changed if one.is_withdrawal]
    lines[_FIRST:_FIRST] = [_line(one.article, words, words.gettext("Correction:")) for one in corrected]
    lines += [_line(one.article, words, words.gettext("Changed:")) for one in digest.changed if not one.is_withdrawal]
    rest = len(digest.stories) - len(news) + digest.rest + digest.more_changed
    zone, notices = ZoneInfo(digest.recipient.schedule.zone), len(digest.notices) + digest.more_notices
    alarms = [
        f"{clean(digest.titles.get(one.watchlist, one.watchlist), _MAX_NAME)}: "
        f"{alarm_words(one, words, zone, until=digest.until)}"
        for one in digest.alarms[:_MAX_ALARMS]
    ]
    return Brief(
        title=subject(digest, words),
        before=tuple(alarms),
        lines=tuple(lines),
        rest=rest + max(0, len(digest.alarms) - _MAX_ALARMS),
        after=(summary(notices, words),) if notices else (),
        view=Offers(links=links, recipient_id=digest.recipient.id, delivery_id=delivery_id).view(),
    )


def as_message(short: Brief, text: str, content: bytes, *, delivery_id: str) -> Message:
    """A note as a delivery carries it: no mail, so without addresses and HTML (see `Message`)."""
    return Message(
        message_id=delivery_id, sender="", recipient="", subject=short.title, html="", text=text, content=content
    )


def as_json(value: object) -> bytes:
    """JSON in UTF-8, the same bytes for the same value; whatever cannot be encoded is replaced."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _line(article: Article, words: Language, label: str) -> BriefLine:
    title, outlet = title_of(article, words), outlet_of(article, words)
    mark = f"{label.rstrip(':')}:" if label else ""
    return BriefLine(title.text, outlet.text, title.href, mark)
