"""Which namespace means what, and which names would mislead us: facts about feeds and how the judge reads them."""

from __future__ import annotations


class Doubt(Exception):
    """This document needs the judge. The text says what was met."""


class NoFeedRoot(Doubt):
    """Something else stands where the feed should begin: a warning in HTML, or no feed at all."""


NAMESPACES: dict[str, str] = {
    **dict.fromkeys(
        (
            "http://backend.userland.com/rss",
            "http://blogs.law.harvard.edu/tech/rss",
            "http://purl.org/rss/1.0/",
            "http://my.netscape.com/rdf/simple/0.9/",
            "http://example.com/newformat#",
            "http://example.com/necho",
            "http://purl.org/echo/",
            "uri/of/echo/namespace#",
            "http://purl.org/pie/",
            "http://purl.org/atom/ns#",
            "http://www.w3.org/2005/atom",
            "http://purl.org/rss/1.0/modules/rss091#",
        ),
        "",
    ),
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
    # Understood by the judge, nothing of them read by us: only their names must not be taken for something else.
    "http://webns.net/mvcb/": "admin",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://wellformedweb.org/commentapi/": "wfw",
    "http://www.georss.org/georss": "georss",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.opengis.net/gml": "gml",
    "http://podlove.org/simple-chapters": "psc",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
}
"""Lower-case namespace → prefix of its names; "" for the formats themselves, whose names stand alone."""

FOREIGN = "?"
"""The prefix of every namespace that is not in the table: nothing in it has a meaning here."""

BY_PREFIX = {name: name for name in ("news:source", "yandex:full-text", "feedburner:origlink")}
"""Names that are read in any unknown namespace: Bing's changes with the search, Yandex's with the year.

With attributes, they mean something else to the judge.
"""

_ACTIVE = """
    admin cc content creativeCommons dc dcterms feedburner geo georss gml itunes media psc rdf xhtml xml
    title summary content author source link published updated created
"""
ACTIVE_PREFIXES = frozenset(_ACTIVE.split())
"""Prefixes that, bound to another namespace than the table says, would give names a meaning by accident."""

_AMBIGUOUS = """
    body xhtml:body tags newlocation where georssgeom date links authors contributors publisher guidislink svg math
    entries license cc:license creativecommons:license title_detail summary_detail content_detail author_detail
    source_detail language_detail id_detail link_detail description_detail published_parsed updated_parsed
    created_parsed issued_parsed modified_parsed date_parsed
"""
AMBIGUOUS = frozenset(_AMBIGUOUS.split())
"""Names whose mere presence may change what the judge reads, by its aliases or by handlers that we do not repeat."""

AMBIGUOUS_PREFIXES = frozenset({"georss", "gml", "psc"})
