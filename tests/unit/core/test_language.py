import pytest

from monitor.core.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Presiden Rusia tiba di Pyongyang dan disambut oleh pemimpin Korea Utara dengan upacara", "id"),
        ("Presiden Rusia tiba di Pyongyang kerana dijemput, kata beliau kepada wartawan", "ms"),
        ("The president of Russia has arrived in Pyongyang and was greeted by the leader", "en"),
        ("Der Präsident ist in Pjöngjang und wird von dem Führer mit Ehren empfangen", "de"),
        ("Le président de la Russie est arrivé dans la capitale avec une délégation", "fr"),
        ("Президент России прибыл в Пхеньян", "ru"),
        ("Президент Росії прибув до Пхеньяна", "uk"),
        ("푸틴 러시아 대통령이 평양에 도착했다", "ko"),
        ("ロシアのプーチン大統領が平壌に到着した", "ja"),
        ("俄罗斯总统普京抵达平壤", "zh"),
        ("وصل الرئيس الروسي إلى بيونغ يانغ", "ar"),
        ("رئیس جمهور روسیه وارد پیونگ یانگ شد", "fa"),
        ("ประธานาธิบดีรัสเซีย", "th"),
        ("北 김정은, 러 대통령 영접…朝鮮 방문", "ko"),
        ("", None),
        ("12345 !!!", None),
        ("Kim Jong Un", None),
    ],
)
def test_a_text_looks_like_its_language(text: str, language: str | None) -> None:
    assert guess_language(text) == language
