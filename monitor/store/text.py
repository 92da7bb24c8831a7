"""Text at the border of the database.

PostgreSQL refuses NUL and nothing encodes a lone surrogate; both arrive in hostile feeds. Each is replaced by one
U+FFFD, so that character offsets (hits, quotes) into the text still hold.
"""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain(text: str) -> str:
    """The text with every NUL and lone surrogate replaced by U+FFFD; the same length."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _UNSTORABLE.sub("\ufffd", text)
    return text.replace("\x00", "\ufffd")
