"""What comes back to the sender's mailbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReport:
    """What a delivery status notification (RFC 3464) says of one recipient of one mail.

    `action` is "failed", "delayed", "delivered", "relayed" or "expanded", in small letters. `status` is the enhanced
    status code ("5.1.1"), `reply` the diagnostic, as one line. The mail is named by `envelope_id`, as it was handed
    in, or by the `message_id` of what came back with it; either may be empty.
    """

    action: str
    status: str
    address: str
    reply: str = ""
    envelope_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """A mail in that mailbox: a notification when it has reports, else anything at all."""

    uid: int
    subject: str
    reports: tuple[ReturnReport, ...] = ()
