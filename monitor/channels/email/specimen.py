"""A digest with something in every section, made up: what a user's templates are tried on before they are needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.model.alerts import AlarmKind, AlertFacts, VolumeAlarm
from monitor.model.articles import Article, Change, ChangeKind, Verdict, VerdictKind
from monitor.model.digests import (
    Alerted,
    ChangedArticle,
    Digest,
    DigestStory,
    Had,
    Heartbeat,
    Recipient,
    Schedule,
    Slot,
    StoryState,
    Telling,
)
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.model.stories import Evidence, Ground, Origin
from monitor.model.volumes import Volume, VolumeDay
from monitor.model.watchlists import Field, Hit, Match, Signal

_AT = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
_DAY = timedelta(days=1)


def specimens(language: str) -> tuple[Digest, ...]:
    """A full digest, one that has nothing to tell, and an alert, for a reader of `language`."""
    schedule = Schedule(zone="UTC", times=(420,))
    recipient = Recipient(
        id="specimen",
        address="specimen@example.org",
        watchlists=("one", "two"),
        schedule=schedule,
        language=language,
        stories_per_day=1,
        is_operator=True,
    )
    story = _story()
    days = tuple(VolumeDay(day=date(2025, 12, 22) + n * _DAY, stories=n if n else None) for n in range(14))
    digest = Digest(
        recipient=recipient,
        slot=Slot(key="specimen", at=_AT),
        since=_AT - _DAY,
        until=_AT,
        titles={"one": "One", "two": "Two"},
        stories=(
            story,
            replace(story, story_id=2, state=StoryState.DEVELOPING, told_before=1, had=_HAD, is_corrected=True),
            replace(story, story_id=3, is_brief=True),
            replace(story, story_id=4, is_brief=True, is_above_budget=True, watchlist="two"),
            replace(story, story_id=5, state=StoryState.CARRIED),
        ),
        rest=1,
        waiting=(replace(story, story_id=6, is_brief=True),),
        held_back=1,
        mergers=(("One", "Two"),),
        partings=(("One", "Two"),),
        changed=(ChangedArticle(article=story.lead.article, at=_AT, changes=_CHANGES, state=1),),
        more_changed=1,
        notices=(_NOTICE,),
        more_notices=1,
        muted=1,
        volume=Volume(days=days, stories=13, span=1, usual=6.0, is_weekend=False),
        alarms=(_ALARM,),
        alerted=(Alerted(article=story.lead.article, at=_AT),),
    )
    alert = replace(digest, stories=(story,), alert=AlertFacts(line=55.0, is_last_of=3, was_quiet=True))
    quiet = Digest(
        recipient=recipient,
        slot=digest.slot,
        since=None,
        until=_AT,
        titles=digest.titles,
        stories=(),
        heartbeat=Heartbeat(since=None, feeds=2, failing=1),
    )
    return digest, quiet, alert


_HAD = Had(title="Before", language="en", at=_AT - _DAY)
_CHANGES = (
    Change(kind=ChangeKind.CORRECTION, after="Correction: Monday"),
    Change(kind=ChangeKind.TITLE, before="Before", after="After"),
)
_ALARM = VolumeAlarm(
    recipient_id="specimen",
    watchlist="one",
    kind=AlarmKind.SPIKE,
    episode="2026-01-05",
    day=_AT.date(),
    at=_AT,
    since_at=_AT - _DAY,
    count=13,
    usual=2.0,
    false_alarm_days=90.0,
    terms=(("word", 5),),
    outlets=(("Outlet 1", 4),),
)
_NOTICE = Notice(
    feed_id="feed",
    kind=NoticeKind.OUTAGE,
    at=_AT,
    condition=Condition.FAILING,
    detail="HTTP 500",
    from_at=_AT - _DAY,
    address="https://example.org/feed",
)


def _story() -> DigestStory:
    lead, other = (_telling(n) for n in (1, 2))
    evidence = Evidence(article_id=1, ground=Ground.DATELINE, line="", quote="PLACE (AGENCY) –")
    return DigestStory(
        story_id=1,
        watchlist="one",
        state=StoryState.NEW,
        lead=lead,
        others=(other, *(_telling(n) for n in range(3, 10))),
        points=60.0,
        threshold=50.0,
        relevance=0.9,
        first_at=_AT - _DAY,
        origins=(Origin(name="AGENCY", is_agency=True, evidence=(evidence,)),),
        repeats=1,
    )


def _telling(id: int) -> Telling:
    article = Article(
        id=id,
        feed_id="feed",
        outlet=f"Outlet {id}",
        url=f"https://example.org/{id}",
        url_key=id,
        host="example.org",
        title="A headline <with> & signs",
        title_key=id,
        text="A sentence that matched.",
        language="en",
        country="ID",
        published_at=_AT,
        first_seen_at=_AT,
        body_digest=id,
    )
    signal = Signal(
        name="rule",
        points=60.0,
        evidence="",
        hits=(Hit(field=Field.BODY, start=2, end=10, text="sentence"),),
        label={"en": "a rule"},
    )
    match = Match(
        article_id=id,
        watchlist="one",
        version="1",
        points=60.0,
        threshold=50.0,
        signals=(signal,),
        quote=article.text,
        matched_at=_AT,
    )
    return Telling(article=article, match=match, verdict=Verdict(article_id=id, kind=VerdictKind.NEW, reason=""))
