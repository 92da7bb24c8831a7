"""monitor.yaml with environment and secrets → Settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.loading import load_settings
from monitor.config.secrets import Secret
from monitor.config.settings import MonitorFile
from monitor.config.texts import is_loopback

SMTP = "mail:\n  smtp:\n    host: mail.example.org\n"


@pytest.fixture
def settings_of(write):
    def load(text: str, **env: str):
        return load_settings(write(text, "app/config/monitor.yaml").parent, env)

    return load


def test_every_key_has_a_default_and_paths_count_from_the_folder_above(settings_of, tmp_path):
    settings = settings_of("log:\n")
    assert settings.base == tmp_path / "app"
    assert settings.store_path == tmp_path / "app/var/monitor.db"
    assert settings.store_url.reveal() == f"sqlite:///{tmp_path}/app/var/monitor.db"
    assert settings.maildir == tmp_path / "app/var/outbox"
    assert settings.seeds_folder == tmp_path / "app/seeds"
    assert settings.mail.smtp is None


def test_absolute_paths_stay_as_they_are(settings_of):
    settings = settings_of("store: {url: 'sqlite:////srv/m.db'}\nmail: {maildir: /srv/out}\nseeds: {folder: null}\n")
    assert settings.store_path == Path("/srv/m.db")
    assert settings.store_url.reveal() == "sqlite:////srv/m.db"
    assert settings.maildir == Path("/srv/out")
    assert settings.seeds_folder is None


def test_the_default_file_says_what_the_defaults_are(settings_of):
    delivered = settings_of(Path("config/monitor.yaml").read_text(encoding="utf-8"))
    bare = MonitorFile()
    assert all(getattr(delivered, name) == getattr(bare, name) for name in MonitorFile.model_fields)


def test_the_default_file_names_every_key():
    text = Path("config/monitor.yaml").read_text(encoding="utf-8")

    def keys(model):
        for name, field in model.model_fields.items():
            yield name
            for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):  # of unions and of mappings
                if hasattr(kind, "model_fields"):
                    yield from keys(kind)

    assert [key for key in keys(MonitorFile) if f"{key}:" not in text] == []


@pytest.mark.parametrize(("tls", "port"), [("tls", 465), ("starttls", 587), ("none", 25)])
def test_the_port_follows_the_tls_mode_unless_it_is_given(settings_of, tls, port):
    assert settings_of(f"{SMTP}    tls: {tls}\n").mail.smtp.effective_port == port
    assert settings_of(f"{SMTP}    tls: {tls}\n    port: 2525\n").mail.smtp.effective_port == 2525


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (f"{SMTP}    port: 0\n", "mail.smtp.port", "expected at least 1, found 0."),
        (f"{SMTP}    port: 70000\n", "mail.smtp.port", "expected at most 65535"),
        (f"{SMTP}    port: '25'\n", "mail.smtp.port", "expected a whole number, found '25'."),
        (f"{SMTP}    tls: ssl\n", "mail.smtp.tls", "expected 'tls', 'starttls' or 'none', found 'ssl'."),
        (f"{SMTP}    tls: true\n", "mail.smtp.tls", "found true."),
        (f"{SMTP}    timeout_s: -1\n", "mail.smtp.timeout_s", "expected more than 0, found -1."),
        ("mail: {smtp: {tls: tls}}\n", "mail.smtp.host", "is missing."),
        ("mail: {sender: monitor}\n", "mail.sender", "has no @"),
        ('mail: {sender_name: "a\\nBcc: b"}\n', "mail.sender_name", "one line"),
        ("polling: {timeout_s: 0}\n", "polling.timeout_s", "expected more than 0, found 0."),
        ("polling: {tick_s: .inf}\n", "polling.tick_s", "expected a finite number"),
        ("polling: {max_bytes: 10 MB}\n", "polling.max_bytes", "expected a whole number, found '10 MB'."),
        ("polling: {min_interval_s: 3600}\n", "polling", "must grow in this order"),
        ("polling: {concurrency: 1}\n", "polling", "per_host (2) is more than concurrency (1)."),
        ("polling: {allow_private_hosts: ['http://10.0.0.1']}\n", "polling.allow_private_hosts.0", "no host name"),
        ("store: {url: mysql://h/d}\n", "store.url", "is no store"),
        ("store: {url: var/monitor.db}\n", "store.url", "is no store"),
        ("store: {url: 'sqlite://'}\n", "store.url", "names no file"),
        ("store: {url: 'sqlite:///:memory:'}\n", "store.url", "names no file"),
        ("store: {url: postgresql://h}\n", "store.url", "names no host or no database"),
        ("store: {url: postgresql://h:x/d}\n", "store.url", "is no URL"),
        ("web: {base_url: monitor.example.org}\n", "web.base_url", "must begin with https://"),
        ("web: {base_url: https://example.org}\n", "web", "listen is not: nothing would answer the links"),
        ("web: {listen: ':8321'}\n", "web.listen", "is no place to listen at"),
        ("web: {listen: '127.0.0.1:99999'}\n", "web.listen", "is no place to listen at"),
        ("web: {listen: localhost:1, base_url: 'https://example.org/?a'}\n", "web.base_url", "has a query"),
        ("retention: {articles_days: 30}\n", "retention", "index_days (90) is more than articles_days (30)."),
        ("log: {level: verbose}\n", "log.level", "expected 'debug', 'info', 'warning' or 'error'"),
        ("digests: {first_digest: yes}\n", "digests.first_digest", "expected true or false, found 'yes'."),
        ("digest: {first_digest: true}\n", "digest", "is an unknown key."),
    ],
)
def test_nonsense_is_refused_at_its_key(settings_of, problems_of, text, key, words):
    (problem,) = problems_of(lambda: settings_of(text))
    assert problem.key == key
    assert words in problem.message
    assert problem.line > 0


# --- logins ------------------------------------------------------------------------------------------------------


def test_a_login_takes_its_password_from_the_environment(settings_of):
    settings = settings_of(f"{SMTP}    username: joe\n", MONITOR_SMTP_PASSWORD="hunter2")
    assert settings.smtp_password == Secret("hunter2")
    assert "hunter2" not in repr(settings) + str(settings)


def test_a_username_without_a_password_names_where_to_put_one(settings_of, problems_of):
    (problem,) = problems_of(lambda: settings_of(f"{SMTP}    username: joe\n"))
    assert (problem.key, problem.line, problem.message) == ("mail.smtp.username", 4, "has no password.")
    assert "MONITOR_SMTP_PASSWORD_FILE" in problem.cure


def test_a_login_without_encryption_is_refused_except_on_this_machine(settings_of, problems_of):
    login = "    username: joe\n    tls: none\n"
    (problem,) = problems_of(lambda: settings_of(SMTP + login, MONITOR_SMTP_PASSWORD="hunter2"))
    assert "would send the password of 'joe' in clear to mail.example.org" in problem.message
    local = SMTP.replace("mail.example.org", "127.0.0.1")
    assert settings_of(local + login, MONITOR_SMTP_PASSWORD="hunter2").mail.smtp.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost", True), ("127.8.0.1", True), ("::1", True), ("localhost.example.org", False), ("10.0.0.1", False)],
)
def test_only_this_machine_is_loopback(host, is_local):
    assert is_loopback(host) is is_local


# --- passwords do not stand in the file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key", "variable"),
    [
        (f"{SMTP}    password: hunter2\n", "mail.smtp.password", "MONITOR_SMTP_PASSWORD"),
        ("store: {password: hunter2}\n", "store.password", "MONITOR_STORE_PASSWORD"),
        ("store: {url: 'postgresql://joe:hunter2@db/m'}\n", "store.url", "MONITOR_STORE_PASSWORD"),
        ("store: {url: 'postgresql://db/m?user=joe&password=hunter2'}\n", "store.url", "MONITOR_STORE_PASSWORD"),
        ("store: {url: 'postgresql://joe:hunter2/3@db/m'}\n", "store.url", "MONITOR_STORE_PASSWORD"),
        ("store: {url: 'mysql://joe:hunter2@db/m'}\n", "store.url", ""),
    ],
)
def test_a_password_in_the_file_is_refused_unseen_with_the_cure(settings_of, problems_of, text, key, variable):
    (problem,) = problems_of(lambda: settings_of(text))
    assert problem.key == key
    assert variable in str(problem)
    assert "hunter2" not in str(problem) + repr(problem)


def test_the_password_of_postgresql_is_filled_in_and_never_shown(settings_of):
    text = "store: {url: 'postgresql://joe@db:5433/news?sslmode=require'}\n"
    settings = settings_of(text, MONITOR_STORE_PASSWORD="p/w@1 %")
    assert settings.store_url.reveal() == "postgresql://joe:p%2Fw%401%20%25@db:5433/news?sslmode=require"
    assert settings.store_path is None
    assert "p/w@1" not in repr(settings)


def test_a_whole_url_with_its_password_may_come_from_the_environment(settings_of):
    settings = settings_of("log:\n", MONITOR_STORE__URL="postgres://joe:p%40ss@db/news")
    assert settings.store_url.reveal() == "postgresql://joe:p%40ss@db/news"
    assert settings.store_password == Secret("p@ss")
    assert "p%40ss" not in repr(settings)
    assert "p@ss" not in repr(settings)


# --- the environment over the file -------------------------------------------------------------------------------


def test_the_environment_comes_before_the_file(settings_of):
    settings = settings_of("polling: {per_host: 2, max_entries: 10}\n", MONITOR_POLLING__PER_HOST="1")
    assert (settings.polling.per_host, settings.polling.max_entries) == (1, 10)


def test_a_section_may_come_from_the_environment_alone(settings_of):
    settings = settings_of("log:\n", MONITOR_MAIL__SMTP__HOST="127.0.0.1", MONITOR_MAIL__SMTP__PORT="2525")
    assert (settings.mail.smtp.host, settings.mail.smtp.port) == ("127.0.0.1", 2525)


def test_a_bad_override_names_its_variable_and_a_bad_file_its_line_both_at_once(settings_of, problems_of):
    text = "log: {level: info}\npolling: {per_hots: 2}\n"
    env = {"MONITOR_LOG__LEVEL": "verbose", "MONITOR_MAIL__SMTP__PORT": "0", "MONITOR_STORE_URL": "x"}
    problems = problems_of(lambda: settings_of(text, **env))
    assert {(problem.line, problem.key) for problem in problems} == {
        (0, "MONITOR_LOG__LEVEL"),
        (0, "MONITOR_MAIL__SMTP__PORT"),
        (0, "MONITOR_STORE_URL"),
        (1, "mail.smtp.host"),
        (2, "polling.per_hots"),
    }
    assert {problem.file for problem in problems if not problem.line} == {"environment"}


DKIM = "mail:\n  sender: desk@news.example.org\n  dkim:\n    selector: s1\n    key_file: config/dkim.key\n"


def test_the_key_for_signatures_is_read_from_its_file_and_never_shown(settings_of, write):
    write("-----BEGIN PRIVATE KEY-----\nabc\n", "app/config/dkim.key")
    settings = settings_of(DKIM)
    assert settings.dkim_key == Secret("-----BEGIN PRIVATE KEY-----\nabc")
    assert "abc" not in repr(settings)


def test_a_key_file_that_is_not_there_is_told_with_its_place(settings_of, problems_of):
    (problem,) = problems_of(lambda: settings_of(DKIM))
    assert (problem.line, problem.key) == (5, "mail.dkim.key_file")
    assert "dkim.key cannot be read (No such file or directory)" in problem.message


def test_a_signing_domain_that_does_not_speak_for_the_sender_is_refused(settings_of, problems_of, write):
    write("x", "app/config/dkim.key")
    (problem,) = problems_of(lambda: settings_of(DKIM + "    domain: example.net\n"))
    assert "does not speak for the sender desk@news.example.org" in problem.message
    assert settings_of(DKIM + "    domain: example.org\n").mail.dkim.domain == "example.org"
