"""What of a digest is kept, and rendered: the same, so that it can be rendered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.model.archives import Archive
from monitor.model.articles import Article
from monitor.model.digests import Delivery, Digest, DigestStory, Telling


def without_texts(digest: Digest) -> Digest:
    """The digest with its articles as they are shown: of their texts only the quotes."""
    told = [telling.article for story in digest.stories for telling in story.tellings]
    told += [one.article for one in digest.changed] + [one.article for one in digest.alerted]
    if not any(article.text or article.summary for article in told):
        return digest
    return replace(
        digest,
        stories=tuple(map(_bare_story, digest.stories)),
        waiting=tuple(map(_bare_story, digest.waiting)),
        changed=tuple(replace(one, article=_bare(one.article)) for one in digest.changed),
        alerted=tuple(replace(one, article=_bare(one.article)) for one in digest.alerted),
    )


def by_channel(digest: Digest, channel: str) -> Digest:
    """The digest as one channel tells it: a reply in a thread names the mails that went by the same channel."""
    if digest.alert is None or digest.alert.thread is None:
        return digest
    replies_to = digest.alert.thread.message_ids.get(channel, ())
    return replace(digest, alert=replace(digest.alert, replies_to=replies_to))


def archive_of(digest: Digest | None, deliveries: Sequence[Delivery]) -> Archive | None:
    """What a digest's deliveries were composed from; its mails share their stationery, links that differ added up."""
    if digest is None or not deliveries:
        return None
    written = [found for one in deliveries if (found := one.message.stationery) is not None]
    links = dict.fromkeys(link for stationery in written for link in stationery.links)
    return Archive(
        digest=digest,
        stationery=replace(written[0], links=tuple(links)) if written else None,
        composed_at=deliveries[0].composed_at,
    )


def _bare_story(story: DigestStory) -> DigestStory:
    return replace(story, lead=_bare_telling(story.lead), others=tuple(map(_bare_telling, story.others)))


def _bare_telling(telling: Telling) -> Telling:
    return replace(telling, article=_bare(telling.article))


def _bare(article: Article) -> Article:
    return replace(article, summary="", text="")
