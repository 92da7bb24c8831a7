"""The `web` section of monitor.yaml, and the secret that signs links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from monitor.config.secrets import ENVIRONMENT, Secret, cure_of, variables_of
from monitor.config.texts import WebUrl, check_host, is_loopback
from monitor.config.wording import shown
from monitor.config.yaml_nodes import Strict
from monitor.errors import Problem

MIN_KEY_CHARS = 16
_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]/]+)):(?P<port>[0-9]{1,5})")


def check_listen(text: str) -> str:
    """HOST:PORT, an IPv6 address in brackets."""
    form = _LISTEN.fullmatch(text)
    if form is None or not 1 <= int(form["port"]) <= 65_535:
        raise ValueError(f"{shown(text)} is no place to listen at. Write it like 127.0.0.1:8321 or [::1]:8321.")
    check_host(form["six"] or form["host"])
    return text


def check_base(text: str) -> str:
    """A URL that addresses can be put behind: nothing after its path, no closing slash."""
    parts = urlsplit(text)
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError(f"{shown(text)} has a query or a fragment. Write only the beginning of the addresses.")
    return text.rstrip("/")


class WebSection(Strict):
    """The pages behind the links in digests: unsubscribe, less often, mute, more or less like this, view in browser."""

    listen: Annotated[str, AfterValidator(check_listen)] | None = Field(
        default=None,
        description="HOST:PORT where the daemon answers, like 127.0.0.1:8321; null: it serves no pages. "
        "Readers reach it through a reverse proxy with TLS.",
    )
    base_url: Annotated[WebUrl, AfterValidator(check_base)] | None = Field(
        default=None,
        description="Where readers reach these pages, like https://monitor.example.org; needs listen. "
        "null: digests hold no such links, and offer to unsubscribe by mail only.",
    )

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if self.base_url is not None and self.listen is None:
            raise ValueError(
                "base_url is set and listen is not: nothing would answer the links in digests. "
                "Set listen, like 127.0.0.1:8321, or remove base_url."
            )
        return self

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port to listen at."""
        form = _LISTEN.fullmatch(self.listen or "")
        return (form["six"] or form["host"], int(form["port"])) if form else None


def web_oddities(web: WebSection, path: str) -> Iterator[Problem]:
    """What works and is hardly meant."""
    parts = urlsplit(web.base_url or "")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        message = f"{web.base_url} has no TLS: mail programs show no unsubscribe button, and others can read the links."
        cure = "Put a reverse proxy with a certificate in front, and write https://."
        yield Problem(file=path, key="web.base_url", message=message, cure=cure)
    if parts.scheme == "https" and is_loopback(parts.hostname or ""):
        message = f"{web.base_url} is this machine: no reader reaches it."
        yield Problem(file=path, key="web.base_url", message=message, cure="Write the name that readers know.")


def link_key_problems(secret: Secret | None) -> Iterator[Problem]:
    """What is wrong with the keys of links: any one that could be guessed."""
    if secret is None:
        return
    keys = secret.reveal().split()
    if not keys or min(map(len, keys)) < MIN_KEY_CHARS:
        variable, _ = variables_of("link_key")
        message = f"holds a key of fewer than {MIN_KEY_CHARS} characters: links could be forged."
        cure = f"Take one from `openssl rand -hex 32`, or leave it out: then the store keeps one. {cure_of('link_key')}"
        yield Problem(file=ENVIRONMENT, key=variable, message=message, cure=cure)
