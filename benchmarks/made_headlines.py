"""Headlines of one event in many words, in ten languages: the templates of the made streams (see `story_streams`).

Owns: six types of event with five wordings each per language, and the names that fill them. All written for this
benchmark; `{p}` is a place, `{a}` and `{b}` countries, `{w}` a person, `{n}` and `{m}` numbers. A name may have three
forms, divided by "/": as it stands alone, `…g` in the genitive, `…l` after "in".
"""

from __future__ import annotations

PLACES = {
    "en": "Padang Osaka Izmir Lima Nairobi Gdansk Pune Cebu Tampico Aswan Recife Hue",
    "id": "Padang Osaka Izmir Lima Nairobi Gdansk Pune Cebu Tampico Aswan Recife Hue",
    "es": "Padang Osaka Esmirna Lima Nairobi Gdansk Pune Cebú Tampico Asuán Recife Hue",
    "de": "Padang Osaka Izmir Lima Nairobi Danzig Pune Cebu Tampico Assuan Recife Hue",
    "ru": "Паданг/Паданга/Паданге Осака/Осаки/Осаке Измир/Измира/Измире Лима/Лимы/Лиме Найроби "
    "Гданьск/Гданьска/Гданьске Пуна/Пуны/Пуне Себу Тампико Асуан/Асуана/Асуане Ресифи Хюэ",
    "ko": "파당 오사카 이즈미르 리마 나이로비 그단스크 푸네 세부 탐피코 아스완 헤시피 후에",
    "zh": "巴东 大阪 伊兹密尔 利马 内罗毕 格但斯克 浦那 宿务 坦皮科 阿斯旺 累西腓 顺化",
    "ja": "パダン 大阪 イズミル リマ ナイロビ グダニスク プネー セブ タンピコ アスワン レシフェ フエ",
    "ar": "بادانغ أوساكا إزمير ليما نيروبي غدانسك بونا سيبو تامبيكو أسوان ريسيفي هوي",
    "th": "ปาดัง โอซากา อิซมีร์ ลิมา ไนโรบี กดัญสก์ ปูเน เซบู ตัมปีโก อัสวาน เรซีฟี เว้",
}
COUNTRIES = {
    "en": "Japan Indonesia Vietnam Turkey Egypt Brazil Mexico Kenya India Poland",
    "id": "Jepang Indonesia Vietnam Turki Mesir Brasil Meksiko Kenya India Polandia",
    "es": "Japón Indonesia Vietnam Turquía Egipto Brasil México Kenia India Polonia",
    "de": "Japan Indonesien Vietnam Türkei Ägypten Brasilien Mexiko Kenia Indien Polen",
    "ru": "Япония/Японии Индонезия/Индонезии Вьетнам/Вьетнама/Вьетнаме Турция/Турции Египет/Египта/Египте "
    "Бразилия/Бразилии Мексика/Мексики/Мексике Кения/Кении Индия/Индии Польша/Польши/Польше",
    "ko": "일본 인도네시아 베트남 터키 이집트 브라질 멕시코 케냐 인도 폴란드",
    "zh": "日本 印度尼西亚 越南 土耳其 埃及 巴西 墨西哥 肯尼亚 印度 波兰",
    "ja": "日本 インドネシア ベトナム トルコ エジプト ブラジル メキシコ ケニア インド ポーランド",
    "ar": "اليابان إندونيسيا فيتنام تركيا مصر البرازيل المكسيك كينيا الهند بولندا",
    "th": "ญี่ปุ่น อินโดนีเซีย เวียดนาม ตุรกี อียิปต์ บราซิล เม็กซิโก เคนยา อินเดีย โปแลนด์",
}
PEOPLE = {
    "en": "Tanaka Wibowo Demir Mansour Carvalho Kowalski Mwangi Sharma",
    "id": "Tanaka Wibowo Demir Mansour Carvalho Kowalski Mwangi Sharma",
    "es": "Tanaka Wibowo Demir Mansour Carvalho Kowalski Mwangi Sharma",
    "de": "Tanaka Wibowo Demir Mansour Carvalho Kowalski Mwangi Sharma",
    "ru": "Танака/Танаки Вибово Демир/Демира Мансур/Мансура Карвалью Ковальский/Ковальского Мванги Шарма/Шармы",
    "ko": "다나카 위보워 데미르 만수르 카르발류 코발스키 므왕기 샤르마",
    "zh": "田中 维博沃 德米尔 曼苏尔 卡瓦略 科瓦尔斯基 姆旺吉 夏尔马",
    "ja": "田中 ウィボウォ デミル マンスール カルバリョ コワルスキー ムワンギ シャルマ",
    "ar": "تاناكا ويبوو دمير منصور كارفاليو كوفالسكي موانغي شارما",
    "th": "ทานากะ วิโบโว เดมีร์ มันซูร์ คาร์วัลโญ โควัลสกี มวังกี ชาร์มา",
}
KINDS = ("quake", "visit", "fire", "rates", "match", "arrest")

_ENGLISH = """
Magnitude {n}.{m} earthquake shakes {p}, residents run into streets
Strong quake hits {p} before dawn
At least {k} dead as tremor levels homes near {p}
{p} counts damage after powerful earthquake
Rescuers search rubble in {p} for quake survivors
President of {a} arrives in {b} for talks on trade
{a} and {b} leaders sign cooperation pact
{b} rolls out red carpet for {a} president
What {a} hopes to gain from state visit to {b}
{a}, {b} agree to deepen defence ties at summit
Fire at {p} textile factory kills {k}
Blaze tears through garment plant in {p}, dozens trapped
{p} factory inferno: owner questioned by police
{k} workers perish in {p} mill fire
Families wait for news after deadly blaze in {p}
Central bank of {a} raises rates to {n} percent
{a} surprises markets with half-point rate increase
Interest rates in {a} climb to {n}% as inflation bites
{a} currency jumps after policymakers tighten
Borrowers in {a} brace for costlier loans after hike
{a} beat {b} {n}-{m} to reach cup final
Late penalty sends {a} past {b} into final
{b} out of the cup after defeat by {a}
{a} fans celebrate as team downs {b}
Coach of {b} resigns hours after loss to {a}
Former minister {w} arrested in graft probe
Anti-corruption agency detains {w} over {k} million in bribes
{w} denies taking kickbacks as investigators search home
Court orders ex-minister {w} held for {k} days
Supporters of jailed {w} rally outside court
"""

_INDONESIAN = """
Gempa magnitudo {n},{m} guncang {p}, warga berhamburan ke jalan
{p} diguncang lindu kuat menjelang subuh
Sedikitnya {k} orang tewas akibat gempa di dekat {p}
Rumah warga {p} rusak parah setelah gempa
Tim SAR cari korban gempa {p} di bawah reruntuhan
Presiden {a} tiba di {b} bahas perdagangan
{a} dan {b} teken pakta kerja sama
{b} sambut hangat kunjungan kenegaraan presiden {a}
Apa yang dicari {a} dari lawatan ke {b}
Pemimpin {a}-{b} sepakat perkuat pertahanan
Kebakaran pabrik tekstil di {p} tewaskan {k} orang
Pabrik garmen {p} terbakar, puluhan pekerja terjebak
Polisi periksa pemilik pabrik yang hangus di {p}
{k} buruh meninggal dalam kebakaran di {p}
Keluarga korban kebakaran pabrik {p} menunggu kabar
Bank sentral {a} naikkan suku bunga jadi {n} persen
Suku bunga {a} naik, pasar terkejut
Inflasi tinggi, {a} kerek bunga acuan ke {n} persen
Mata uang {a} menguat usai kebijakan moneter diketatkan
Debitur di {a} bersiap hadapi cicilan lebih mahal
{a} kalahkan {b} {n}-{m}, melaju ke final piala
Penalti telat antar {a} singkirkan {b}
{b} tersingkir dari piala usai takluk dari {a}
Suporter {a} rayakan kemenangan atas {b}
Pelatih {b} mundur setelah kalah dari {a}
Mantan menteri {w} ditangkap dalam kasus korupsi
KPK tahan {w} terkait suap {k} miliar
{w} bantah terima suap, rumahnya digeledah
Eks menteri {w} ditahan {k} hari
Pendukung {w} unjuk rasa di depan pengadilan
"""

_SPANISH = """
Un terremoto de magnitud {n},{m} sacude {p}
Fuerte sismo golpea {p} antes del amanecer
Al menos {k} muertos por el temblor cerca de {p}
{p} evalúa los daños tras el potente terremoto
Los equipos de rescate buscan supervivientes del seísmo en {p}
El presidente de {a} llega a {b} para hablar de comercio
{a} y {b} firman un pacto de cooperación
{b} recibe con honores al mandatario de {a}
Qué busca {a} con la visita de Estado a {b}
Los líderes de {a} y {b} acuerdan reforzar la defensa
Incendio en una fábrica textil de {p} deja {k} muertos
Arde una planta de ropa en {p} con decenas de atrapados
La policía interroga al dueño de la fábrica quemada en {p}
Mueren {k} obreros en el fuego de {p}
Familias esperan noticias tras el incendio mortal de {p}
El banco central de {a} sube los tipos al {n} por ciento
{a} sorprende al mercado con un alza de tasas
Las tasas de interés en {a} suben al {n}% por la inflación
La moneda de {a} se dispara tras el ajuste monetario
Los hipotecados de {a} se preparan para créditos más caros
{a} vence a {b} {n}-{m} y llega a la final de la copa
Un penalti tardío clasifica a {a} ante {b}
{b} queda fuera de la copa tras caer con {a}
La afición de {a} celebra el triunfo sobre {b}
Dimite el seleccionador de {b} tras la derrota ante {a}
Detenido el exministro {w} por corrupción
La fiscalía arresta a {w} por {k} millones en sobornos
{w} niega haber cobrado comisiones mientras registran su casa
El juez envía a prisión al exministro {w} por {k} días
Seguidores de {w} protestan ante el tribunal
"""

_GERMAN = """
Erdbeben der Stärke {n},{m} erschüttert {p}
Starkes Beben trifft {p} vor Sonnenaufgang
Mindestens {k} Tote nach Erdstößen bei {p}
{p} zählt die Schäden nach dem schweren Erdbeben
Retter suchen in {p} nach Überlebenden des Bebens
Präsident von {a} zu Handelsgesprächen in {b} eingetroffen
{a} und {b} unterzeichnen Kooperationsvertrag
{b} empfängt Staatschef aus {a} mit allen Ehren
Was sich {a} vom Staatsbesuch in {b} erhofft
{a} und {b} vereinbaren engere Verteidigung
Feuer in Textilfabrik in {p} tötet {k} Menschen
Brand in Kleiderwerk von {p}: Dutzende eingeschlossen
Nach Fabrikbrand in {p}: Polizei verhört Besitzer
{k} Arbeiter sterben bei Großfeuer in {p}
Angehörige warten nach Brandkatastrophe in {p} auf Nachricht
Zentralbank von {a} hebt Leitzins auf {n} Prozent
{a} überrascht Märkte mit Zinserhöhung
Zinsen in {a} steigen wegen Inflation auf {n} Prozent
Währung von {a} springt nach Straffung der Geldpolitik
Kredite in {a} werden nach dem Zinsschritt teurer
{a} schlägt {b} {n}:{m} und steht im Pokalfinale
Später Elfmeter bringt {a} gegen {b} ins Finale
{b} nach Niederlage gegen {a} ausgeschieden
Fans von {a} feiern Sieg über {b}
Trainer von {b} tritt nach Pleite gegen {a} zurück
Früherer Minister {w} wegen Korruption verhaftet
Ermittler nehmen {w} wegen {k} Millionen Schmiergeld fest
{w} bestreitet Bestechung, Haus durchsucht
Gericht ordnet {k} Tage Haft für Ex-Minister {w} an
Anhänger von {w} demonstrieren vor Gericht
"""

_RUSSIAN = """
Землетрясение магнитудой {n},{m} произошло в {pl}
{p} проснулся от сильных подземных толчков
Не менее {k} человек погибли при землетрясении около {pg}
Жители {pg} подсчитывают ущерб после землетрясения
Спасатели ищут выживших под завалами в {pl}
Президент {ag} прибыл с визитом: {b} ждёт переговоров о торговле
{a} и {b} подписали договор о сотрудничестве
Лидера {ag} встретили с почестями в {bl}
Чего ждёт {a} от переговоров с властями {bg}
{a} и {b} договорились укреплять оборону
При пожаре на текстильной фабрике в {pl} погибли {k} человек
Швейный цех горит в {pl}, десятки рабочих заблокированы
Полиция допросила владельца сгоревшей фабрики в {pl}
Число жертв пожара в {pl} достигло {k}
Семьи рабочих из {pg} ждут вестей после пожара
Центробанк {ag} повысил ставку до {n} процентов
{a} удивила рынки повышением ставки
Ставки в {al} выросли до {n}% из-за инфляции
Валюта {ag} подскочила после решения регулятора
Заёмщики в {al} готовятся к дорогим кредитам
{a} обыграла соперника из {bg} {n}:{m} и вышла в финал кубка
Поздний пенальти вывел сборную {ag} в финал, {b} вылетает
Сборная {bg} вылетела из кубка, проиграв команде {ag}
Болельщики {ag} празднуют победу над командой {bg}
Тренер {bg} ушёл в отставку после поражения от {ag}
Бывший министр {w} арестован по делу о коррупции
У экс-министра {wg} нашли взятки на {k} миллионов
{w} отрицает вину, в доме прошли обыски
Суд отправил {wg} под стражу на {k} суток
Сторонники {wg} вышли на митинг у здания суда
"""

_KOREAN = """
{p}서 규모 {n}.{m} 지진, 주민들 거리로 대피
{p} 새벽 강진 강타
{p} 인근 지진으로 최소 {k}명 사망
강진 덮친 {p} 피해 집계 시작
{p} 지진 잔해 속 생존자 수색 계속
{a} 대통령, 무역 회담 위해 {b} 도착
{a}·{b} 정상 협력 협정 서명
{b}, {a} 대통령 국빈 환영식
{a}가 {b} 국빈 방문에서 노리는 것
{a}와 {b}, 국방 협력 강화 합의
{p} 섬유공장 화재로 {k}명 숨져
{p} 의류공장 큰불, 수십 명 갇혀
경찰, 불탄 {p} 공장 소유주 조사
{p} 공장 화재 사망자 {k}명으로 늘어
{p} 화재 유가족들 소식 기다려
{a} 중앙은행 기준금리 {n}%로 인상
{a} 깜짝 금리 인상에 시장 놀라
물가 급등 {a}, 금리 {n}%까지 올려
{a} 통화 긴축 결정 뒤 급등
{a} 대출자들 이자 부담 커진다
{a}, {b} {n}대{m}로 꺾고 컵 결승 진출
막판 페널티킥, {a} {b} 제치고 결승행
{b}, {a}에 져 컵대회 탈락
{a} 팬들 {b}전 승리에 환호
{b} 감독 {a}전 패배 뒤 사임
{w} 전 장관 비리 혐의 체포
반부패 당국, {k}억 뇌물 혐의로 {w} 구금
{w} 뇌물 부인, 자택 압수수색
법원, {w} 전 장관 {k}일 구속 명령
{w} 지지자들 법원 앞 집회
"""

_CHINESE = """
{p}发生{n}.{m}级地震 居民跑上街头
强震黎明前袭击{p}
{p}附近地震至少{k}人遇难
{p}强烈地震后清点损失
救援人员在{p}废墟中搜寻幸存者
{a}总统抵达{b}举行贸易会谈
{a}与{b}领导人签署合作协议
{b}隆重欢迎{a}总统到访
{a}希望从对{b}国事访问中得到什么
{a}和{b}同意加强防务合作
{p}纺织厂火灾致{k}人死亡
{p}制衣厂起火 数十人被困
警方讯问{p}烧毁工厂厂主
{p}工厂大火遇难人数升至{k}人
{p}火灾工人家属等待消息
{a}央行加息至{n}%
{a}意外加息震动市场
通胀高企 {a}利率升至{n}%
{a}货币在紧缩政策后大涨
{a}借款人将面对更贵的贷款
{a}{n}比{m}击败{b}晋级杯赛决赛
补时点球助{a}淘汰{b}
{b}不敌{a}无缘决赛
{a}球迷庆祝战胜{b}
{b}主帅输给{a}后辞职
前部长{w}因贪腐被捕
反贪机构拘留{w} 涉嫌受贿{k}万
{w}否认收受回扣 住所被搜查
法院下令羁押前部长{w}{k}天
{w}支持者在法院外集会
"""

_JAPANESE = """
{p}でM{n}.{m}の地震、住民が通りに避難
未明の{p}を強い揺れが襲う
{p}近郊の地震で少なくとも{k}人死亡
{p}、大地震の被害調査始まる
{p}のがれきで生存者の捜索続く
{a}大統領が{b}に到着、貿易を協議
{a}と{b}の首脳、協力協定に署名
{b}、{a}大統領を国賓として歓迎
{a}が{b}訪問で狙うもの
{a}と{b}、防衛協力の強化で合意
{p}の繊維工場で火災、{k}人死亡
{p}の縫製工場が炎上、数十人取り残される
警察、焼けた{p}の工場主を聴取
{p}工場火災の死者{k}人に
{p}の火災、家族が知らせを待つ
{a}中銀、政策金利を{n}%に引き上げ
{a}の予想外の利上げに市場驚く
インフレで{a}の金利{n}%に上昇
{a}通貨、金融引き締め後に急伸
{a}の借り手、ローン負担増に備え
{a}が{b}を{n}対{m}で下し杯決勝へ
終盤のPKで{a}が{b}破り決勝進出
{b}、{a}に敗れ大会を去る
{a}ファン、{b}戦の勝利を祝う
{b}監督、{a}戦敗北後に辞任
{w}元大臣を汚職容疑で逮捕
捜査当局、{k}億円収賄で{w}容疑者を拘束
{w}容疑者は賄賂を否認、自宅を捜索
裁判所、{w}元大臣の{k}日間勾留を決定
{w}元大臣の支持者が裁判所前で集会
"""

_ARABIC = """
زلزال بقوة {n}.{m} درجات يهز {p}
هزة قوية تضرب {p} قبل الفجر
مقتل {k} على الأقل في زلزال قرب {p}
{p} تحصي الأضرار بعد الزلزال العنيف
فرق الإنقاذ تبحث عن ناجين تحت الأنقاض في {p}
رئيس {a} يصل إلى {b} لبحث التجارة
{a} و{b} توقعان اتفاق تعاون
{b} تستقبل رئيس {a} بمراسم رسمية
ماذا تريد {a} من زيارة الدولة إلى {b}
{a} و{b} تتفقان على تعزيز الدفاع
حريق في مصنع نسيج في {p} يودي بحياة {k}
نيران تلتهم مصنع ملابس في {p} وعشرات العالقين
الشرطة تستجوب صاحب المصنع المحترق في {p}
وفاة {k} عاملا في حريق {p}
عائلات تنتظر الأخبار بعد الحريق القاتل في {p}
البنك المركزي في {a} يرفع الفائدة إلى {n} بالمئة
{a} تفاجئ الأسواق برفع الفائدة
التضخم يدفع الفائدة في {a} إلى {n}٪
عملة {a} تقفز بعد تشديد السياسة النقدية
المقترضون في {a} يستعدون لقروض أغلى
{a} تهزم {b} {n}-{m} وتبلغ نهائي الكأس
ركلة جزاء متأخرة تقصي {b} أمام {a}
{b} تودع الكأس بعد الخسارة من {a}
جماهير {a} تحتفل بالفوز على {b}
استقالة مدرب {b} بعد الهزيمة أمام {a}
اعتقال الوزير السابق {w} بتهمة الفساد
هيئة مكافحة الفساد تحتجز {w} بسبب رشى بقيمة {k} مليونا
{w} ينفي تلقي رشاوى وتفتيش منزله
المحكمة تأمر بحبس الوزير السابق {w} {k} يوما
أنصار {w} يتظاهرون أمام المحكمة
"""

_THAI = """
แผ่นดินไหวขนาด {n}.{m} เขย่า{p} ชาวบ้านวิ่งหนีออกจากบ้าน
เกิดแรงสั่นสะเทือนรุนแรงที่{p}ก่อนรุ่งสาง
มีผู้เสียชีวิตอย่างน้อย {k} คนจากแผ่นดินไหวใกล้{p}
{p}สำรวจความเสียหายหลังแผ่นดินไหว
ทีมกู้ภัยค้นหาผู้รอดชีวิตใต้ซากอาคารใน{p}
ประธานาธิบดี{a}เดินทางถึง{b}หารือการค้า
ผู้นำ{a}และ{b}ลงนามข้อตกลงความร่วมมือ
{b}ต้อนรับประธานาธิบดี{a}อย่างสมเกียรติ
{a}หวังอะไรจากการเยือน{b}
{a}กับ{b}ตกลงกระชับความร่วมมือกลาโหม
ไฟไหม้โรงงานสิ่งทอใน{p} เสียชีวิต {k} คน
เพลิงโหมโรงงานเสื้อผ้าที่{p} คนงานติดอยู่หลายสิบคน
ตำรวจสอบเจ้าของโรงงานที่ถูกไฟไหม้ใน{p}
คนงานตาย {k} คนในเหตุเพลิงไหม้{p}
ครอบครัวรอข่าวหลังเหตุไฟไหม้ที่{p}
ธนาคารกลาง{a}ขึ้นดอกเบี้ยเป็น {n}%
{a}ขึ้นดอกเบี้ยเกินคาด ตลาดตกใจ
เงินเฟ้อดันดอกเบี้ย{a}แตะ {n}%
ค่าเงิน{a}พุ่งหลังใช้นโยบายตึงตัว
ผู้กู้ใน{a}เตรียมรับภาระเงินกู้แพงขึ้น
{a}ชนะ{b} {n}-{m} เข้าชิงชนะเลิศฟุตบอลถ้วย
จุดโทษท้ายเกมพา{a}ผ่าน{b}เข้าชิง
{b}ตกรอบหลังแพ้{a}
แฟนบอล{a}ฉลองชัยเหนือ{b}
โค้ช{b}ลาออกหลังพ่าย{a}
จับอดีตรัฐมนตรี{w}คดีทุจริต
ป.ป.ช. คุมตัว{w} รับสินบน {k} ล้าน
{w}ปฏิเสธรับสินบน บ้านถูกค้น
ศาลสั่งขังอดีตรัฐมนตรี{w} {k} วัน
ผู้สนับสนุน{w}ชุมนุมหน้าศาล
"""

_BY_LANGUAGE = {
    "ar": _ARABIC,
    "de": _GERMAN,
    "en": _ENGLISH,
    "es": _SPANISH,
    "id": _INDONESIAN,
    "ja": _JAPANESE,
    "ko": _KOREAN,
    "ru": _RUSSIAN,
    "th": _THAI,
    "zh": _CHINESE,
}
LANGUAGES = tuple(_BY_LANGUAGE)


def wordings(language: str, kind: str) -> tuple[str, ...]:
    """The templates of one type of event in a language."""
    lines = _BY_LANGUAGE[language].strip().splitlines()
    each = len(lines) // len(KINDS)
    at = KINDS.index(kind) * each
    return tuple(lines[at : at + each])
