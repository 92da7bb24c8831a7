"""Checks of single texts: addresses, names, URLs, slugs, languages, countries, time zones.

Each takes the text and returns it (or its normal form), or raises ValueError with a message that names the cure;
pydantic and `yaml_nodes` put the place in front.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from monitor.config.wording import near_miss, shown

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# RFC 5322 dot-atom. Quoted local parts exist on paper; they are refused because mail systems disagree about them.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LANGUAGE = re.compile(r"(?P<base>[a-z]{2,3})(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_MAX_URL_CHARS = 2048

# ISO 639-1, the two-letter codes in force; three letters (ISO 639-3) are taken by their form.
_TWO_LETTERS = (
    " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    " en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
    " iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
    " my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk "
    " sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    " yo za zh zu "
)
_MISTAKEN_LANGUAGES = {"jp": "ja", "cn": "zh", "in": "id", "ua": "uk", "cz": "cs", "dk": "da", "gr": "el", "iw": "he"}
_MISTAKEN_COUNTRIES = {"UK": "GB", "EN": "GB", "JA": "JP", "KO": "KR"}


def check_slug(text: str) -> str:
    """An identifier: lower-case letters, digits and single hyphens, at most 64 characters."""
    if len(text) > 64 or not re.fullmatch(_SLUG.strip("^$"), text):
        hint = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:64]
        cure = f" Did you mean {hint!r}?" if hint and hint != text else ""
        raise ValueError(f"expected lower-case letters, digits and hyphens, found {shown(text)}.{cure}")
    return text


def check_line(text: str) -> str:
    """Text for a header or a list: one line, no control characters, not blank, at most 200 characters."""
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in text):
        raise ValueError("must be one line without control characters.")
    if not text.strip():
        raise ValueError("must not be blank.")
    if len(text) > 200:
        raise ValueError("must not be longer than 200 characters.")
    return text.strip()


def check_address(text: str) -> str:
    """A plain mail address (RFC 5322 addr-spec with a dot-atom), nothing that could reach into a header."""
    local, at, domain = text.rpartition("@")
    if not at:
        raise ValueError(f"{shown(text)} is no mail address: it has no @.")
    if not local.isascii():
        raise ValueError(
            f"{shown(text)} has letters outside ASCII before the @, which many mail servers refuse (SMTPUTF8). "
            "Ask for an address without them."
        )
    if not domain.isascii():
        try:
            written = f" Write {local}@{domain.encode('idna').decode('ascii')}."
        except UnicodeError:  # no domain in any script
            written = " Write the domain as xn--…."
        raise ValueError(f"{shown(text)} has a domain outside ASCII, which mail servers may refuse.{written}")
    if len(local) > 64 or not _LOCAL.fullmatch(local) or len(domain) > 253 or not _HOST.fullmatch(domain):
        raise ValueError(f"{shown(text)} is no mail address. Write it as name@domain, without a display name.")
    return text


def check_host(text: str) -> str:
    """A host name or an IP address, without port, scheme or brackets."""
    # An underscore is no host name on the net, but one on the networks of container engines.
    if not _HOST.fullmatch(text.replace("_", "-")) and not re.fullmatch(r"[0-9A-Fa-f:.]{2,45}", text):
        raise ValueError(f"{shown(text)} is no host name. Write only the name, without scheme or port.")
    return text.lower()


def check_url(text: str) -> str:
    """An absolute http(s) URL without credentials."""
    if len(text) > _MAX_URL_CHARS or re.search(r"[\x00-\x20\x7f<>\"\\^`{|}]", text):
        raise ValueError("is no URL: it holds spaces, control characters or brackets, or is too long.")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:  # whose text may hold a piece of a password
        raise ValueError("is no URL: its host or port cannot be read.") from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{shown(text)} must begin with https:// or http://.")
    if not host:
        raise ValueError(f"{shown(text)} names no host.")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{shown(text)} holds credentials. Remove them: they would end in logs and mails.")
    return text


def check_language(text: str) -> str:
    """A BCP 47 tag: language, optional script and region ("id", "zh-Hant", "pt-BR"), or "mul"."""
    form = _LANGUAGE.fullmatch(text)
    if form is None:
        raise ValueError(f"{shown(text)} is no language tag. Write it like id, en, ko, zh-Hant or pt-BR.")
    base = form["base"]
    if len(base) == 2 and f" {base} " not in _TWO_LETTERS:
        hint = _MISTAKEN_LANGUAGES.get(base)
        raise ValueError(f"{shown(text)} is no language of ISO 639-1.{f' Did you mean {hint!r}?' if hint else ''}")
    return text


def check_country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    if text not in _countries():
        hint = _MISTAKEN_COUNTRIES.get(text.upper()) or (text.upper() if text.upper() in _countries() else "")
        cure = f" Did you mean {hint!r}?" if hint else " Two capitals, like ID, KR or RU."
        raise ValueError(f"{shown(text)} is no country code of ISO 3166-1.{cure}")
    return text


@cache
def _countries() -> frozenset[str]:
    table = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))


def check_zone(text: str) -> str:
    """An IANA time zone, spelt as the database spells it."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = available_timezones()
        cities = {zone.rsplit("/", 1)[-1]: zone for zone in zones if "/" in zone}
        city = cities.get(text.strip().title().replace(" ", "_"))
        cure = f"Did you mean {city!r}?" if city else near_miss(text, zones)
        raise ValueError(f"{shown(text)} is no IANA time zone. {cure or 'Write it like Asia/Jakarta.'}") from None
    return text


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Slug = Annotated[str, AfterValidator(check_slug), Field(json_schema_extra={"pattern": _SLUG, "maxLength": 64})]
Line = Annotated[str, AfterValidator(check_line), Field(json_schema_extra={"minLength": 1, "maxLength": 200})]
Address = Annotated[str, AfterValidator(check_address), Field(json_schema_extra={"pattern": "^[^@\\s]+@[^@\\s]+$"})]
Host = Annotated[str, AfterValidator(check_host)]
WebUrl = Annotated[str, AfterValidator(check_url), Field(json_schema_extra={"pattern": "^https?://"})]
Language = Annotated[str, AfterValidator(check_language)]
Country = Annotated[str, AfterValidator(check_country), Field(json_schema_extra={"pattern": "^[A-Z]{2}$"})]
Zone = Annotated[str, AfterValidator(check_zone)]
