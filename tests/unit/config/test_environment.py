"""Environment variables over the keys of monitor.yaml."""

from __future__ import annotations

import pytest

from monitor.config.environment import merged, overrides, variable_names
from monitor.config.settings import MonitorFile


def test_every_scalar_of_every_section_has_a_variable():
    names = variable_names(MonitorFile)
    assert names["MONITOR_STORE__URL"] == ("store", "url")
    assert names["MONITOR_MAIL__SMTP__PORT"] == ("mail", "smtp", "port")
    assert names["MONITOR_LOG__LEVEL"] == ("log", "level")
    sections = {path[0] for path in names.values()}
    assert sections == set(MonitorFile.model_fields) - {"channels"}, "names of the user's own have no variables"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("MONITOR_STORE__URL", "sqlite:///x.db", "sqlite:///x.db"),
        ("MONITOR_POLLING__PER_HOST", "1", 1),
        ("MONITOR_POLLING__TICK_S", "0.5", 0.5),
        ("MONITOR_POLLING__TICK_S", "2", 2),
        ("MONITOR_DIGESTS__FIRST_DIGEST", "false", False),
        ("MONITOR_MAIL__SMTP__PORT", "2525", 2525),
        ("MONITOR_MAIL__SMTP__TLS", "none", "none"),
        ("MONITOR_MAIL__SENDER_NAME", "12", "12"),
        ("MONITOR_POLLING__ALLOW_PRIVATE_HOSTS", "localhost, 10.0.0.7", ["localhost", "10.0.0.7"]),
    ],
)
def test_values_take_the_type_of_their_key(name, text, value):
    values, problems = overrides(MonitorFile, {name: text})
    assert problems == ()
    ((found),) = values.values()
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("MONITOR_POLLING__PER_HOST", "two", "expected a number, found 'two'."),
        ("MONITOR_POLLING__TICK_S", "1s", "expected a number, found '1s'."),
        ("MONITOR_POLLING__TICK_S", "nan", "expected a number, found 'nan'."),
        ("MONITOR_DIGESTS__FIRST_DIGEST", "no", "expected true or false, found 'no'."),
        ("MONITOR_DIGESTS__FIRST_DIGEST", "1", "expected true or false, found '1'."),
    ],
)
def test_a_value_of_another_kind_names_its_variable(name, text, words):
    values, (problem,) = overrides(MonitorFile, {name: text})
    assert values == {}
    assert (problem.file, problem.key, problem.message) == ("environment", name, words)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MONITOR_STORE_URL", "MONITOR_STORE__URL"),
        ("MONITOR_STORE__ULR", "MONITOR_STORE__URL"),
        ("MONITOR_MAIL__SMTP__PASSWORD", "MONITOR_SMTP_PASSWORD"),
        ("MONITOR_SMTP_PASSWORT", "MONITOR_SMTP_PASSWORD"),
        ("MONITOR_SMTP_PASSWORD_FIEL", "MONITOR_SMTP_PASSWORD_FILE"),
        ("MONITOR_LOG_LEVEL", "MONITOR_LOG__LEVEL"),
        ("MONITOR_log__level", "MONITOR_LOG__LEVEL"),
    ],
)
def test_a_name_that_fits_nothing_is_an_error_with_the_near_miss(name, meant):
    _, (problem,) = overrides(MonitorFile, {name: "hunter2"})
    assert problem.message == "is no setting of this program."
    assert problem.cure == f"Did you mean {meant!r}?"
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    "name",
    [
        "MONITOR_TEST_DATABASE_URL",
        "MONITOR_SMTP_PASSWORD",
        "MONITOR_STORE_PASSWORD_FILE",
        "MONITOR_PORT_8080_TCP_ADDR",
        "MONITOR_SERVICE_HOST",
        "MONITORING",
        "PATH",
    ],
)
def test_names_that_are_not_settings_are_left_alone(name):
    assert overrides(MonitorFile, {name: "x"}) == ({}, ())


def test_an_empty_variable_counts_as_absent():
    assert overrides(MonitorFile, {"MONITOR_STORE__URL": "", "MONITOR_NONSENSE": ""}) == ({}, ())


def test_overrides_are_laid_over_a_copy_of_the_content():
    content = {"store": {"url": "a", "pool_size": 5}, "mail": None}
    values = {("store", "url"): "b", ("mail", "smtp", "port"): 25}
    assert merged(content, values) == {"store": {"url": "b", "pool_size": 5}, "mail": {"smtp": {"port": 25}}}
    assert content == {"store": {"url": "a", "pool_size": 5}, "mail": None}
