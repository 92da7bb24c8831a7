"""The second relay and the mailbox for refusals: what they need, and where their passwords come from."""

from __future__ import annotations

import pytest

from monitor.config.loading import load_settings
from monitor.config.secrets import Secret

FIRST = "mail:\n  smtp: {host: mail.example.org}\n"
SECOND = "  smtp_fallback: {host: relay.example.org, username: joe}\n"
BOUNCES = "mail:\n  bounces: {host: imap.example.org, username: joe}\n"


@pytest.fixture
def settings_of(write):
    return lambda text, **env: load_settings(write(text, "config/monitor.yaml").parent, env)


def test_a_second_relay_has_a_password_of_its_own(settings_of, problems_of):
    (problem,) = problems_of(lambda: settings_of(FIRST + SECOND, MONITOR_SMTP_PASSWORD="of the first"))
    assert (problem.key, problem.message) == ("mail.smtp_fallback.username", "has no password.")
    assert "MONITOR_SMTP_FALLBACK_PASSWORD_FILE" in problem.cure
    settings = settings_of(FIRST + SECOND, MONITOR_SMTP_FALLBACK_PASSWORD="hunter2")
    assert settings.smtp_fallback_password == Secret("hunter2")
    assert "hunter2" not in repr(settings)


def test_a_second_relay_needs_a_first(settings_of, problems_of):
    (problem,) = problems_of(lambda: settings_of("mail:\n  smtp_fallback: {host: relay.example.org}\n"))
    assert problem.key == "mail"
    assert "there is no smtp" in problem.message


def test_a_mailbox_for_refusals_takes_a_password(settings_of, problems_of):
    (problem,) = problems_of(lambda: settings_of(BOUNCES))
    assert (problem.key, problem.message) == ("mail.bounces.username", "has no password.")
    assert "MONITOR_BOUNCES_PASSWORD" in problem.cure
    assert settings_of(BOUNCES, MONITOR_BOUNCES_PASSWORD="hunter2").bounces_password == Secret("hunter2")


@pytest.mark.parametrize(("tls", "port"), [("tls", 993), ("starttls", 143), ("none", 143)])
def test_the_mailboxs_port_follows_the_tls_mode(settings_of, tls, port):
    text = f"mail:\n  bounces: {{host: localhost, username: joe, tls: {tls}}}\n"
    assert settings_of(text, MONITOR_BOUNCES_PASSWORD="x").mail.bounces.effective_port == port


@pytest.mark.parametrize("section", ["smtp", "smtp_fallback", "bounces"])
def test_no_password_goes_in_clear_to_another_machine(settings_of, problems_of, section):
    first = "" if section == "smtp" else "  smtp: {host: localhost}\n"
    text = f"mail:\n{first}  {section}: {{host: mail.example.org, username: joe, tls: none}}\n"
    found = problems_of(lambda: settings_of(text))
    assert any("in clear to mail.example.org" in problem.message for problem in found)


@pytest.mark.parametrize("section", ["smtp", "smtp_fallback", "bounces"])
def test_a_password_in_the_file_is_refused_with_where_it_goes(settings_of, problems_of, section):
    first = "" if section == "smtp" else "  smtp: {host: localhost}\n"
    text = f"mail:\n{first}  {section}: {{host: localhost, username: joe, password: hunter2}}\n"
    found = problems_of(lambda: settings_of(text))
    assert any(problem.message == "passwords are not read from this file." for problem in found)
    assert f"MONITOR_{section.upper()}_PASSWORD" in "".join(problem.cure for problem in found)
    assert "hunter2" not in "".join(map(str, found))


@pytest.mark.parametrize("rate", ["0", "-3", "often"])
def test_a_rate_that_is_none_is_refused(settings_of, problems_of, rate):
    (problem,) = problems_of(lambda: settings_of(f"mail:\n  smtp: {{host: localhost, per_minute: {rate}}}\n"))
    assert problem.key == "mail.smtp.per_minute"
