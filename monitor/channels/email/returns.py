"""A mail of the mailbox for refusals → what it says: the reports of a notification (RFC 3464), and its subject.

Whatever was sent there is read with patience: a mail that is no notification, or a broken one, has no reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Mail

from monitor.model.returns import ReturnedMail, ReturnReport

MAX_REPLY = 300
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")


def returned_mail(uid: int, content: bytes) -> ReturnedMail:
    """What a mail is to us; never raises for what it holds."""
    mail = message_from_bytes(content)
    return ReturnedMail(uid=uid, subject=_decoded(mail.get("Subject", "")), reports=tuple(_reports(mail)))


def _reports(mail: Mail) -> Iterator[ReturnReport]:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return
    parts = list(mail.walk())
    message_id = _returned_id(parts)
    for part in parts:
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        blocks = [block for block in part.get_payload() if isinstance(block, Mail)]
        envelope_id = next(
            (_line(block["Original-Envelope-Id"]) for block in blocks if block["Original-Envelope-Id"]), ""
        )
        for block in blocks:
            if block["Action"] is None:
                continue
            yield ReturnReport(
                action=_line(block["Action"]).lower().split(" ", 1)[0],
                status=found[1] if (found := _STATUS.search(_line(block["Status"]))) else "",
                address=_line(block["Final-Recipient"] or block["Original-Recipient"]).rpartition(";")[2].strip(),
                reply=_line(block["Diagnostic-Code"]).removeprefix("smtp;").strip(),
                envelope_id=envelope_id,
                message_id=message_id,
            )


def _returned_id(parts: list[Mail]) -> str:
    """The Message-ID of the mail that came back, whole or only its headers."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            if isinstance(inner, Mail) and (found := _MESSAGE_ID.search(str(inner.get("Message-ID", "")))):
                return found[0]
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            headers = message_from_bytes(text if isinstance(text, bytes) else b"")
            if found := _MESSAGE_ID.search(str(headers.get("Message-ID", ""))):
                return found[0]
    return ""


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:MAX_REPLY]


def _decoded(subject: str) -> str:
    try:
        return _line(make_header(decode_header(str(subject))))
    except (HeaderParseError, LookupError, ValueError):
        return _line(subject)
