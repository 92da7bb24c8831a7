"""Digests as messages of a Telegram bot: the title, the first stories as links, how many more there are.

One message, never several: what does not fit into Telegram's limit is counted. The bot's token is part of the address
that is called, so no address stands in any message of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from monitor.channels.answers import OPERATOR_S, check_answer
from monitor.channels.brief import as_json, as_message, brief
from monitor.channels.email.languages import language
from monitor.errors import DeliveryError, RenderError
from monitor.model.calls import Answer, Call
from monitor.model.digests import Delivery, Digest, Message
from monitor.ports import Caller, Links, PhaseMark

# Of the text without its markup, in UTF-16 units (core.telegram.org/bots/api#sendmessage); ours is held with it.
MAX_UNITS = 4096
MAX_LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A bot and where it writes: a chat's number, or the "@name" of a channel."""

    name: str
    server: str
    chat: int | str
    token: str = field(repr=False)
    timeout_s: float = 30.0


class TelegramRenderer:
    """Renders digests as Telegram's HTML."""

    def __init__(self, *, links: Links | None = None) -> None:
        self._links = links
        self._environment = Environment(
            loader=PackageLoader("monitor.channels.telegram"),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError`."""
        words = language(digest.recipient.language)
        short = brief(digest, words, delivery_id=delivery_id, links=self._links)
        template = self._environment.get_template("digest.html")
        text = ""
        try:
            for count in range(min(MAX_LINES, len(short.lines)), -1, -1):
                lines, left = short.first(count, words)
                text = template.render(brief=short, lines=lines, left=left).strip()
                if len(text.encode("utf-16-le", "replace")) // 2 <= MAX_UNITS:
                    break
        except TemplateError as error:
            raise RenderError(f"the digest for {digest.recipient.id} cannot be rendered: {error}") from error
        note = {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
        return as_message(short, text, as_json(note), delivery_id=delivery_id)


class TelegramChannel:
    """Writes into one chat."""

    def __init__(self, chat: Chat, *, caller: Caller) -> None:
        self._chat = chat
        self._caller = caller

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Send; returns the message's number there. Raises `DeliveryError`."""
        chat = self._chat
        body = as_json({"chat_id": chat.chat, **json.loads(delivery.message.content)})
        call = Call(
            name=chat.name,
            url=f"{chat.server.rstrip('/')}/bot{chat.token}/sendMessage",
            body=body,
            headers={"Content-Type": "application/json"},
            timeout_s=chat.timeout_s,
        )
        answer = await self._caller.call(call, mark)
        said = _said(answer)
        if answer.status in (401, 404):
            raise DeliveryError(
                f"{chat.name} does not know the bot ({answer.status}). Check its token.",
                permanent=False,
                code=answer.status,
                blame="channel",
                retry_after_s=OPERATOR_S,
            )
        words = str(said.get("description", "")).encode()[:300]
        check_answer(chat.name, Answer(status=answer.status, body=words, retry_after_s=_wait_s(answer, said)))
        result = said.get("result")
        return f"{answer.status} message {result.get('message_id') if isinstance(result, dict) else '?'}"

    async def close(self) -> None:
        """Let go of connections."""
        await self._caller.close()


def _said(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _wait_s(answer: Answer, said: dict[str, Any]) -> float | None:
    """Telegram tells the wait in the body."""
    parameters = said.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(wait) if isinstance(wait, int | float) and 0 <= wait < 10**9 else answer.retry_after_s
