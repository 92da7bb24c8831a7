"""Words that most news texts share, so that the first five articles can be told apart.

Owns: for each language that the default watchlist reads, the words found in nearly every news text and those found in
many. They stand in for document frequencies until enough articles were seen (see `features.Frequencies`).
Refuses: languages and topics; names of places or people never belong here. Written from general knowledge of the
languages, not counted on any corpus; a trailing hyphen marks a beginning, a leading one an ending.
"""

from __future__ import annotations

ALMOST_EVERYWHERE = """
yang dan di ke dari untuk dengan pada dalam oleh akan telah tidak ini itu juga bahwa adalah sebagai atau karena
mereka ada para dapat meng- men- mem- ber- per- -kan -nya -an -kannya ter- pen- pem- ke- se- di- lebih setelah
the of to and in a for on that with is was as at by it from be are has have had will not but this which were been
an or its their his he she they said who after over about more would than also when into out up
и в на с по о не что из к за от для как это его у был до при также было будет а но они он она его их который
которые после или -ого -его -ому -ать -ить -ние -ния -ный -ной -ных -ость -ами -ется -ился по- при- про- пере- под-
이 그 것 수 등 및 -은 -는 -이 -가 -을 -를 -의 -에 -에서
-으로 -로 -와 -과 -고 -다 -했다 -있다 -한 -하는 -에게 대한 위해 -라고
"""

OFTEN = """
mengatakan kata menurut tersebut tahun hari sudah saat bisa kepada antara lain negara pemerintah presiden menteri
menjadi salah satu dua tiga orang warga baru besar masih hingga secara sejak seperti namun sementara terhadap
melalui bagi agar jika pihak pun lalu bulan minggu pekan waktu senin selasa rabu kamis jumat sabtu ahad januari februari
maret april mei juni juli agustus september oktober november desember melakukan memberikan mengenai terkait kedua
sebelumnya beberapa banyak belum karena bersama kami kita saya dia ia hal sangat sendiri tak lagi sekitar
pertama bidang rencana laporan berita foto oleh baca juga jakarta ujar ujarnya katanya tutur jelas
all first one two three new other last year years day week month government president minister people country state
told according reported says say before while during between against under where there being could may can should
most many some such only just since through because so if no what them we our you i her him my your these those
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december news read photo time made make take still even both how any now then officials official
-ing -ed -ion -tion -ment -ers -ity -ent -ence -ally re- con- pro- com- inter-
сообщил сообщила сообщает сообщили заявил отметил словам время года году лет день дня более всего также этом этого
чтобы если уже только может могут быть есть один два три новый первый человек люди страны страна россии президент
министр глава между через против под над без перед среди который которая которое которых которой ранее января
февраля марта апреля мая июня июля августа сентября октября ноября декабря понедельник вторник среду четверг пятницу
субботу воскресенье том тому тем этот эта эти своей своих свой так там где когда кто еще ещё очень всех все сейчас
теперь около однако словам данным информации новости фото число который пока более менее
밝혔다 전했다 말했다 했다 있다 없다 된다 올해 지난
오는 이날 이번 대통령 정부 장관 기자 뉴스 오전 오후 통해 따라 따르면 관련
그리고 그러나 하지만 또한 한편 특히 따라서 이에 이어 함께 가운데 이후 현재 최근 위한 대해 대한 했으며 것으로
것이라고 한다고 라며 이라고 월요일 화요일
수요일 목요일 금요일 토요일 일요일
"""
