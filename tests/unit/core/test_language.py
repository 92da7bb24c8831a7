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
        ("Rysslands president har anlänt till Pyongyang för att träffa den nordkoreanska ledaren", "sv"),
        ("Ruslands præsident er ankommet til Pyongyang for at mødes med lederen, og det blev fejret af", "da"),
        ("Venäjän presidentti on saapunut Pjongjangiin tapaamaan Pohjois-Korean johtajaa ja se on", "fi"),
        ("Ruský prezident přijel do Pchjongjangu na schůzku s vůdcem Severní Koreje, podle agentury je", "cs"),
        ("Az orosz elnök megérkezett Phenjanba, hogy találkozzon az észak-koreai vezetővel", "hu"),
        ("Președintele rus a sosit la Phenian, pentru că este în vizită și nu numai", "ro"),
        ("Prezydent Rosji przybył do Pjongjangu i nie powiedział, że jest to wizyta", "pl"),
        ("Прэзідэнт Расіі прыбыў у Пхеньян", "be"),
        ("Руският президент пристигна в Пхенян, където го посрещна първият ръководител", "bg"),
        ("Руски председник стигао је у Пјонгјанг", "sr"),
        ("Ресей президенті Пхеньянға келді, кездесу өтті", "kk"),
        ("Подъезд съезда объявлен, съёмка", "ru"),
        ("روسی صدر پیانگ یانگ پہنچ گئے ہیں", "ur"),
        ("", None),
        ("12345 !!!", None),
        ("Kim Jong Un", None),
    ],
)
def test_a_text_looks_like_its_language(text: str, language: str | None) -> None:
    assert guess_language(text) == language
