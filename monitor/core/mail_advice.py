"""What a person who tries the mail for the first time should know, read from what the server said.

Owns: the advice for a conversation that went well or not. Refuses: to guess at what no step of it shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.errors import DeliveryError

# A digest has up to 100 KiB on the wire (`core.digests`).
_LARGEST_DIGEST = 102_400
_EXPIRES_SOON = timedelta(days=14)
_SIZE = re.compile(r"\bSIZE (\d+)")
_UNTIL = re.compile(r"valid until (.+)$")

Step = tuple[str, str]
"""A step's name, and what was said."""


def advice_on_success(steps: Sequence[Step], *, now: datetime, has_bounces: bool, is_local: bool) -> list[str]:
    """What is worth knowing although the mail was taken. `is_local`: the relay is this machine."""
    said = dict(steps)
    found = []
    if "TLS" not in said and not is_local:
        found.append("The mail travels in clear: set tls to starttls or tls if the server offers it.")
    if (until := _expiry(said.get("TLS", ""))) is not None and until - now < _EXPIRES_SOON:
        found.append(f"The server's certificate ends on {until:%Y-%m-%d}: from then on nothing is sent.")
    extensions = said.get("EHLO", "")
    if (size := _SIZE.search(extensions)) is not None and 0 < int(size[1]) < _LARGEST_DIGEST:
        found.append(
            f"The server takes {size[1]} bytes a mail, a digest may have {_LARGEST_DIGEST}: lower max_stories."
        )
    if has_bounces and extensions and "DSN" not in extensions:
        found.append("The server names no mail in its refusals (no DSN): they are known by the Message-ID they quote.")
    if not has_bounces:
        found.append("Refusals that come back as mail are not read: name their mailbox in mail.bounces.")
    found.append(
        "Look whether it arrived, outside the spam folder; its Authentication-Results should say spf=pass, dkim=pass."
    )
    return found


def advice_on_failure(error: DeliveryError) -> list[str]:
    """What may help where the message of the error does not say it already."""
    if error.uncertain:
        return ["Look whether it arrived before trying again: the server may have it."]
    if error.blame == "recipient" and error.step == "RCPT" and error.status.startswith("5.7"):
        return ["The server does not relay for us: set username, or let it trust this machine's address."]
    if error.blame == "recipient" and 400 <= error.code < 500:
        return [
            "A refusal for now is usual at first (greylisting): digests are tried again after 1, 5, 15 and 60 minutes."
        ]
    if error.code in (550, 551, 553) and error.step == "RCPT":
        return ["Is the address spelt rightly?"]
    if error.step in ("DATA", "payload") and error.permanent:
        return [
            "The server refuses the mail itself: has the sender's domain SPF, DKIM and DMARC records for this server?"
        ]
    return []


def _expiry(facts: str) -> datetime | None:
    """The end of a certificate, as OpenSSL writes it ("Nov 24 12:00:00 2026 GMT")."""
    found = _UNTIL.search(facts)
    if found is None:
        return None
    try:
        return datetime.strptime(f"{found[1]} +0000", "%b %d %H:%M:%S %Y GMT %z")
    except ValueError:
        return None
