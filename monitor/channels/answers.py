"""What the answer of a called web address means for a delivery: taken, refused for good, or to be tried again."""

from __future__ import annotations

from monitor.errors import DeliveryError
from monitor.model.calls import Answer

OPERATOR_S = 3600.0
"""What only a person can mend is tried again so seldom."""

# Of the refusals that blame us, these three only say "not now" (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
_NOT_NOW = frozenset({408, 425, 429})


def check_answer(name: str, answer: Answer) -> str:
    """The reply to keep when the receiver took it (2xx). Raises `DeliveryError` for any other answer."""
    status = answer.status
    if 200 <= status < 300:
        return f"{status} {answer.said}".rstrip()
    if 300 <= status < 400:
        text = f"{name} redirects ({status}), which is not followed: write the address that it moved to"
        raise DeliveryError(text, permanent=False, code=status, blame="channel", retry_after_s=OPERATOR_S)
    text = f"{name} answered {status} {answer.said}".rstrip()
    if status in _NOT_NOW or status >= 500 or status < 200:
        raise DeliveryError(text, permanent=False, code=status, blame="channel", retry_after_s=answer.retry_after_s)
    raise DeliveryError(text, permanent=True, code=status)
