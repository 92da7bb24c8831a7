"""Whom to believe about a charset, and how letters tell their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.charsets import as_utf8, codec, detect

KOREAN = (
    "평양을 방문한 러시아 대표단은 오늘 오전 새로 지은 병원과 학교를 둘러보았다. 양측은 철도와 관광을 "
    "다시 여는 문제를 두고 이야기를 나누었으며, 다음 달에 서울이 아닌 블라디보스토크에서 또 만나기로 했다고 한다. "
    "전문가들은 이번 방문이 경제 협력보다 군사 문제에 더 무게를 둔 것으로 보고 있다. "
    "날씨가 추워졌지만 거리에는 많은 사람들이 나와 손을 흔들었다."
)
RUSSIAN = (
    "Делегация осмотрела новую больницу и школу, построенные на окраине столицы. Стороны обсудили возобновление "
    "поездов и туристических поездок, а следующую встречу решили провести во Владивостоке. Эксперты считают, "
    "что речь шла прежде всего о военных вопросах, хотя официально говорили только об экономике."
)
JAPANESE = (
    "代表団は新しい病院と学校を見学し、鉄道と観光を再開する問題について話し合った。次の会合はウラジオストクで開かれる予定だ。"
    "専門家は今回の訪問について、経済よりも軍事の話が中心だったと見ている。寒い日だったが、通りには多くの人が出ていた。"
)
CHINESE = (
    "代表团参观了新建的医院和学校，双方讨论了恢复铁路和旅游的问题，并决定下个月在海参崴再次会面。专家认为，这次访问主要是为了"
    "军事上的合作，而不是经济。天气很冷，但是街上有不少人出来欢迎他们，孩子们手里拿着花。"
)
FRENCH = (
    "La délégation a visité un hôpital récemment achevé; les deux côtés ont évoqué la réouverture des liaisons ferrées "
    "et décidé de se revoir à l'été. Les spécialistes, eux, y voient d'abord une affaire militaire."
)
PORTUGUESE = (
    "A delegação visitou hospitais e escolas; não há informações sobre as negociações, que são difíceis, e até já."
)
GERMAN = (
    "Die Gäste besichtigten ein Krankenhaus; über Züge und Reisen wurde geredet, später über Größeres. Schön für alle."
)


def feed(text: str, charset: str, declaration: str = "") -> bytes:
    return f"{declaration}<rss><channel><title>{text}</title></channel></rss>".encode(charset)


def read(body: bytes, content_type: str = "") -> str:
    return as_utf8(body, content_type).body.decode().partition("<title>")[2].partition("</title>")[0]


UNDECLARED = [
    (KOREAN, "euc-kr"),
    (KOREAN, "cp949"),
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (CHINESE, "gb18030"),
]


@pytest.mark.parametrize(("text", "charset"), UNDECLARED, ids=lambda value: value if value.isascii() else "")
@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "application/rss+xml; charset=utf-8", "text/xml; charset=iso-8859-1"]
)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>'])
def test_an_undeclared_or_misdeclared_charset_is_told_by_its_letters(
    text: str, charset: str, content_type: str, declaration: str
) -> None:
    body = feed(text, charset, declaration)
    assert read(body, content_type) == text
    assert as_utf8(body, content_type).remark


@pytest.mark.parametrize(("text", "charset"), UNDECLARED, ids=lambda value: value if value.isascii() else "")
@pytest.mark.parametrize("size", [20, 45, 90])
def test_a_headline_is_enough(text: str, charset: str, size: int) -> None:
    assert read(feed(text[:size], charset)) == text[:size]


@pytest.mark.parametrize("text", [FRENCH, PORTUGUESE, GERMAN])
@pytest.mark.parametrize("size", [30, 60, 1000])
def test_western_text_is_not_taken_for_anything_else(text: str, size: int) -> None:
    assert detect(text[:size].encode("cp1252")) == ""
    assert read(feed(text[:size], "cp1252")) == text[:size]


@pytest.mark.parametrize("text", [KOREAN, RUSSIAN, JAPANESE, CHINESE, FRENCH])
@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "text/xml; charset=windows-1251", "text/html; charset=euc-kr"]
)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="windows-1252"?>'])
def test_valid_utf8_is_utf8_whatever_is_declared(text: str, content_type: str, declaration: str) -> None:
    assert read(feed(text, "utf-8", declaration), content_type) == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [("euc-kr", KOREAN), ("ks_c_5601-1987", KOREAN), ("windows-1251", RUSSIAN), ("koi8-r", RUSSIAN),
     ("Shift_JIS", JAPANESE), ("x-sjis", JAPANESE), ("euc-jp", JAPANESE), ("gb2312", CHINESE), ("GBK", CHINESE),
     ("iso-8859-1", FRENCH),
     ("windows-1252", GERMAN), ("iso-8859-15", PORTUGUESE), ("utf-16", RUSSIAN), ("iso-2022-jp", JAPANESE)]
)  # fmt: skip
def test_a_declared_charset_that_fits_is_believed(charset: str, text: str) -> None:
    encoded = {"ks_c_5601-1987": "euc-kr", "x-sjis": "shift_jis"}.get(charset, charset)
    assert read(feed(text, encoded, f'<?xml version="1.0" encoding="{charset}"?>')) == text
    assert read(feed(text, encoded), f"application/xml; charset={charset}") == text


def test_the_header_goes_before_the_declaration_where_both_fit() -> None:
    body = feed(RUSSIAN, "koi8-r", '<?xml version="1.0" encoding="windows-1251"?>')
    assert read(body, "text/xml; charset=koi8-r") == RUSSIAN


def test_a_thoughtless_header_goes_behind_the_declaration() -> None:
    body = feed("Łódź gościła delegację", "windows-1250", '<?xml version="1.0" encoding="windows-1250"?>')
    assert read(body, "text/xml; charset=iso-8859-1") == "Łódź gościła delegację"


@pytest.mark.parametrize("text", [KOREAN, RUSSIAN, JAPANESE])
def test_utf8_with_a_few_broken_bytes_stays_utf8(text: str) -> None:
    body = feed(text, "utf-8").replace(b"</title>", b"\xea\xb0</title>", 1)
    assert read(body, "text/xml; charset=utf-8").startswith(text)
    assert "broken UTF-8" in as_utf8(body).remark


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"\xef\xbb\xbf<rss/>", "utf-8"),
        ("\ufeff<rss/>".encode("utf-16-le"), "utf-16-le"),
        ("<rss/>".encode("utf-16-be"), "utf-16-be"),
        ("\ufeff<rss/>".encode("utf-32-le"), "utf-32-le"),
        ("<rss/>".encode("utf-32-be"), "utf-32-be"),
    ],
)
def test_marks_and_zero_bytes_tell_wide_charsets(body: bytes, charset: str) -> None:
    document = as_utf8(body, "text/xml; charset=iso-8859-1")
    assert (document.body, document.charset) == (b"<rss/>", charset)


@pytest.mark.parametrize("name", ["utf-7", "U7", "hz", "hz-gb-2312", "rot13", "base64", "idna", "\0"])
def test_unknown_and_unsafe_charsets_are_none(name: str) -> None:
    assert codec(name) == ""


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_become_utf8(body: bytes, content_type: str) -> None:
    as_utf8(body, content_type).body.decode("utf-8")
    as_utf8(b"<?xml version='1.0' encoding='" + body[:20] + b"'?>" + body, content_type).body.decode("utf-8")


THAI = "ปูตินเดินทางถึงกรุงเปียงยางเพื่อพบกับคิมจองอึน และลงนามในสนธิสัญญา"
TRADITIONAL = "普京抵達平壤，與金正恩舉行會談。雙方簽署了全面戰略夥伴關係條約，並就國際問題交換了意見"


@pytest.mark.parametrize(("text", "charset"), [(THAI, "cp874"), (TRADITIONAL, "big5")])
def test_thai_and_traditional_chinese_are_told_by_their_letters(text: str, charset: str) -> None:
    assert (
        as_utf8(f"<rss><title>{text}</title></rss>".encode(charset)).body.decode()
        == f"<rss><title>{text}</title></rss>"
    )


@pytest.mark.parametrize("text", ["été déjà près où ça", "größe über Österreich", "niño señor años", "ação são não"])
def test_western_accents_are_not_taken_for_thai(text: str) -> None:
    assert as_utf8(f"<a>{text}</a>".encode("cp1252")).charset == "cp1252"


@pytest.mark.parametrize("charset", ["iso2022_jp", "iso2022_kr"])
def test_escape_sequences_tell_a_charset_that_nobody_declared(charset: str) -> None:
    text = "平壌に到着" if charset == "iso2022_jp" else "평양에 도착"
    assert as_utf8(f"<a>{text}</a>".encode(charset)).body.decode() == f"<a>{text}</a>"


@pytest.mark.parametrize(
    ("label", "charset"),
    [("windows-874", "cp874"), ("x-x-big5", "big5"), ("x-mac-cyrillic", "mac-cyrillic"), ("win-1251", "cp1251"),
     ("x-cp1250", "cp1250"), ("KOI8R", "koi8-r"), ("windows-1253", "cp1253")],
)  # fmt: skip
def test_every_name_of_a_charset_is_known(label: str, charset: str) -> None:
    text = {"cp874": THAI, "big5": TRADITIONAL, "cp1250": "źródło", "cp1253": "Πούτιν"}.get(charset, "Путин")
    body = f'<?xml version="1.0" encoding="{label}"?><a>{text}</a>'.encode(charset)
    assert as_utf8(body).body.decode() == f"<a>{text}</a>"


def test_a_declared_windows_1252_does_not_hide_russian() -> None:
    text = "Путин прибыл в Пхеньян на переговоры с Ким Чен Ыном"
    assert as_utf8(f'<?xml version="1.0" encoding="windows-1252"?><a>{text}</a>'.encode("cp1251")).charset == "cp1251"


def test_a_lone_zero_before_the_document_makes_no_utf_16() -> None:
    assert as_utf8(b"\0<?xml version='1.0'?><rss/>").charset == "ascii"
