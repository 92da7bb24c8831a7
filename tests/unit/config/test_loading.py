"""A whole folder → Configuration, or every problem of every file at once."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.config.feeds import load_feeds
from monitor.config.loading import load_settings
from monitor.config.recipients import load_recipients
from monitor.errors import ConfigError
from tests.unit.config.good_folder import FILES, WATCHLIST


def told(problems):
    return [(Path(problem.file).name, problem.line, problem.key) for problem in problems]


def test_a_folder_becomes_one_configuration(folder, tmp_path):
    configuration = load(folder(), {})
    assert configuration.settings.base == tmp_path
    assert [feed.id for feed in configuration.feeds] == ["a"]
    assert [watchlist.name for watchlist in configuration.watchlists] == ["rus-prk"]
    assert [recipient.id for recipient in configuration.recipients] == ["reader"]
    assert [seed.raw_text for seed in configuration.seeds] == ["Isi\n"]
    assert configuration.warnings == ()


def test_the_problems_of_all_files_come_at_once(folder, problems_of):
    config_dir = folder(
        {
            "config/monitor.yaml": "log: {levle: info}\n",
            "config/feeds.yaml": "feeds:\n  - {id: a, ulr: 'https://a.example.org/rss', outlet: A}\n",
            "config/watchlists/rus-prk.yaml": WATCHLIST.format(name="rus-prk").replace("match", "mathc"),
            "config/recipients.yaml": FILES["config/recipients.yaml"].replace("Asia/Jakarta", "Jakarta"),
        }
    )
    assert set(told(problems_of(lambda: load(config_dir, {"MONITOR_LOG_LEVEL": "info"})))) == {
        ("environment", 0, "MONITOR_LOG_LEVEL"),
        ("monitor.yaml", 1, "log.levle"),
        ("feeds.yaml", 2, "feeds.0.ulr"),
        ("feeds.yaml", 2, "feeds.0.url"),
        ("rus-prk.yaml", 6, "mathc"),
        ("recipients.yaml", 6, "recipients.0.zone"),
    }


@pytest.mark.parametrize("name", ["config/monitor.yaml", "config/feeds.yaml", "config/recipients.yaml"])
def test_a_missing_file_is_named(folder, problems_of, name):
    config_dir = folder({name: None})
    (problem,) = problems_of(lambda: load(config_dir, {}))
    assert (problem.file, problem.message) == (str(config_dir.parent / name), "is missing.")


def test_a_missing_folder_names_the_command_that_makes_one(tmp_path, problems_of):
    (problem,) = problems_of(lambda: load(tmp_path / "nowhere", {}))
    assert problem.message == "is no folder."
    assert "monitor init" in problem.cure


def test_missing_seeds_are_an_error_unless_they_are_switched_off(folder, problems_of):
    changes = {"seeds/manifest.yaml": None}
    (problem,) = problems_of(lambda: load(folder(changes), {}))
    assert (Path(problem.file).name, problem.message) == ("manifest.yaml", "is missing.")
    assert load(folder({**changes, "config/monitor.yaml": "seeds: {folder: null}\n"}), {}).seeds == ()


def test_no_watchlist_at_all_is_an_error(folder, problems_of):
    config_dir = folder({"config/watchlists/rus-prk.yaml": None})
    (problem,) = problems_of(lambda: load(config_dir, {}))
    assert problem.message == "holds no watchlist (*.yaml)."


def test_two_watchlists_of_one_name_name_both_files(folder, problems_of):
    config_dir = folder({"config/watchlists/second.yaml": WATCHLIST.format(name="rus-prk")})
    (problem,) = problems_of(lambda: load(config_dir, {}))
    assert (Path(problem.file).name, problem.line, problem.column) == ("second.yaml", 1, 7)
    assert "is already in" in problem.message
    assert str(config_dir / "watchlists/rus-prk.yaml") in problem.message


def test_a_recipient_of_an_unknown_watchlist_is_an_error(folder, problems_of):
    config_dir = folder({"config/recipients.yaml": FILES["config/recipients.yaml"].replace("rus-prk", "rusprk")})
    (problem,) = problems_of(lambda: load(config_dir, {}))
    assert (problem.line, problem.cure) == (4, "Did you mean 'rus-prk'?")


def test_a_recipient_by_smtp_needs_a_server(folder, problems_of):
    smtp = FILES["config/recipients.yaml"] + "    channel: smtp\n"
    (problem,) = problems_of(lambda: load(folder({"config/recipients.yaml": smtp}), {}))
    assert (problem.line, problem.key) == (7, "recipients.0.channel")
    assert load(folder({"config/recipients.yaml": smtp}), {"MONITOR_MAIL__SMTP__HOST": "mail.example.org"})


def test_what_works_and_is_hardly_meant_is_warned_of(folder):
    configuration = load(
        folder(
            {
                "config/feeds.yaml": FILES["config/feeds.yaml"].replace("outlet: A", "outlet: A, enabled: false"),
                "config/watchlists/unread.yaml": WATCHLIST.format(name="unread"),
                "config/watchlists/other.yml": "name: other\n",
                "config/recipients.yaml": FILES["config/recipients.yaml"] + "    channel: smtp\n",
                "seeds/b.txt": "Isi\n",
            }
        ),
        {"MONITOR_MAIL__SMTP__HOST": "mail.example.org", "MONITOR_SMTP_PASSWORD": "hunter2"},
    )
    lines = "\n".join(map(str, configuration.warnings))
    assert len(configuration.warnings) == 6
    assert "other.yml: is not read." in lines
    assert "b.txt: is not listed" in lines
    assert "every feed is switched off" in lines
    assert "nobody receives the watchlist 'unread'" in lines
    assert "a password is set, but no username" in lines
    assert "monitor@example.org is an example" in lines
    assert "hunter2" not in lines + repr(configuration)


def test_a_configuration_cannot_be_changed(folder):
    configuration = load(folder(), {})
    with pytest.raises(AttributeError):
        configuration.feeds = ()
    with pytest.raises(ValueError, match="frozen"):
        configuration.settings.polling.per_host = 9


# --- the delivered configuration ---------------------------------------------------------------------------------


def test_the_delivered_configuration_is_good_and_without_warnings():
    configuration = load(Path("config"), {})
    assert [str(warning) for warning in configuration.warnings] == []
    assert [watchlist.name for watchlist in configuration.watchlists] == ["russia-north-korea"]
    assert len(configuration.seeds) == 5


def test_loading_takes_well_under_a_second_of_one_core_imports_included():
    script = "import time; from pathlib import Path; from monitor.config import load; load(Path('config'), {});"
    script += "print(time.process_time())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(run.stdout) < 1.5  # about 0.6 s on an idle core


_KEY = re.compile(r"^[ -]*([a-z_]+):(?= |$)")


def _keys(name: str) -> list[tuple[str, int, str]]:
    lines = Path("config", name).read_text(encoding="utf-8").splitlines()
    return [(name, number, found[1]) for number, line in enumerate(lines) if (found := _KEY.match(line))]


KEYS = [*_keys("monitor.yaml"), *_keys("feeds.yaml"), *_keys("recipients.yaml")]
READERS = {
    "monitor.yaml": lambda path: load_settings(path.parent, {}),
    "feeds.yaml": load_feeds,
    "recipients.yaml": load_recipients,
}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(KEYS), at=st.integers(0, 30), slip=st.sampled_from(["drop", "double", "swap", "foreign"]))
def test_any_misspelt_key_of_the_delivered_files_is_reported_at_its_very_line(tmp_path, place, at, slip):
    name, number, key = place
    at %= len(key)
    wrong = {
        "drop": key[:at] + key[at + 1 :],
        "double": key[:at] + key[at] + key[at:],
        "swap": key[: at - 1] + key[at] + key[at - 1] + key[at + 1 :] if at else key + "s",
        "foreign": key[:at] + "ж" + key[at + 1 :],
    }[slip]
    if wrong == key:
        wrong = key + "x"
    lines = Path("config", name).read_text(encoding="utf-8").splitlines()
    lines[number] = re.sub(rf"\b{key}:", f"{wrong}:", lines[number], count=1)
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        READERS[name](path)
    here = [problem for problem in caught.value.problems if problem.line == number + 1]
    assert any(problem.key.split(".")[-1] == wrong for problem in here)


def test_a_copy_of_the_delivered_configuration_works_elsewhere(tmp_path):
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    assert load(tmp_path / "config", {}).settings.base == tmp_path
