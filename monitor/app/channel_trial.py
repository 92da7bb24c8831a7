"""`monitor test-channel`: one small digest over any channel, handed over as the daemon does. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.app.adapters import make_channels, make_renderers
from monitor.channels.email.languages import in_language, language
from monitor.config import Configuration
from monitor.errors import UsageError
from monitor.model.articles import Article, Verdict, VerdictKind
from monitor.model.digests import Delivery, Digest, DigestStory, Recipient, Slot, StoryState, Telling
from monitor.model.watchlists import Match

_WORDS = "This is a test. Whoever runs the media monitor sent it by hand; there is nothing to do."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTrial:
    """What to try: a channel, with a digest for this recipient."""

    channel: str
    recipient: Recipient


def plan_channel_trial(configuration: Configuration, channel: str | None, recipient: str | None) -> ChannelTrial:
    """What the words of the command line mean; raises `UsageError` for what is not there."""
    known = {one.id: one for one in configuration.recipients}
    if recipient is not None and recipient not in known:
        raise UsageError(f"There is no recipient {recipient}; there are: {', '.join(known)}.")
    operators = [one for one in known.values() if one.is_operator] or list(known.values())
    meant = known[recipient] if recipient is not None else _preferred(known.values(), channel) or operators[0]
    named = channel or meant.channels[0]
    names = sorted(make_channels(configuration))
    if named not in names:
        raise UsageError(f"there is no channel {named}; there are: {', '.join(names)}.")
    return ChannelTrial(channel=named, recipient=replace(meant, channels=(named,)))


async def try_channel(configuration: Configuration, trial: ChannelTrial) -> str:
    """Send it; what the receiver said. Raises `DeliveryError`, `RenderError`, `ConfigError`."""
    now = datetime.now(UTC)
    id = f"t{int(now.timestamp() * 1000):x}"
    digest = trial_digest(configuration, trial.recipient, now)
    message = make_renderers(configuration)[trial.channel].render(digest, delivery_id=id, composed_at=now)
    delivery = Delivery(
        id=id,
        recipient_id=trial.recipient.id,
        slot_key=digest.slot.key,
        channel=trial.channel,
        message=message,
        next_attempt_at=now,
        composed_at=now,
    )
    channels = make_channels(configuration)
    try:
        return await channels[trial.channel].send(delivery, _no_mark)
    finally:
        for channel in channels.values():
            await channel.close()


def trial_digest(configuration: Configuration, recipient: Recipient, at: datetime) -> Digest:
    """A digest of one story that says that it is a test, in the recipient's language."""
    return Digest(
        recipient=recipient,
        slot=Slot(key=f"test-{at:%Y-%m-%dT%H:%M:%S}", at=at),
        since=at,
        until=at,
        titles={one.name: in_language(one.title, recipient.language, one.name) for one in configuration.watchlists},
        stories=(_story(recipient, at),),
    )


def _story(recipient: Recipient, at: datetime) -> DigestStory:
    text = language(recipient.language).gettext(_WORDS)
    article = Article(
        id=1,
        feed_id="test",
        outlet="monitor",
        url="",
        url_key=None,
        host="",
        title=text,
        title_key=1,
        language=recipient.language,
        published_at=at,
        first_seen_at=at,
        body_digest=1,
    )
    watchlist = recipient.watchlists[0]
    match = Match(
        article_id=1,
        watchlist=watchlist,
        version="",
        points=0.0,
        threshold=0.0,
        signals=(),
        quote="",
        matched_at=at,
    )
    verdict = Verdict(article_id=1, kind=VerdictKind.NEW)
    return DigestStory(
        story_id=1,
        watchlist=watchlist,
        state=StoryState.NEW,
        lead=Telling(article=article, match=match, verdict=verdict),
        others=(),
        points=0.0,
        threshold=0.0,
        relevance=0.0,
        first_at=at,
    )


def _preferred(recipients: Iterable[Recipient], channel: str | None) -> Recipient | None:
    return next((one for one in recipients if channel in one.channels), None)


async def _no_mark() -> None:
    """Nothing of a trial is kept, so there is no phase to note."""
