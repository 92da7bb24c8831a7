import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.text import (
    MAX_TITLE_CHARS,
    clean_line,
    html_to_text,
    letters_only,
    normalize,
    sentences,
    title_text,
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("one\nline\n\nnext  paragraph", "one line\nnext paragraph"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("<p>One<br>Two<br/><br/>Three</p>", "One\nTwo\nThree"),
        ("a <b>bold</b>, an <i>italic</i> word", "a bold, an italic word"),
        ("un<b>broken</b>", "unbroken"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("x<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>y", "x\na\nb\nc\ny"),
        ("<p>x</p><script>track('<p>')</script><style>p{}</style><p>y</p>", "x\ny"),
        ("<figure><img src=a><figcaption>Foto: arsip</figcaption></figure><p>y</p>", "y"),
        ("<iframe src=x>no frames</iframe><noscript>no js</noscript>y", "y"),
        ("<p>2 &lt; 3 &amp; 4 &gt; 1 &ndash; &#8220;a&#8221;</p>", "2 < 3 & 4 > 1 – “a”"),
        ("&lt;p&gt;twice&lt;/p&gt; &amp;nbsp; &amp;ldquo;escaped&amp;rdquo;", "twice\n“escaped”"),
        ("R&amp;amp;D", "R&D"),
        ("<p>a < b and c > d</p>", "a < b and c > d"),
        ("<p>unclosed <b>markup", "unclosed markup"),
        ('<a title="x > y" href="z">link</a>', "link"),
        ("<!-- comment -->a<!-- > -->b", "ab"),
        ("<p>\u00ad\u200bzero\u200b-\u202ewidth\ufeff</p>", "zero-width"),
        ("<pre>a\n  b</pre>", "a b"),
        ("<p>a\x1eb</p>", "a b"),
        ("<h1>Title</h1>text<hr>more", "Title\ntext\nmore"),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    ["<div>" * 50_000 + "x", "<" * 200_000, "<a " * 60_000, "<p><b>" * 30_000 + "x", "&amp;" * 40_000, "<!--" * 50_000,
     "<script>" * 20_000 + "x", "<a title='" * 20_000, "&lt;div&gt;" * 20_000 + "x", "<table>" * 20_000],
)  # fmt: skip
def test_hostile_markup_is_read_in_linear_time(html: str) -> None:
    started = time.process_time()
    html_to_text(html)
    assert time.process_time() - started < 0.5


def test_too_many_tags_are_stripped_without_a_tree_and_to_the_same_text() -> None:
    paragraph = "<p>One <b>bold</b> &amp; <a href='x'>linked</a> line.</p><script>if (a<b) x()</script>"
    assert html_to_text(paragraph * 2000) == "\n".join(["One bold & linked line."] * 2000)


NAMES = ["p", "P", "br", "div", "ul", "li", "h2", "hr", "a", "b", "i", "span", "img", "script", "style", "td", "figure"]
ATTRIBUTES = ["", " ", ' href="a&amp;b"', " alt='>'", " x=1", ' a b="c" ', " /", "\n", ' title="<b>"', " =x"]
TAGS = st.builds("<{}{}{}>".format, st.sampled_from(["", "/"]), st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES))
WORDS = st.sampled_from(
    [
        *("x", " a  b ", "\n", "“q”", "김", "&amp;", "&lt;b&gt;", "&nbsp;", "&#39;", "&#8217;", "&#30;", "&#150;"),
        *("&copy;", "&amp", "& ", "<script>a=1</script>", "<style >p{}</style\t>", "\0", "\x1e", "\u200b", "\r\n"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TAGS | WORDS, max_size=10).map("".join))
def test_simple_markup_reads_as_it_does_in_a_tree(html: str) -> None:
    unheard_of = "<x-y></x-y>"
    assert html_to_text(f"<p>{html}") == html_to_text(f"<p>{html}{unheard_of}")


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Putin &amp; Kim", "Putin & Kim"),
        ("Putin &amp;amp; Kim", "Putin & Kim"),
        ("<b>Putin</b> tiba", "Putin tiba"),
        ("&lt;b&gt;Putin&lt;/b&gt; tiba", "Putin tiba"),
        ("<script>alert(1)</script> Putin", "Putin"),
        ("a < b", "a < b"),
        ("<Kim> dan <Putin>", "<Kim> dan <Putin>"),
        ("AT&T", "AT&T"),
        ("회담 &lt;종합&gt;", "회담 <종합>"),
        ("100% &copy; 2024", "100% © 2024"),
    ],
)
def test_a_title_loses_real_markup_only(raw: str, title: str) -> None:
    assert clean_line(title_text(raw))[0] == title


def test_a_hostile_title_becomes_one_short_harmless_line() -> None:
    raw = "Putin\r\nBcc: everyone@example.org\x00\x1b[2J \u202egnp.exe\u2066 " + "x" * 10_000
    line, was_cut = clean_line(raw)
    assert line.startswith("Putin Bcc: everyone@example.org[2J gnp.exe xxx")
    assert len(line) == MAX_TITLE_CHARS
    assert line.endswith("…")
    assert was_cut


def test_a_short_title_is_not_cut() -> None:
    assert clean_line("  Putin   tiba ") == ("Putin tiba", False)
    assert clean_line("x" * MAX_TITLE_CHARS) == ("x" * MAX_TITLE_CHARS, False)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.integers(5, 50))
def test_no_line_break_or_control_ever_stays_in_a_line(raw: str, max_chars: int) -> None:
    line, was_cut = clean_line(raw, max_chars=max_chars)
    assert len(line) <= max_chars
    assert line == line.strip()
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in line)
    assert clean_line(line, max_chars=max_chars) == (line, False)
    assert was_cut or "…" in raw or not line.endswith("…")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/&;pbr \n!-\"'ampltgscriptx한", max_size=80))
def test_text_of_any_markup_has_no_empty_and_no_untrimmed_lines(html: str) -> None:
    text = html_to_text(html)
    assert all(line and line == " ".join(line.split()) for line in text.split("\n")) or not text


def test_comparison_forms_fold_what_readers_do_not_see() -> None:
    assert normalize("Ｐｕｔｉｎ  TIBA\u200b di\nPyongyang") == "putin tiba di pyongyang"
    assert (
        letters_only("“Putin” tiba — di Pyongyang!")
        == letters_only("PUTIN TIBA DI PYONGYANG")
        == "putin tiba di pyongyang"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Satu kalimat", ["Satu kalimat"]),
        ("Presiden tiba. Ia disambut. Selesai!", ["Presiden tiba.", "Ia disambut.", "Selesai!"]),
        ("Jl. Sudirman No. 5 ramai. Prof. Dr. Budi tiba.", ["Jl. Sudirman No. 5 ramai.", "Prof. Dr. Budi tiba."]),
        ("Mr. Kim met J. Smith of the U.S. Navy. It cost 3.5 million.",
         ["Mr. Kim met J. Smith of the U.S. Navy.", "It cost 3.5 million."]),
        ("“Datang!” katanya. Lalu pergi.", ["“Datang!” katanya.", "Lalu pergi."]),
        ("Он прибыл в 2024 г. в Пхеньян. Встреча началась.", ["Он прибыл в 2024 г. в Пхеньян.", "Встреча началась."]),
        ("푸틴이 도착했다. 김정은이 맞았다.", ["푸틴이 도착했다.", "김정은이 맞았다."]),
        ("普京抵达平壤。金正恩迎接！会谈开始", ["普京抵达平壤。", "金正恩迎接！", "会谈开始"]),
        ("「着いた。」金氏が出迎えた。", ["「着いた。」", "金氏が出迎えた。"]),
        ("Judul tanpa titik\nParagraf pertama. Kedua", ["Judul tanpa titik", "Paragraf pertama.", "Kedua"]),
        ("Benarkah? Ya... mungkin. Tentu", ["Benarkah?", "Ya... mungkin.", "Tentu"]),
    ],
)  # fmt: skip
def test_sentences_are_found_in_every_script(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='aB. !?。\n"”Jl가', max_size=60))
def test_sentences_are_in_order_and_cover_all_that_is_not_space(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "").replace("\n", "") == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
