"""Channels under names of the user's own: sections, secrets, and what is said of slips."""

from __future__ import annotations

import pytest

from monitor.app.adapters import make_channels, make_renderers
from monitor.config.channels import channel_problems
from monitor.config.loading import load, load_settings
from monitor.config.settings import MonitorFile
from monitor.config.yaml_nodes import read_document, validate
from tests.unit.config.good_folder import FILES

CHANNELS = """channels:
  webhook:
    desk: {url: "https://hooks.example.org/digests"}
  ntfy:
    my-phone: {server: "http://ntfy.example.org", topic: berita, allow_private: true}
  telegram:
    group: {chat: -1001234567890}
"""
SECRETS = {"MONITOR_WEBHOOK_DESK_SECRET": "hunter2", "MONITOR_TELEGRAM_GROUP_TOKEN": "1:hunter3"}


@pytest.fixture
def settings_in(folder):
    return lambda text, env: load_settings(folder({"config/monitor.yaml": text}), env)


def test_every_channel_is_made_and_rendered_for_under_its_name(folder):
    recipients = (
        FILES["config/recipients.yaml"] + "    channels: [files, webhook:desk, ntfy:my-phone, telegram:group]\n"
    )
    env = {**SECRETS, "MONITOR_MAIL__SENDMAIL__TIMEOUT_S": "5"}
    configuration = load(folder({"config/monitor.yaml": CHANNELS, "config/recipients.yaml": recipients}), env)
    named = {"webhook:desk", "ntfy:my-phone", "telegram:group"}
    assert set(make_channels(configuration)) == {"maildir", "files", "sendmail", *named}
    assert set(make_renderers(configuration)) >= set(make_channels(configuration))
    assert configuration.recipients[0].channels == ("files", "webhook:desk", "ntfy:my-phone", "telegram:group")
    assert "hunter" not in repr(configuration) + repr(make_channels(configuration))


def test_a_secret_comes_from_a_variable_a_file_or_a_credential(settings_in, tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    (tmp_path / "ntfy_my_phone_topic").write_text("from-systemd\n")
    env = {
        "MONITOR_WEBHOOK_DESK_SECRET": "hunter2",
        "MONITOR_TELEGRAM_GROUP_TOKEN_FILE": str(tmp_path / "token"),
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    secrets = settings_in(CHANNELS, env).channel_secrets
    assert {name: secret.reveal() for name, secret in secrets.items()} == {
        "webhook_desk_secret": "hunter2",
        "telegram_group_token": "from-file",
        "ntfy_my_phone_topic": "from-systemd",
    }


def test_a_channel_without_its_secret_or_address_is_told_with_the_variable(settings_in, problems_of):
    text = "channels:\n  webhook:\n    desk: {}\n  ntfy:\n    phone: {}\n"
    problems = problems_of(lambda: settings_in(text, {}))
    assert [(problem.line, problem.key, problem.message) for problem in problems] == [
        (3, "channels.webhook.desk", "has no secret."),
        (3, "channels.webhook.desk", "has no url."),
        (5, "channels.ntfy.phone", "has no topic."),
    ]
    assert "MONITOR_WEBHOOK_DESK_SECRET" in problems[0].cure
    assert problems[1].cure.startswith("Write url here. Or: Set MONITOR_WEBHOOK_DESK_URL")


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("desk: {url", "desk: {secret: hunter2, url", 3, "channels.webhook.desk.secret", "not read from this file"),
        ("  webhook:", "  webhok:", 2, "channels.webhok", "unknown key"),
        ("desk:", "Desk:", 3, "channels.webhook.Desk", "Did you mean 'desk'?"),
        ("topic: berita", "topic: berita/x", 5, "channels.ntfy.my-phone.topic", "is no topic of ntfy"),
        ("allow_private: true", "priority: 6", 5, "channels.ntfy.my-phone.priority", "at most 5"),
        ("https://hooks", "ftp://hooks", 3, "channels.webhook.desk.url", "must begin with https://"),
        ("chat: -1001234567890", "chat: 1.5", 7, "channels.telegram.group.chat", "expected a whole number or text"),
    ],
)
def test_a_wrong_channel_is_named_with_its_place(settings_in, problems_of, old, new, line, key, words):
    problem = problems_of(lambda: settings_in(CHANNELS.replace(old, new), SECRETS))[0]
    assert (problem.line, problem.key) == (line, key)
    assert words in f"{problem.message} {problem.cure}"
    assert "hunter" not in str(problem)


def test_a_variable_for_no_channel_is_an_error_with_the_near_miss(settings_in, problems_of):
    env = {**SECRETS, "MONITOR_WEBHOOK_DEKS_SECRET": "hunter4", "MONITOR_APPRISE_HOME_URLS": "json://x"}
    problems = problems_of(lambda: settings_in(CHANNELS, env))
    assert [(problem.key, problem.message) for problem in problems] == [
        ("MONITOR_APPRISE_HOME_URLS", "is no secret of a channel in monitor.yaml."),
        ("MONITOR_WEBHOOK_DEKS_SECRET", "is no secret of a channel in monitor.yaml."),
    ]
    assert problems[1].cure == "Did you mean 'MONITOR_WEBHOOK_DESK_SECRET'?"


@pytest.mark.parametrize(
    ("name", "message", "cure"),
    [
        ("webhook:dekc", "wants webhook:dekc, but monitor.yaml has no channels.webhook.dekc.", "'webhook:desk'"),
        ("webhook", "there is no channel 'webhook'.", "'webhook:desk'"),
        ("sendmail", "wants sendmail, but monitor.yaml has no mail.sendmail.", "Fill in mail.sendmail"),
        ("pager:me", "there is no channel 'pager:me'.", "There are: files, maildir, ntfy:my-phone, sendmail, smtp"),
    ],
)
def test_a_recipient_that_names_a_channel_wrongly_is_told(folder, problems_of, name, message, cure):
    recipients = FILES["config/recipients.yaml"] + f'    channels: ["{name}"]\n'
    config = folder({"config/monitor.yaml": CHANNELS, "config/recipients.yaml": recipients})
    (problem,) = problems_of(lambda: load(config, SECRETS))
    assert (problem.line, problem.key, problem.message) == (7, "recipients.0.channels.0", message)
    assert cure in problem.cure


def test_a_channel_that_nobody_uses_is_warned_of(folder):
    recipients = FILES["config/recipients.yaml"] + "    channels: [webhook:desk, ntfy:my-phone]\n"
    config = folder({"config/monitor.yaml": CHANNELS, "config/recipients.yaml": recipients})
    (warning,) = load(config, SECRETS).warnings
    assert (warning.key, warning.message) == ("channels.telegram.group", "nobody gets digests by telegram:group.")


def test_a_watchlist_that_is_to_be_published_and_does_not_exist_is_an_error_with_the_near_miss(folder, problems_of):
    text = "publish:\n  folder: var/feeds\n  watchlists: [rus-prk, rusprk]\n"
    (problem,) = problems_of(lambda: load(folder({"config/monitor.yaml": text}), {}))
    assert (problem.line, problem.key, problem.cure) == (3, "publish.watchlists.1", "Did you mean 'rus-prk'?")


def test_without_the_extra_apprise_its_channels_are_refused_with_the_cure(write):
    document = read_document(write("channels:\n  apprise:\n    home: {}\n"))
    channels = validate(document, MonitorFile).channels
    secrets = {"apprise_home_urls": object()}
    (problem,) = channel_problems(document, channels, secrets, find=lambda package: None)
    assert (problem.line, problem.cure) == (3, "Install the extra: pip install 'monitor[apprise]'.")
    assert list(channel_problems(document, channels, secrets, find=lambda package: object())) == []
