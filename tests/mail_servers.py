"""Postfix and Dovecot as Debian ships them, on loopback, in a folder of their own, for tests with real parts.

    with real_mail() as servers: ... servers.submission, servers.imaps, servers.certificate

Mail for users at example.org is taken without a login and lies in a Maildir that IMAP shows; relaying takes a login
over TLS. "gone@example.org" is taken and comes back as a notification (RFC 3464) to the envelope's sender. Nothing of
the system's own configuration is read or changed; it takes root, because both programs give up its rights themselves.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.smtp_servers import make_certificate

PASSWORD = "right"
USERS = ("analyst", "monitor", "desk")
_START_S = 30.0

_DOVECOT = """
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
protocols = imap lmtp
listen = 127.0.0.1
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = yes
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener sasl {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
"""

_POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/postfix-data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks =
smtp_dns_support_level = disabled
virtual_mailbox_domains = example.org
virtual_mailbox_maps = inline:{{ {users} }}
virtual_alias_maps = inline:{{ gone@example.org=nobody@lost.invalid }}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
transport_maps = inline:{{ {{ lost.invalid = error:5.1.1 there is no such user }} }}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {certificate}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_forbid_bare_newline = reject
smtpd_forbid_unauth_pipelining = yes
alias_maps =
alias_database =
"""

_MASTER = """
127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServers:
    """Where they listen, and the certificate that they show for localhost."""

    folder: Path
    certificate: Path
    submission: int
    smtps: int
    imap: int
    imaps: int
    lmtp: int
    sasl: int

    def logs(self) -> str:
        """What both have to say."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def skip_without_servers() -> None:
    """Skip, with the reason, where the real servers cannot be run."""
    missing = [name for name in ("postfix", "dovecot") if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed (Debian: postfix dovecot-imapd dovecot-lmtpd)")
    if not Path("/usr/lib/dovecot/lmtp").exists() or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("dovecot has no LMTP or no IMAP here (Debian: dovecot-imapd dovecot-lmtpd)")
    if os.geteuid() != 0:
        pytest.skip("postfix and dovecot start as root only")


@contextmanager
def real_mail() -> Iterator[MailServers]:
    """Both servers, started and stopped."""
    skip_without_servers()
    # Not below pytest's folder: the servers' own users cannot look into root's.
    folder = Path(tempfile.mkdtemp(prefix="mail-servers-"))
    folder.chmod(0o755)
    try:
        servers = _prepared(folder)
        with _dovecot(servers), _postfix(servers):
            for port in (servers.submission, servers.smtps, servers.imap, servers.imaps, servers.lmtp):
                _wait_for(port, servers)
            yield servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(folder: Path) -> MailServers:
    names = ("submission", "smtps", "imap", "imaps", "lmtp", "sasl")
    servers = MailServers(
        folder=folder,
        certificate=make_certificate(folder, "localhost"),
        **dict(zip(names, _ports(len(names)), strict=True)),
    )
    facts = {name: getattr(servers, name) for name in (*names, "folder", "certificate")}
    users = ", ".join(f"{user}@example.org=x" for user in USERS)
    (folder / "dovecot.conf").write_text(_DOVECOT.format(**facts, password=PASSWORD))
    config = folder / "postfix"
    config.mkdir()
    (config / "main.cf").write_text(_POSTFIX.format(**facts, users=users))
    (config / "master.cf").write_text(_MASTER.format(**facts))
    mail = folder / "mail"
    mail.mkdir()
    shutil.chown(mail, "mail", "mail")
    (folder / "spool").mkdir()
    state = folder / "postfix-data"
    state.mkdir()
    shutil.chown(state, "postfix")
    return servers


def _ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def _dovecot(servers: MailServers) -> Iterator[None]:
    process = subprocess.Popen(
        ["/usr/sbin/dovecot", "-F", "-c", str(servers.folder / "dovecot.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _postfix(servers: MailServers) -> Iterator[None]:
    config = str(servers.folder / "postfix")
    started = subprocess.run(["/usr/sbin/postfix", "-c", config, "start"], capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr + servers.logs()
    try:
        yield
    finally:
        subprocess.run(["/usr/sbin/postfix", "-c", config, "stop"], capture_output=True, check=False)


def _wait_for(port: int, servers: MailServers) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nobody listens at {port}: {servers.logs()}")
