"""Notifications of mail servers for tests, in the form of RFC 3464 and the words of Postfix."""

from __future__ import annotations

RETURNED_HEADERS = "Message-ID: {message_id}\nSubject: [Russia-North Korea] Putin in Pyongyang\n"


def make_notification(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    address: str = "analyst@example.org",
    reply: str = "smtp; 550 5.1.1 <analyst@example.org>: Recipient address rejected: User unknown",
    envelope_id: str = "",
    message_id: str = "<d.0@example.org>",
    whole: bool = False,
) -> bytes:
    """A notification about one mail, with its headers or (`whole`) all of it."""
    envelope = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    returned = RETURNED_HEADERS.format(message_id=message_id)
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    text = f"""\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: monitor@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

This is a MIME-encapsulated message.

--=_b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
{envelope}Arrival-Date: Sun, 22 Nov 2026 07:00:00 +0000 (UTC)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: {reply}

--=_b
Content-Type: {kind}

{returned}
{"The body." if whole else ""}
--=_b--
"""
    return text.replace("\n", "\r\n").encode()
