"""What changed since the reader was told, in the reader's words around the outlet's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.channels.email.languages import Language
from monitor.channels.email.phrases import MAX_TITLE, Phrase, outlet_of, phrase, title_of
from monitor.channels.email.text import language_tag
from monitor.model.articles import Change, ChangeKind
from monitor.model.digests import ChangedArticle

MAX_NOTICE = 320
MAX_PASSAGE = 220


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change: what it is, then what stood there and what stands there now, either of them maybe empty."""

    label: str
    before: Phrase
    after: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedView:
    """An article that changed. `had` is the headline that the reader was told, where it is another one now."""

    title: Phrase
    had: Phrase | None
    outlet: Phrase
    when: str
    changes: list[ChangeView]


def changed_views(
    changed: Sequence[ChangedArticle], words: Language, zone: tzinfo, *, until: datetime
) -> list[ChangedView]:
    """The articles in their order, times on the clock of `zone`."""
    return [_view(one, words, zone, until.astimezone(zone).year) for one in changed]


def changed_summary(count: int, words: Language) -> str:
    """How many articles changed."""
    return words.ngettext("%(num)s changed", "%(num)s changed", count) % {"num": count}


def _view(one: ChangedArticle, words: Language, zone: tzinfo, year: int) -> ChangedView:
    lang = language_tag(one.article.language)
    had = next((change.before for change in one.changes if change.kind is ChangeKind.TITLE), "")
    moment = words.moment(one.at, zone, year=year)
    return ChangedView(
        title=title_of(one.article, words),
        had=phrase(had, MAX_TITLE, lang=lang) if had else None,
        outlet=outlet_of(one.article, words),
        when=words.gettext("seen {moment}").format(moment=moment),
        changes=[_change(change, words, lang) for change in one.changes if change.kind is not ChangeKind.TITLE],
    )


def _change(change: Change, words: Language, lang: str) -> ChangeView:
    labels = {
        ChangeKind.RETRACTION: words.gettext("Withdrawn:"),
        ChangeKind.CORRECTION: words.gettext("Correction:"),
        ChangeKind.FACT: words.gettext("In the lead:"),
        ChangeKind.REMOVAL: words.gettext("Removed:"),
    }
    label = labels[change.kind]
    # A notice that begins as the label does would say it twice.
    is_doubled = change.after.casefold().startswith(label.casefold())
    after = change.after[len(label) :] if is_doubled else change.after
    limit = MAX_NOTICE if not change.before else MAX_PASSAGE
    return ChangeView(label, phrase(change.before, limit, lang=lang), phrase(after, limit, lang=lang))
