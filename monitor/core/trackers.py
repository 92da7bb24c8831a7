"""Query parameters that carry no identity: what remains of a query without them.

Exact names and closed prefixes only, and names that count as such with certain values; facts about advertising, mail
and share systems, collected in our own words. Refuses: to drop a parameter it does not know, and to match pieces of
names (`cid`, `uid`, `sid` and `idxno` identify articles somewhere).
"""

from __future__ import annotations

from urllib.parse import unquote

from monitor.core.url_parts import escape

_PREFIXES = ("utm_", "mtm_", "piwik_", "at_", "hsa_", "itm_", "stm_", "oly_", "vero_", "cx_test", "wt.")
_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid msclkid yclid ysclid twclid ttclid igsh igshid
    li_fat_id rdt_cid srsltid epik sclid wickedid irclickid tblci outbrainclickid dicbo oborigurl
    _openstat openstat mc_cid mc_eid mkt_tok _ke _kx elqtrackid elqtrack elqaid elqat _bta_tid _branch_match_id
    xtor xtcr ncid ocid cmp cmpid icid intcid intcmp wt_mc wt_zmc ftag ftcamp
    soc_src soc_trk tsrc sr_share sthash ref_src ref_url mibextid sfnsn wprov
    wprss rssid si __twitter_impression _ga _gl _gac _hsenc _hsmi hsctatracking __s ss_source ss_campaign_id
    ml_subscriber ml_subscriber_hash ck_subscriber_id spm trk trkcampaign guccounter guce_referrer guce_referrer_sig
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee fb_action_ids fb_action_types fb_ref fb_source
    action_object_map action_type_map action_ref_map pk_campaign pk_kwd pk_keyword pk_source pk_medium
    pk_content pk_cid amp_js_v amp_gsa usqp cx_artpos phpsessid jsessionid
"""
_TRACKERS = frozenset(_NAMES.split())

_FEED_WORDS = frozenset({"rss", "feed", "rssfeed", "rss_feed", "rss2", "atom", "feeds"})
_SHARES = frozenset({"facebook", "fb", "twitter", "tw", "telegram", "whatsapp", "wa", "linkedin", "copylink", "email"})
_YES = frozenset({"", "1", "true", "yes"})
_WITH_VALUE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("from", "source", "src", "feed"), _FEED_WORDS),
    **dict.fromkeys(("ref", "via"), _FEED_WORDS | _SHARES),
    **dict.fromkeys(("amp", "rss", "showall"), _YES),
    **dict.fromkeys(("print", "printable"), _YES | {"print"}),
    **dict.fromkeys(("outputtype", "output", "format"), frozenset({"amp", "print"})),
    **dict.fromkeys(("view", "mode"), frozenset({"amp", "print", "mobile"})),
    "share": _SHARES,
    "page": frozenset({"all"}),
    "single": frozenset({"1"}),
    "m": frozenset({"1"}),
    "mobile": frozenset({"1", "yes", "true"}),
}
"""Names that carry identity elsewhere: dropped only with these values (`page=2` is another page, `page=all` is not)."""


def without_trackers(query: str) -> str:
    """What identifies, its escapes made alike, sorted (servers do not heed the order of names)."""
    kept = []
    for given in query.split("&"):
        field = escape(given.replace("+", "%20"))
        while field.startswith("amp;"):
            field = field[4:]  # the first of a query that was escaped twice
        if not field:
            continue
        name, equals, value = field.partition("=")
        bare = unquote(name).lower()
        if bare in _TRACKERS or bare.startswith(_PREFIXES):
            continue
        if bare in _WITH_VALUE and unquote(value).lower() in _WITH_VALUE[bare]:
            continue
        kept.append((name, equals, value))
    return "&".join("".join(field) for field in sorted(kept))
