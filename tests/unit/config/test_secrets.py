"""Where passwords come from, and that nothing shows them."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from monitor.config.secrets import Secret, resolve_secret

NAME = "smtp_password"


def test_the_variable_comes_before_its_file_and_the_file_before_the_systemd_credential(write, tmp_path):
    write("from credential\n", NAME)
    file = write("from file\n", "secret.txt")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    by_file = {"MONITOR_SMTP_PASSWORD_FILE": str(file), **credentials}
    assert resolve_secret(NAME, {"MONITOR_SMTP_PASSWORD": "direct", **by_file}) == Secret("direct")
    assert resolve_secret(NAME, by_file) == Secret("from file")
    assert resolve_secret(NAME, credentials) == Secret("from credential")
    assert resolve_secret(NAME, {}) is None


def test_empty_variables_count_as_absent(write):
    file = write("from file", "secret.txt")
    env = {"MONITOR_SMTP_PASSWORD": "", "MONITOR_SMTP_PASSWORD_FILE": str(file)}
    assert resolve_secret(NAME, env) == Secret("from file")


def test_only_the_last_line_end_is_taken_off_a_file(write):
    file = write(" pass word \r\n", "secret.txt")
    assert resolve_secret(NAME, {"MONITOR_SMTP_PASSWORD_FILE": str(file)}) == Secret(" pass word ")


def test_a_systemd_folder_without_this_credential_is_no_error(tmp_path):
    assert resolve_secret(NAME, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read (No such file or directory)"), (b"\n", "is empty"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_a_file_that_gives_no_secret_is_named_with_its_variable(write, tmp_path, problems_of, content, words):
    path = tmp_path / "secret.txt" if content is None else write(content, "secret.txt")
    (problem,) = problems_of(lambda: resolve_secret(NAME, {"MONITOR_SMTP_PASSWORD_FILE": str(path)}))
    assert (problem.file, problem.key) == ("environment", "MONITOR_SMTP_PASSWORD_FILE")
    assert words in problem.message
    assert str(path) in problem.message


def test_a_secret_shows_itself_only_on_demand():
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    record = logging.LogRecord("x", logging.INFO, "x", 1, "password %s %r", (secret, secret), None)
    shown = [repr(secret), str(secret), f"{secret} {secret!r}", "%s" % secret, record.getMessage(), repr({"a": secret})]  # noqa: UP031
    assert all("hunter2" not in text for text in shown)


def test_a_secret_stays_out_of_tracebacks_with_locals():
    def fail(password: Secret) -> None:
        raise RuntimeError("no connection")

    try:
        fail(Secret("hunter2"))
    except RuntimeError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        assert "hunter2" not in "".join(lines).replace('fail(Secret("hunter2"))', "")


@pytest.mark.parametrize("spread", [pickle.dumps, copy.deepcopy])
def test_a_secret_is_not_pickled_or_copied_by_way_of_pickling(spread):
    with pytest.raises(TypeError, match="a secret is not pickled"):
        spread(Secret("hunter2"))


def test_secrets_are_equal_by_their_text():
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
