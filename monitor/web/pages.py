"""Errands → pages: HTML in the reader's language, everything shown escaped."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.model.errands import Errand

MAX_SUBJECT = 240
# Controls, and the marks that turn the direction of what follows them: no title may write over our own words.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


class Words(Protocol):
    """A language: its tag and its texts."""

    @property
    def tag(self) -> str:
        """BCP 47."""
        ...

    def gettext(self, text: str) -> str:
        """A text of the program in this language."""
        ...

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The same for a count."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """A page's HTML and its language."""

    html: str
    language: str


class Pages:
    """All pages, in the languages that `words` finds by their tags; `tags` are those there are, the first for want."""

    def __init__(self, words: Callable[[str], Words], tags: tuple[str, ...]) -> None:
        self._words = words
        self._tags = tags
        self._environments: dict[str, Environment] = {}
        self._style = files("monitor.web").joinpath("templates/style.css").read_text("utf-8").strip()

    @property
    def style_source(self) -> str:
        """What a content security policy says to allow the pages' style and no other."""
        return f"'sha256-{b64encode(sha256(self._style.encode()).digest()).decode()}'"

    def errand(self, errand: Errand, *, acted: bool) -> Page:
        """What a link is for, with the button that does it; when it stands, with the one that takes it back.

        `acted`: the page answers a button.
        """
        subject = " ".join(_UNSEEN.sub(" ", errand.subject).split())
        subject = subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1].rstrip() + "…"
        action = errand.claim.action.value
        spoken = errand.subject_language or ""
        facts = {"action": action, "subject": subject, "spoken": spoken if _TAG.fullmatch(spoken) else ""}
        return self._filled("errand.html", errand.language, errand=errand, acted=acted, **facts)

    def refused(self, status: int, accepted: str) -> Page:
        """A page for what cannot be answered, in a language that an Accept-Language header names."""
        return self._filled("refused.html", self.language_of(accepted), status=status)

    def language_of(self, accepted: str) -> str:
        """The first language of an Accept-Language header that there is; weights are left out of account."""
        wanted = re.findall(r"(?:^|,)\s*([A-Za-z]{2,3})", accepted[:200])
        return next((tag.lower() for tag in wanted if tag.lower() in self._tags), self._tags[0])

    def _filled(self, name: str, language: str, **facts: object) -> Page:
        tag = language if language in self._tags else self._tags[0]
        if tag not in self._environments:
            self._environments[tag] = _environment(self._words(tag))
        html = self._environments[tag].get_template(name).render(lang=tag, style=self._style, **facts)
        return Page(html, tag)


def _environment(words: Words) -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
