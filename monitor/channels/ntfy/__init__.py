"""Digests as notes on a phone or desktop, by ntfy (ntfy.sh or a server of one's own).

A note holds the digest's title, its first stories with their links and how many more there are; a tap opens the whole
digest where readers can reach that, else the first story.
Published as JSON (docs.ntfy.sh/publish): titles in any script need no encoding of headers then. ntfy does not know
repeats: an uncertain note that is sent again appears twice, which is harmless.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.channels.answers import OPERATOR_S, check_answer
from monitor.channels.brief import as_json, as_message, brief
from monitor.channels.email.languages import language
from monitor.channels.email.text import clean
from monitor.errors import DeliveryError
from monitor.model.calls import Call
from monitor.model.digests import Delivery, Digest, Message
from monitor.ports import Caller, Links, PhaseMark

# ntfy makes an attachment of a longer one.
MAX_MESSAGE_BYTES = 4096
MAX_LINES = 5
ALERT_PRIORITY = 4
"""Of alerts, at least: a long vibration and a note on top."""
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Where notes go. `topic` is as good as a password on a public server; `token` is for servers that ask for one."""

    name: str
    server: str
    topic: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0


class NtfyRenderer:
    """Renders digests as notes with `priority` (1 to 5) and `tags` (emoji names or words)."""

    def __init__(self, *, priority: int = 3, tags: Sequence[str] = (), links: Links | None = None) -> None:
        self._links = links
        self._priority = priority
        self._tags = tuple(tags)

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The note of a digest. Raises `RenderError` for a language that nothing can be written in."""
        words = language(digest.recipient.language)
        short = brief(digest, words, delivery_id=delivery_id, links=self._links)
        text = short.plain(words, lines=MAX_LINES, max_bytes=MAX_MESSAGE_BYTES)
        first = short.view or next((line.href for line in short.lines if line.href), None)
        note = {
            "title": clean(short.title, _MAX_TITLE),
            "message": text or short.title,
            "priority": self._priority if digest.alert is None else max(self._priority, ALERT_PRIORITY),
            "tags": list(self._tags),
            **({"click": first} if first else {}),
        }
        return as_message(short, text, as_json(note), delivery_id=delivery_id)


class NtfyChannel:
    """Publishes to one topic."""

    def __init__(self, topic: Topic, *, caller: Caller) -> None:
        self._topic = topic
        self._caller = caller

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Publish; returns the server's status and first words. Raises `DeliveryError`."""
        topic = self._topic
        # The topic is none of the stored bytes: who reads the outbox need not be able to write there.
        body = as_json({"topic": topic.topic, **json.loads(delivery.message.content)})
        headers = {"Content-Type": "application/json"}
        if topic.token is not None:
            headers["Authorization"] = f"Bearer {topic.token}"
        call = Call(name=topic.name, url=topic.server, body=body, headers=headers, timeout_s=topic.timeout_s)
        answer = await self._caller.call(call, mark)
        if answer.status in (401, 403):
            raise DeliveryError(
                f"{topic.name} refused the login ({answer.status}). Check its token and topic.",
                permanent=False,
                code=answer.status,
                blame="channel",
                retry_after_s=OPERATOR_S,
            )
        check_answer(topic.name, answer)
        return f"{answer.status} taken"  # its own words repeat the topic

    async def close(self) -> None:
        """Let go of connections."""
        await self._caller.close()
