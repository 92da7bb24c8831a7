"""`monitor check`."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.check import KEYS, report
from monitor.cli.probes import KEYS as FEED_KEYS
from monitor.config import load
from monitor.config.schedules import reduce_cron
from monitor.errors import Problem


@pytest.fixture
def copied(tmp_path):
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    return tmp_path / "config"


def test_a_good_configuration_is_told_in_a_line_a_file_and_ends_with_zero(copied, capsys):
    assert main(["check", "--config", str(copied)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["ok", "monitor.yaml"], ["ok", "feeds.yaml"]]
    assert "19 feeds in 4 languages (en, id, ko, ru), 5 switched off" in lines[1]
    assert any("reader@example.org by maildir, daily at 07:00 17:00 Asia/Jakarta" in line for line in lines)
    assert lines[-1] == f"{copied}: the configuration is good."


def test_a_broken_configuration_ends_with_two_and_a_line_a_problem(copied, capsys):
    feeds = copied / "feeds.yaml"
    feeds.write_text(feeds.read_text().replace("outlet: TASS", "outlte: TASS"), encoding="utf-8")
    assert main(["check", "--config", str(copied)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    problems = [line for line in output.err.splitlines() if line.startswith(str(feeds))]
    assert len(problems) == 2
    assert all(re.match(rf"{re.escape(str(feeds))}:\d+:\d+: feeds\.\d+\.outl", line) for line in problems)


def test_for_programs_there_is_one_document_whatever_is_found(copied, capsys):
    assert main(["check", "--json", "--config", str(copied)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == list(KEYS)
    assert (told["config"], told["is_good"], told["problems"], told["feeds"]) == (str(copied), True, [], None)

    feeds = copied / "feeds.yaml"
    feeds.write_text(feeds.read_text().replace("outlet: TASS", "outlte: TASS"), encoding="utf-8")
    assert main(["check", "--json", "--online", "--config", str(copied)]) == 2
    output = capsys.readouterr()
    told = json.loads(output.out)
    assert output.err == ""
    assert list(told) == list(KEYS)
    assert (told["is_good"], told["feeds"]) == (False, None)
    assert [list(problem) for problem in told["problems"]] == [["file", "line", "column", "key", "message", "cure"]] * 2
    assert {problem["file"] for problem in told["problems"]} == {str(feeds)}
    assert all(problem["line"] > 1 for problem in told["problems"])


def test_every_key_of_the_document_is_told_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    helped = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert helped[-len(KEYS) - len(FEED_KEYS) :] == [*KEYS, *FEED_KEYS]


def test_a_folder_that_is_not_there_ends_with_two(tmp_path, capsys):
    assert main(["check", "--config", str(tmp_path / "nowhere")]) == 2
    assert "monitor init" in capsys.readouterr().err


def test_warnings_and_other_stores_servers_and_schedules_are_told():
    configuration = load(
        Path("config"),
        {"MONITOR_STORE__URL": "postgresql://joe:hunter2@db/news", "MONITOR_MAIL__SMTP__HOST": "mail.example.org"},
    )
    (reader,) = configuration.recipients
    configuration = replace(
        configuration,
        recipients=(
            replace(reader, schedule=reduce_cron("*/30 * * * mon-fri", zone="UTC")),
            replace(reader, schedule=reduce_cron("0 7 1 * *", zone="UTC")),
        ),
        warnings=(Problem(file="seeds/x.txt", message="is not listed in manifest.yaml."),),
    )
    text = "\n".join(report(configuration, Path("config")))
    assert "PostgreSQL, postgresql://joe@db/news" in text
    assert "mail.example.org:587 (starttls)" in text
    assert "mon tue wed thu fri at 48 times from 00:00 to 23:30 UTC" in text
    assert "on some days of the month or year at 07:00 UTC" in text
    assert "warning  seeds/x.txt: is not listed in manifest.yaml." in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("channel", "warned"),
    [
        ("webhook: {desk: {url: 'http://192.168.1.7/hook'}}", "channels.webhook.desk"),
        ("ntfy: {phone: {server: 'http://localhost:8080', topic: berita}}", "channels.ntfy.phone"),
        ("ntfy: {phone: {server: 'http://localhost:8080', topic: berita, allow_private: true}}", None),
        ("ntfy: {phone: {server: 'https://ntfy.example.org', topic: berita}}", None),
    ],
)
def test_a_channel_that_may_not_be_called_is_a_warning(copied, capsys, monkeypatch, channel, warned):
    if "webhook" in channel:
        monkeypatch.setenv("MONITOR_WEBHOOK_DESK_SECRET", "s" * 40)
    settings = copied / "monitor.yaml"
    settings.write_text(f"mail: {{sender: desk@news.example.org}}\nchannels: {{{channel}}}\n", encoding="utf-8")
    assert main(["check", "--config", str(copied)]) == 0
    refused = [line for line in capsys.readouterr().out.splitlines() if "may not be called" in line]
    assert [warned in line and "allow_private: true" in line for line in refused] == ([True] if warned else [])


def test_a_template_with_an_error_is_a_warning_with_file_and_line(copied, capsys):
    settings = copied / "monitor.yaml"
    settings.write_text(
        settings.read_text().replace("  # templates: templates", "  templates: templates"), encoding="utf-8"
    )
    assert main(["check", "--config", str(copied)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning")]
    assert "monitor.yaml: mail.templates:" in line
    assert "holds neither digest.html nor digest.txt" in line
    folder = copied.parent / "templates"
    folder.mkdir()
    (folder / "digest.txt").write_text("{{ d.heading }}\n{{ d.haeding }}\n", encoding="utf-8")
    assert main(["check", "--config", str(copied)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning")]
    assert f"{folder}/digest.txt:2:1: " in line
    assert "haeding" in line
