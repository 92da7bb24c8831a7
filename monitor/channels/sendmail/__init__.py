"""Mail through the local `sendmail` program (Postfix, Exim, msmtp, …): its queue makes it durable, and near.

The program is started without a shell, gets the mail as a file on standard input (a pipe that breaks in the middle
would end a mail like its last line does), and says by its exit code (sysexits.h) whether it took it. Whoever started
it and has no exit code does not know: that is uncertain.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from monitor.channels.durable import as_stored
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery
from monitor.ports import PhaseMark

# sysexits.h: the address or the mail itself is wrong, and stays so; with what SMTP would say (RFC 3463).
_FINAL = {
    65: ("the mail is malformed", 554, "5.6.0"),
    67: ("there is no such user", 550, "5.1.1"),
    68: ("there is no such host", 550, "5.1.2"),
}
# … the program or its configuration: nothing leaves until a person mends it.
_OPERATOR = {64: "it does not know our arguments", 77: "it is not permitted", 78: "its configuration is wrong"}
_OPERATOR_S = 3600.0
_SAID_BYTES = 2000


class SendmailChannel:
    """Hands mails to `command` (a program with its own arguments, to which ours are added); waits `timeout_s`."""

    def __init__(self, command: Sequence[str], *, timeout_s: float = 120.0) -> None:
        self._command = tuple(command)
        self._timeout_s = timeout_s

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Hand over; returns what the program said. Raises `DeliveryError`."""
        message = delivery.message
        arguments = ("-i", "-f", message.sender, "--", message.recipient)
        with tempfile.TemporaryFile() as mail, tempfile.TemporaryFile() as said:
            mail.write(as_stored(message.content))
            mail.seek(0)
            await mark()
            process = await self._start(arguments, mail, said)
            try:
                async with asyncio.timeout(self._timeout_s):
                    code = await process.wait()
            except TimeoutError:
                raise self._unclear(f"no end within {self._timeout_s:g} seconds") from None
            finally:
                await _ended(process)
            return self._judged(code, _beginning(said))

    async def close(self) -> None:
        """Nothing is held open."""

    async def _start(self, arguments: Sequence[str], mail: IO[bytes], said: IO[bytes]) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=mail,
                stdout=said,
                stderr=said,
                start_new_session=True,  # a Ctrl-C meant for us is not meant for it
            )
        except (OSError, ValueError) as error:
            what = error.strerror if isinstance(error, OSError) else "an address that no command line can hold"
            raise DeliveryError(
                f"{self._command[0]} cannot be started ({what}). Correct mail.sendmail.command in monitor.yaml.",
                permanent=isinstance(error, ValueError),
                blame="channel" if isinstance(error, OSError) else "recipient",
                retry_after_s=_OPERATOR_S,
            ) from error

    def _judged(self, code: int, said: str) -> str:
        words = f": {said}" if said else ""
        if code == 0:
            return f"taken by {self._command[0]}{words}"
        if code < 0:
            raise self._unclear(f"ended by signal {-code}{words}")
        if (final := _FINAL.get(code)) is not None:
            why, said_code, status = final
            text = f"{self._command[0]} refused, {why} ({code}){words}"
            raise DeliveryError(text, permanent=True, code=said_code, status=status)
        why = _OPERATOR.get(code, "")
        raise DeliveryError(
            f"{self._command[0]} did not take the mail{', ' + why if why else ''} ({code}){words}",
            permanent=False,
            blame="channel",
            retry_after_s=_OPERATOR_S if why else None,
        )

    def _unclear(self, what: str) -> DeliveryError:
        return DeliveryError(
            f"{self._command[0]} had the whole mail and gave no clear answer ({what}): it may be on its way",
            permanent=False,
            uncertain=True,
            blame="channel",
        )


async def _ended(process: asyncio.subprocess.Process) -> None:
    """The program and its children ended, whatever interrupted us."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


def _beginning(said: IO[bytes]) -> str:
    said.seek(0)
    text = said.read(_SAID_BYTES).decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]
