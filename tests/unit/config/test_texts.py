"""Checks of single texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.texts import (
    check_address,
    check_country,
    check_host,
    check_language,
    check_line,
    check_slug,
    check_url,
    check_zone,
)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (check_address, "reader@example.org"),
        (check_address, "first.last+news@mail.example.org"),
        (check_address, "root@localhost"),
        (check_address, "a@xn--bcher-kva.example"),
        (check_slug, "antara-dunia"),
        (check_slug, "38-north"),
        (check_host, "mail.example.org"),
        (check_host, "smtp_relay"),
        (check_host, "127.0.0.1"),
        (check_host, "::1"),
        (check_url, "https://example.org/rss?q=%28a%29&b=c"),
        (check_url, "http://127.0.0.1:8080/feed"),
        (check_url, "https://example.org/api/zmgqoe$moi"),
        (check_language, "id"),
        (check_language, "zh-Hant"),
        (check_language, "pt-BR"),
        (check_language, "mul"),
        (check_language, "no"),
        (check_country, "ID"),
        (check_country, "KP"),
        (check_zone, "Asia/Jakarta"),
        (check_zone, "UTC"),
        (check_line, "Kantor Berita – 통신"),
    ],
)
def test_good_texts_pass_as_they_are(check, text):
    assert check(text) == text


@pytest.mark.parametrize(
    ("check", "text", "words"),
    [
        (check_address, "reader", "has no @"),
        (check_address, "Reader <reader@example.org>", "without a display name"),
        (check_address, "a@b@example.org", "is no mail address"),
        (check_address, "a@example..org", "is no mail address"),
        (check_address, ".a@example.org", "is no mail address"),
        (check_address, "a@-example.org", "is no mail address"),
        (check_address, '"a b"@example.org', "is no mail address"),
        (check_address, "a@пример.рф", "xn--"),
        (check_address, "reader@example.org\nBcc: all@example.org", "is no mail address"),
        (check_address, "reader@example.org\n", "is no mail address"),
        (check_address, "a,b@example.org", "is no mail address"),
        (check_slug, "Antara Dunia", "Did you mean 'antara-dunia'?"),
        (check_slug, "a--b", "Did you mean 'a-b'?"),
        (check_slug, "한국", "lower-case letters"),
        (check_slug, "a\n", "Did you mean 'a'?"),
        (check_slug, "a" * 65, "lower-case letters"),
        (check_host, "https://mail.example.org", "without scheme or port"),
        (check_host, "mail.example.org:25", "without scheme or port"),
        (check_host, "", "is no host name"),
        (check_url, "example.org/rss", "must begin with https://"),
        (check_url, "ftp://example.org/rss", "must begin with https://"),
        (check_url, "javascript:alert(1)", "must begin with https://"),
        (check_url, "https:///rss", "names no host"),
        (check_url, "https://example.org/a b", "spaces"),
        (check_url, "https://example.org/\n", "spaces"),
        (check_url, "https://in\\@example.org/", "spaces"),
        (check_url, "https://example.org:http/", "is no URL"),
        (check_url, "https://[::1/", "is no URL"),
        (check_url, "https://example.org/" + "a" * 2048, "too long"),
        (check_language, "jp", "Did you mean 'ja'?"),
        (check_language, "ID", "Write it like id"),
        (check_language, "indonesian", "is no language tag"),
        (check_language, "xx", "is no language of ISO 639-1"),
        (check_country, "UK", "Did you mean 'GB'?"),
        (check_country, "id", "Did you mean 'ID'?"),
        (check_country, "Indonesia", "Two capitals"),
        (check_zone, "Asia/Jakata", "Did you mean 'Asia/Jakarta'?"),
        (check_zone, "Jakarta", "Did you mean 'Asia/Jakarta'?"),
        (check_zone, "ho chi minh", "Did you mean 'Asia/Ho_Chi_Minh'?"),
        (check_zone, "WIB", "is no IANA time zone"),
        (check_zone, "+07:00", "is no IANA time zone"),
        (check_zone, "../etc/passwd", "is no IANA time zone"),
        (check_zone, "", "is no IANA time zone"),
        (check_zone, "Asia", "is no IANA time zone"),
        (check_line, "a\nb", "one line"),
        (check_line, "a\u2028b", "one line"),
        (check_line, "  ", "must not be blank"),
        (check_line, "a" * 201, "longer than 200"),
    ],
)
def test_bad_texts_are_refused_with_the_cure(check, text, words):
    with pytest.raises(ValueError, match=r".") as caught:
        check(text)
    assert words in str(caught.value)


def test_credentials_in_a_url_are_refused_and_not_repeated():
    with pytest.raises(ValueError, match="holds credentials") as caught:
        check_url("https://joe:hunter2@example.org/rss")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://joe:hunter2/@example.org/", "https://joe:hunter2@example.org:http/"])
def test_a_url_that_cannot_be_read_keeps_its_password_to_itself(url):
    with pytest.raises(ValueError, match=r".") as caught:
        check_url(url)
    assert "hunter2" not in str(caught.value)


@given(text=st.text(max_size=40))
def test_no_address_and_no_line_carries_a_line_break_into_a_header(text):
    for check in (check_address, check_line):
        try:
            passed = check(text)
        except ValueError:
            continue
        assert len(passed.splitlines()) == 1
