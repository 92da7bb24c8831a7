"""Sites whose feeds follow from the address of a page: known without asking, as their page may not say so.

One line a pattern; facts about the sites, none of them tuned. Refuses: sites whose pages declare their feeds anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

from monitor.model.discovery import FoundFeed

_YOUTUBE = re.compile(r"(?:(?:www|m|music)\.)?youtube(?:-nocookie)?\.com")
_YOUTUBE_CHANNEL = re.compile(r"/channel/(UC[\w-]{22})(?:/|$)")
_YOUTUBE_USER = re.compile(r"/user/([\w.-]+)(?:/|$)")
_REDDIT = re.compile(r"(?:(?:www|old|new|np|i|m)\.)?reddit\.com")
_SEARCH_HOSTS = frozenset({"news.google.com", "www.bing.com", "bing.com"})

_NOT_USERS = "about|apps|blog|collections|contact|customer-stories|enterprise|explore|features|issues|join|login|"
_NOT_USERS += (
    "marketplace|new|notifications|orgs|pricing|pulls|search|security|settings|signup|sponsors|topics|trending"
)

# (host, path, [(feed, title, kind)]): groups of the path's pattern fill the feed.
_PATTERNS: tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[tuple[str, str, str], ...]], ...] = (
    (
        re.compile(r"(?:www\.)?github\.com"),
        re.compile(rf"/(?!(?:{_NOT_USERS})/)([\w.-]+)/([\w.-]+?)(?:\.git)?(?:/.*)?"),
        (
            ("https://github.com/{0}/{1}/releases.atom", "Releases of {0}/{1}", "atom"),
            ("https://github.com/{0}/{1}/commits.atom", "Commits of {0}/{1}", "atom"),
            ("https://github.com/{0}/{1}/tags.atom", "Tags of {0}/{1}", "atom"),
        ),
    ),
    (
        re.compile(r"(?:www\.)?github\.com"),
        re.compile(rf"/(?!(?:{_NOT_USERS})/?$)([\w-]+)/?"),
        (("https://github.com/{0}.atom", "Activity of {0}", "atom"),),
    ),
    (
        re.compile(r"gitlab\.com|codeberg\.org"),
        re.compile(r"/([\w.-]+)/([\w.-]+)/?"),
        (("https://{host}/{0}/{1}.atom", "Activity of {0}/{1}", "atom"),),
    ),
    (
        re.compile(r"(?:www\.)?medium\.com"),
        re.compile(r"/tag/([\w-]+)(?:/.*)?"),
        (("https://medium.com/feed/tag/{0}", "Medium on {0}", "rss"),),
    ),
    (
        re.compile(r"(?!www\.)[\w-]+\.medium\.com"),
        re.compile(r"/.*"),
        (("https://{host}/feed", "{host}", "rss"),),
    ),
    (
        re.compile(r"(?:www\.)?medium\.com"),
        re.compile(r"/(@?[\w.-]+)(?:/.*)?"),
        (("https://medium.com/feed/{0}", "{0} on Medium", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.substack\.com"),
        re.compile(r"/.*"),
        (("https://{host}/feed", "{host}", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.wordpress\.com"),
        re.compile(r"/.*"),
        (("https://{host}/feed/", "{host}", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.blogspot\.[a-z.]{2,6}"),
        re.compile(r"/.*"),
        (("https://{host}/feeds/posts/default", "{host}", "atom"),),
    ),
    (
        re.compile(r"[\w-]+\.tumblr\.com"),
        re.compile(r"/.*"),
        (("https://{host}/rss", "{host}", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.livejournal\.com"),
        re.compile(r"/.*"),
        (("https://{host}/data/rss", "{host}", "rss"), ("https://{host}/data/atom", "{host}", "atom")),
    ),
    (
        re.compile(r"(?:m\.)?blog\.naver\.com"),
        re.compile(r"/([\w-]+)(?:/.*)?"),
        (("https://rss.blog.naver.com/{0}.xml", "{0}", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.tistory\.com"),
        re.compile(r"/.*"),
        (("https://{host}/rss", "{host}", "rss"),),
    ),
    (
        re.compile(r"[\w-]+\.(?:hatenablog\.(?:com|jp)|hateblo\.jp|bearblog\.dev)"),
        re.compile(r"/.*"),
        (("https://{host}/feed", "{host}", "atom"),),
    ),
    (
        re.compile(r"[\w-]+\.ghost\.io"),
        re.compile(r"/.*"),
        (("https://{host}/rss/", "{host}", "rss"),),
    ),
    (
        re.compile(r"note\.com"),
        re.compile(r"/(?!search|notes|hashtag)([\w-]+)(?:/.*)?"),
        (("https://note.com/{0}/rss", "{0}", "rss"),),
    ),
    (
        re.compile(r"dev\.to"),
        re.compile(r"/(?!search|tags?|t/)([\w-]+)/?"),
        (("https://dev.to/feed/{0}", "{0}", "rss"),),
    ),
    (
        re.compile(r"vimeo\.com"),
        re.compile(r"/((?!channels|groups|watch|search)[A-Za-z][\w-]*)/?"),
        (("https://vimeo.com/{0}/videos/rss", "Videos of {0}", "rss"),),
    ),
    (
        re.compile(r"(?:www\.)?dailymotion\.com"),
        re.compile(r"/(?!video|playlist|search)([\w-]+)/?"),
        (("https://www.dailymotion.com/rss/user/{0}", "Videos of {0}", "rss"),),
    ),
    (
        re.compile(r"(?:[\w-]+\.)?(?:stackoverflow|stackexchange|superuser|serverfault|askubuntu)\.com"),
        re.compile(r"/questions/tagged/([\w.+#-]+)/?"),
        (("https://{host}/feeds/tag/{0}", "Questions on {0}", "atom"),),
    ),
    (
        re.compile(r"bsky\.app"),
        re.compile(r"/profile/([\w.:-]+)/?"),
        (("https://bsky.app/profile/{0}/rss", "{0} on Bluesky", "rss"),),
    ),
)


def known_feeds(url: str) -> list[FoundFeed]:
    """The feeds that belong to a page of a known site, best first; none for other sites and for feeds themselves."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return []
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return []
    if _YOUTUBE.fullmatch(host):
        return list(_youtube(parts.path, parse_qs(parts.query)))
    if _REDDIT.fullmatch(host):
        return list(_reddit(parts.path, parts.query))
    if host in _SEARCH_HOSTS:
        return list(_news_search(host, parts.path, parts.query))
    return list(_by_pattern(host, parts.path or "/"))


def _by_pattern(host: str, path: str) -> Iterator[FoundFeed]:
    for hosts, paths, feeds in _PATTERNS:
        match = paths.fullmatch(path)
        if not hosts.fullmatch(host) or not match:
            continue
        for feed, title, kind in feeds:
            yield FoundFeed(
                url=feed.format(*match.groups(), host=host),
                title=title.format(*match.groups(), host=host),
                kind=kind,
                why=f"the feed of such pages of {host}",
            )
        return


def _youtube(path: str, query: dict[str, list[str]]) -> Iterator[FoundFeed]:
    """Channels, users and playlists; a handle (/@name) only its page's canonical address can tell."""
    base = "https://www.youtube.com/feeds/videos.xml?"
    why = "YouTube's feed of this page"
    if match := _YOUTUBE_CHANNEL.match(path):
        yield FoundFeed(url=f"{base}channel_id={match[1]}", title="Videos of the channel", kind="atom", why=why)
    elif match := _YOUTUBE_USER.match(path):
        yield FoundFeed(url=f"{base}user={match[1]}", title=f"Videos of {match[1]}", kind="atom", why=why)
    playlist = next(iter(query.get("list", ())), "")
    if path in {"/playlist", "/watch"} and re.fullmatch(r"(?:PL|UU|FL|OL)[\w-]{10,60}", playlist):
        yield FoundFeed(url=f"{base}playlist_id={playlist}", title="Videos of the playlist", kind="atom", why=why)


def _reddit(path: str, query: str) -> Iterator[FoundFeed]:
    if path.rstrip("/").endswith(".rss") or not re.match(r"/(?:r|u|user|domain)/[\w.+-]+", path):
        return
    address = f"https://www.reddit.com{path.rstrip('/')}/.rss" + (f"?{query}" if query else "")
    yield FoundFeed(url=address, title=path.strip("/"), kind="atom", why="Reddit's feed of this page")


def _news_search(host: str, path: str, query: str) -> Iterator[FoundFeed]:
    """Google's and Bing's news searches, and Google's topics and sections, exist as feeds at a sister address."""
    if host == "news.google.com":
        if re.match(r"/(?:search|topics|topstories|home|publications)\b", path):
            target = "" if path.startswith("/home") else path
            address = f"https://{host}/rss{target}" + (f"?{query}" if query else "")
            yield FoundFeed(url=address, title=_asked(query), kind="rss", why="Google News as a feed")
    elif path == "/news/search" and (asked := _asked(query)) and "format=" not in query.lower():
        address = f"https://www.bing.com/news/search?q={quote(asked)}&format=rss"
        yield FoundFeed(url=address, title=asked, kind="rss", why="Bing News as a feed")


def _asked(query: str) -> str:
    return next(iter(parse_qs(query).get("q", ())), "")
