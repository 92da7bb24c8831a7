"""Addresses that wrap another: search engines, networks, mail guards and AMP caches count who follows a link.

Only what the address itself says is read: nobody is asked. So `t.co`, shorteners and Google News' tokens since July
2024 stay as they are. Refuses: archives and translations, whose text is another.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote

from monitor.core.url_parts import Parts, bare_host, split

_AMP_CACHE = re.compile(r"/[a-z]+(?:/(s))?/([^/]+/.*)", re.DOTALL)
_GOOGLE_AMP = re.compile(r"/amp(?:/(s))?/([^/]+/.*)", re.DOTALL)
_YAHOO = re.compile(r"/RU=([^/]+)/R[KS]=")
_NEWS_TOKEN = re.compile(r"/(?:__i/)?(?:rss/)?(?:rd/)?(?:articles|read)/(CBMi[\w-]+)")
_AMP_HOSTS = (".cdn.ampproject.org", ".bing-amp.com")
_GOOGLE_HOST = re.compile(r"(?:news\.url\.|plus\.url\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")

_NAMED: dict[tuple[str, str], str] = {
    ("bing.com", "/news/apiclick.aspx"): "url",
    ("facebook.com", "/l.php"): "u",
    ("facebook.com", "/flx/warn/"): "u",
    ("l.facebook.com", "/l.php"): "u",
    ("lm.facebook.com", "/l.php"): "u",
    ("l.messenger.com", "/l.php"): "u",
    ("l.workplace.com", "/l.php"): "u",
    ("l.instagram.com", "/"): "u",
    ("l.threads.net", "/"): "u",
    ("l.threads.com", "/"): "u",
    ("vk.com", "/away.php"): "to",
    ("away.vk.com", "/away.php"): "to",
    ("ok.ru", "/dk"): "st.link",
    ("youtube.com", "/redirect"): "q",
    ("googleweblight.com", "/"): "lite_url",
    ("googleweblight.com", "/i"): "u",
    ("duckduckgo.com", "/l/"): "uddg",
    ("t.me", "/iv"): "url",
    ("t.me", "/share/url"): "url",
    ("linkedin.com", "/redir/redirect"): "url",
    ("linkedin.com", "/safety/go"): "url",
    ("twitter.com", "/i/redirect"): "url",
    ("slack-redir.net", "/link"): "url",
    ("steamcommunity.com", "/linkfilter/"): "url",
    ("go.redirectingat.com", "/"): "url",
    ("go.skimresources.com", "/"): "url",
    ("redirect.viglink.com", "/"): "u",
    ("linkprotect.cudasvc.com", "/url"): "a",
}
"""(bare host, path) → the parameter that bears the target."""


def unwrapped(url: str) -> str:
    """The innermost address of one that wraps another; any other address as it is."""
    parts = split(url)
    while parts is not None:
        inner = _inner(parts)
        parts = split(inner) if inner is not None and len(inner) < len(url) else None
        url = inner if inner is not None and parts is not None else url
    return url


def _inner(parts: Parts) -> str | None:
    """The address inside a redirector's or AMP cache's address."""
    _, host, path, query, _ = parts
    if host.endswith(_AMP_HOSTS):
        return _amp_target(_AMP_CACHE.fullmatch(path), query)
    host = bare_host(host)
    if "google." in host and _GOOGLE_HOST.fullmatch(host):
        if path.startswith("/amp/"):
            return _amp_target(_GOOGLE_AMP.fullmatch(path), query)
        return _parameter(query, ("url", "q")) if path == "/url" else None
    if host.endswith(".safelinks.protection.outlook.com"):
        return _parameter(query, ("url",))
    if host in _READERS:
        return _READERS[host](path, query)
    name = _NAMED.get((host, path or "/"))
    return _parameter(query, (name,)) if name else None


def _amp_target(match: re.Match[str] | None, query: str) -> str | None:
    if match is None or "." not in match[2].partition("/")[0]:
        return None
    return f"{'https' if match[1] else 'http'}://{match[2]}" + (f"?{query}" if query else "")


def _parameter(query: str, names: tuple[str, ...]) -> str | None:
    values = dict(parse_qsl(query, max_num_fields=None))
    return next((target for name in names if (target := _http(values.get(name, "")))), None)


def _http(url: str) -> str | None:
    return url if url.lower().startswith(("http://", "https://")) else None


def _cache(path: str, query: str) -> str | None:
    return _amp_target(_AMP_CACHE.fullmatch(path), query)


def _of_reddit(_path: str, query: str) -> str | None:
    return _parameter(query, ("url",))


def _of_yahoo(path: str, query: str) -> str | None:
    found = _YAHOO.search(path)
    return _http(unquote(found[1])) if found else None


def _behind_star(path: str, query: str) -> str | None:
    """`…/*https://example.org/a?b`: older redirectors of Yahoo and Yandex."""
    target = path.partition("*")[2]
    if "://" not in target:
        return _http(unquote(target))
    return _http(target + (f"?{query}" if query else ""))


def _of_google_news(path: str, query: str) -> str | None:
    """The address in a token as it was made until July 2024: a length and the address behind three known bytes."""
    if path == "/news/url":
        return _parameter(query, ("url",))
    found = _NEWS_TOKEN.fullmatch(path)
    token = _decoded(found[1]) if found else b""
    if not token.startswith(b"\x08\x13\x22") or len(token) < 6:
        return None
    size, start = token[3], 4
    if size >= 0x80:  # protobuf's varint: seven bits a byte, the lowest first
        size, start = (size & 0x7F) | token[4] << 7, 5
    target = token[start : start + size]
    return _http(target.decode("ascii")) if len(target) == size and target.isascii() else None


def _of_bing(path: str, query: str) -> str | None:
    """`/ck/a?u=a1…`: two signs, then the address in base 64."""
    if path != "/ck/a":
        name = _NAMED.get(("bing.com", path))
        return _parameter(query, (name,)) if name else None
    value = dict(parse_qsl(query)).get("u", "")
    target = _decoded(value[2:]) if value.startswith("a1") else b""
    return _http(target.decode("ascii")) if target.isascii() else None


def _of_proofpoint(path: str, query: str) -> str | None:
    """Mail guards: percent signs as hyphens and slashes as underscores (v2), or the address between underscores (v3).

    Where v3 replaced characters by stars (told behind the semicolon), the address is not put together again.
    """
    if path == "/v2/url":
        value = dict(parse_qsl(query)).get("u", "")
        return _http(unquote(value.replace("-", "%").replace("_", "/")))
    target, _, rest = (f"{path}?{query}" if query else path).removeprefix("/v3/__").partition("__;")
    return _http(target) if rest.startswith("!") else None


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


_READERS: dict[str, Callable[[str, str], str | None]] = {
    "cdn.ampproject.org": _cache,
    "out.reddit.com": _of_reddit,
    "r.search.yahoo.com": _of_yahoo,
    "us.rd.yahoo.com": _behind_star,
    "rd.yahoo.com": _behind_star,
    "clck.yandex.ru": _behind_star,
    "news.google.com": _of_google_news,
    "bing.com": _of_bing,
    "urldefense.proofpoint.com": _of_proofpoint,
    "urldefense.com": _of_proofpoint,
}
