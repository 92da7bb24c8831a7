"""One address, one key: canonical forms of article links, for comparing, never for guessing.

Owns: which query parameters carry no identity, which hosts merely wrap another address, and what a key leaves out.
Refuses: to drop a parameter it does not know, to change the case of path or query, to follow anything over the
network, and to make sense of addresses that two parsers read differently (`http://in\\@out/`).

Two forms: `canonicalize` gives an address that still leads to the article; `url_key` compares, and leaves out more
(scheme, www/m/amp host prefixes, AMP suffixes, a trailing slash), because those lead to the same text.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

MAX_URL_CHARS = 4096
"""Longer addresses are refused: servers do not serve them, they are junk or an attack."""
CACHED_URLS = 2048
"""An entry's address is asked for its key, its host and whether it is shared within one batch."""
CACHED_HOSTS = 512
"""A feed's entries share a host or two, and a batch holds some dozens of feeds."""

_TRACKER_PREFIXES = ("utm_", "mtm_", "piwik_", "at_", "hsa_", "itm_", "stm_", "oly_", "vero_")
_TRACKER_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igsh igshid li_fat_id rdt_cid
    srsltid epik sclid wickedid irclickid _openstat openstat mc_cid mc_eid mkt_tok xtor ncid ocid cmp cmpid icid
    wprss rssid si __twitter_impression _ga _gl _hsenc _hsmi __s ss_source ss_campaign_id ml_subscriber
    ml_subscriber_hash ck_subscriber_id spm trk trkcampaign guccounter guce_referrer guce_referrer_sig
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee fb_action_ids fb_action_types fb_ref fb_source
    action_object_map action_type_map action_ref_map pk_campaign pk_kwd pk_keyword pk_source pk_medium
    pk_content pk_cid
"""
_TRACKERS = frozenset(_TRACKER_NAMES.split())
"""Exact names and closed prefixes only; facts about advertising and mail systems, collected in our own words."""

_FEED_WORDS = frozenset({"rss", "feed", "rssfeed", "rss_feed", "rss2", "atom", "feeds"})
_SOFT: dict[str, frozenset[str]] = {
    **dict.fromkeys(("from", "ref", "source", "src", "via", "feed"), _FEED_WORDS),
    "rss": frozenset({"1", "yes", "true", ""}),
    "page": frozenset({"all"}),
    "single": frozenset({"1"}),
    "amp": frozenset({"", "1", "true", "yes"}),
    "outputtype": frozenset({"amp"}),
    "output": frozenset({"amp"}),
    "format": frozenset({"amp"}),
    "m": frozenset({"1"}),
    "mobile": frozenset({"1", "yes", "true"}),
}
"""Names that carry identity elsewhere: dropped only with these values (`page=2` is another page, `page=all` is not)."""

_HOST_PREFIXES = ("www.", "m.", "mobile.", "amp.", "wap.")
_INDEX_PAGES = ("/index.html", "/index.htm", "/index.php")

_SPLIT = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}")
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|([^!-~]|[\"<>\\^`{|}]|%)")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AMP_CACHE = re.compile(r"/[a-z]+(?:/(s))?/([^/]+\.[^/]+/.*)", re.DOTALL)
_GOOGLE_AMP = re.compile(r"/amp(?:/(s))?/([^/]+\.[^/]+/.*)", re.DOTALL)
_YAHOO = re.compile(r"/RU=([^/]+)/R[KS]=")
_GOOGLE_HOST = re.compile(r"(?:www\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
_WRAPPER_PARAMETERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("www.bing.com", "/news/apiclick.aspx"): ("url",),
    ("bing.com", "/news/apiclick.aspx"): ("url",),
    ("l.facebook.com", "/l.php"): ("u",),
    ("lm.facebook.com", "/l.php"): ("u",),
    ("l.instagram.com", "/"): ("u",),
    ("out.reddit.com", "/"): ("url",),
    ("vk.com", "/away.php"): ("to",),
    ("m.vk.com", "/away.php"): ("to",),
    ("www.youtube.com", "/redirect"): ("q",),
    ("news.google.com", "/news/url"): ("url",),
}


@lru_cache(maxsize=CACHED_URLS)
def canonicalize(url: str) -> str | None:
    """The address without wrappers, trackers and accidents of writing; None when it is no safe http(s) address.

    Idempotent. Keeps scheme, host prefixes, the case of path and query, every unknown parameter (sorted), and
    fragments that are routes (`#!…`, `#/…`).
    """
    parts = _split(_unwrapped(url))
    if parts is None:
        return None
    scheme, host, path, query, fragment = parts
    canonical = f"{scheme}://{host}{_path(path)}"
    kept = _query(query)
    if kept:
        canonical += f"?{kept}"
    if fragment.startswith(("!", "/")):
        canonical += f"#{_escape(fragment)}"
    return canonical if len(canonical) <= MAX_URL_CHARS else None


@lru_cache(maxsize=CACHED_URLS)
def url_key(url: str) -> int | None:
    """63 bits that are equal for addresses of one article; None where `canonicalize` gives None."""
    canonical = canonicalize(url)
    if canonical is None:
        return None
    return int.from_bytes(hashlib.blake2b(_key_form(canonical).encode(), digest_size=8).digest(), "big") >> 1


def readable(url: str) -> str:
    """A link as the feed gave it, made safe to show and follow: whole, one line, without wrapper and credentials.

    Only for what `canonicalize` accepts.
    """
    url = _unwrapped(url).strip().replace("\n", "").replace("\r", "").replace("\t", "").replace(" ", "%20")
    url = "https:" + url if url.startswith("//") else url
    has_credentials = "@" in url.partition("://")[2].partition("/")[0]
    return canonicalize(url) or "" if has_credentials else url


def host_of(url: str) -> str:
    """The lower-case host without www/m/mobile/amp prefix and port, "" when there is none."""
    parts = _split(url)
    if parts is None:
        return ""
    host = parts[1]
    return host.partition("]")[0] + "]" if host.startswith("[") else _bare_host(host.partition(":")[0])


def is_site_root(url: str) -> bool:
    """Whether the address is a home page, which identifies an outlet but no article."""
    canonical = canonicalize(url)
    return canonical is not None and "/" not in _key_form(canonical) and "?" not in canonical and "#" not in canonical


@lru_cache(maxsize=CACHED_URLS)
def _split(url: str) -> tuple[str, str, str, str, str] | None:
    """(scheme, host[:port], path, query, fragment), or None; feeds wrap long lines, so CR, LF and TAB are dropped."""
    if not (url.isascii() and url.isprintable()):
        url = url.strip().replace("\n", "").replace("\r", "").replace("\t", "")
        is_forbidden = len(url) <= MAX_URL_CHARS and _FORBIDDEN.search(url) is not None
    else:
        url, is_forbidden = url.strip(" "), False  # of all that is printable, only this is space
    if is_forbidden or len(url) > MAX_URL_CHARS:
        return None
    if url.startswith("//"):
        url = "https:" + url
    match = _SPLIT.fullmatch(url)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    host = _host(match["authority"], scheme)
    if host is None:
        return None
    return scheme, host, match["path"], match["query"] or "", match["fragment"] or ""


@lru_cache(maxsize=CACHED_HOSTS)
def _host(authority: str, scheme: str) -> str | None:
    # A backslash ends the host for browsers and not for RFC 3986: such an address means two things, so it means none.
    if "\\" in authority or "%" in authority:
        return None
    name = authority.rpartition("@")[2]
    port = ""
    if not name.endswith("]"):
        head, colon, tail = name.rpartition(":")
        if colon:
            name, port = head, tail
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return None
    name = name.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    if not (_HOST_NAME.fullmatch(name) or _IPV6.fullmatch(name)):
        return None
    port = port.lstrip("0")
    is_default = not port or (scheme, port) in {("http", "80"), ("https", "443")}
    return name if is_default else f"{name}:{port}"


def _unwrapped(url: str) -> str:
    """The innermost address of one that wraps another; any other address as it is."""
    parts = _split(url)
    while parts is not None:
        inner = _wrapped(parts)
        parts = _split(inner) if inner is not None and len(inner) < len(url) else None
        url = inner if inner is not None and parts is not None else url
    return url


def _wrapped(parts: tuple[str, str, str, str, str]) -> str | None:
    """The address inside a redirector's or AMP cache's address, as far as it can be read without asking anybody."""
    _, host, path, query, _ = parts
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        return _amp_target(_AMP_CACHE.fullmatch(path), query)
    if "google." in host and _GOOGLE_HOST.fullmatch(host):
        if path.startswith("/amp/"):
            return _amp_target(_GOOGLE_AMP.fullmatch(path), query)
        return _parameter(query, ("url", "q")) if path == "/url" else None
    if host == "r.search.yahoo.com":
        found = _YAHOO.search(path)
        return _http(unquote(found[1])) if found else None
    names = _WRAPPER_PARAMETERS.get((host, path or "/"))
    return _parameter(query, names) if names else None


def _amp_target(match: re.Match[str] | None, query: str) -> str | None:
    if match is None:
        return None
    return f"{'https' if match[1] else 'http'}://{match[2]}" + (f"?{query}" if query else "")


def _parameter(query: str, names: tuple[str, ...]) -> str | None:
    values = dict(parse_qsl(query, max_num_fields=None))
    return next((target for name in names if (target := _http(values.get(name, "")))), None)


def _http(url: str) -> str | None:
    return url if url.lower().startswith(("http://", "https://")) else None


def _escape(text: str) -> str:
    """Upper-case escapes, unreserved characters unescaped, everything unsafe escaped as UTF-8 (RFC 3986 §6.2.2)."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            char = chr(int(match[1], 16))
            return char if char in _UNRESERVED else f"%{match[1].upper()}"
        return "".join(f"%{byte:02X}" for byte in match[2].encode())

    return _ESCAPE.sub(one, text)


def _path(path: str) -> str:
    path = _escape(path) or "/"
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    kept = []
    for field in query.split("&"):
        if not field:
            continue
        name, equals, value = field.partition("=")
        bare = unquote(name).lower()
        if bare in _TRACKERS or bare.startswith(_TRACKER_PREFIXES):
            continue
        if bare in _SOFT and unquote(value).lower() in _SOFT[bare]:
            continue
        kept.append((_escape(name.replace("+", "%20")), equals, _escape(value.replace("+", "%20"))))
    return "&".join("".join(field) for field in sorted(kept))


@lru_cache(maxsize=CACHED_HOSTS)
def _bare_host(host: str) -> str:
    for prefix in _HOST_PREFIXES:
        if host.startswith(prefix) and "." in host.removeprefix(prefix):
            return _bare_host(host.removeprefix(prefix))
    return host


@lru_cache(maxsize=CACHED_URLS)
def _key_form(canonical: str) -> str:
    rest = canonical.partition("://")[2]
    address, hash_sign, fragment = rest.partition("#")
    address, mark, query = address.partition("?")
    host, _, path = address.partition("/")
    path = "/" + path
    if "/index." in path:
        for page in _INDEX_PAGES:
            path = path[: -len(page)] + "/" if path.endswith(page) else path
    path = path.rstrip("/")
    if path.startswith("/amp/"):
        path = path[4:]
    path = path.removesuffix("/amp")
    if path.endswith(".amp.html"):
        path = path.removesuffix(".amp.html") + ".html"
    return _bare_host(host) + path.removesuffix(".amp") + mark + query + hash_sign + fragment
