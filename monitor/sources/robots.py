"""robots.txt → may we, and how slowly: the only place that knows protego.

Runs in a page worker: the patterns of a hostile file cost whatever their author likes, and a worker can be killed.
"""

from __future__ import annotations

import logging

from protego import Protego

from monitor.model.pages import RobotsAnswer


def ask_robots(body: bytes, agent: str, url: str) -> RobotsAnswer:
    """What a robots.txt says to `agent` (a product token) of `url`; bytes that are no UTF-8 are read around (RFC 9309).

    A crawl-delay that is negative or no number is none.
    """
    logging.getLogger("protego").setLevel(logging.CRITICAL)
    rules = Protego.parse(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    delay_s = rules.crawl_delay(agent)
    is_usable = delay_s is not None and 0 < delay_s < float("inf")
    return RobotsAnswer(is_allowed=bool(rules.can_fetch(url, agent)), delay_s=delay_s if is_usable else None)
