"""The words of `core.background_words`, which says what they are: by language (STOP, COMMON, NEWSY)."""

from __future__ import annotations

_ID = (
    "yang dan di ke dari untuk dengan pada dalam tidak ini itu juga bahwa adalah sebagai atau karena ia dia mereka"
    " kami kita saya anda ada para dapat akan telah sudah oleh bisa lebih setelah tersebut kepada antara agar jika"
    " namun tetapi tapi serta saat sebelum sejak hingga sampai maupun bagi tentang terhadap melalui secara yaitu"
    " yakni bukan belum pun lagi masih harus hanya saja lalu kemudian ketika seperti sementara sedang pernah sangat"
    " paling semua setiap suatu sebuah seorang salah satu dua tiga empat lima enam tujuh delapan sembilan sepuluh"
    " kata ujar ujarnya katanya tutur tuturnya jelas jelasnya menurut begitu demikian sehingga supaya apa apakah"
    " siapa mana kapan bagaimana mengapa berapa atas bawah luar depan belakang sana sini situ hal cara pula tanpa"
    " selain selama sekitar per antar si sang nya lah kah tak jangan mungkin tentu justru malah bahkan meski meskipun"
    " walaupun apabila maka usai demi guna akibat pasca beberapa banyak sedikit semakin makin terlalu cukup sekali"
    " hampir segera kembali sendiri masing ialah merupakan",
    "tahun hari bulan minggu pekan jam menit waktu kini sekarang kemarin besok senin selasa rabu kamis jumat sabtu"
    " ahad januari februari maret april mei juni juli agustus september oktober november desember pagi siang sore"
    " malam dini orang warga masyarakat negara pemerintah presiden menteri wakil ketua kepala pihak kota daerah"
    " wilayah desa kawasan indonesia jakarta mengatakan menyatakan menyebut menyebutkan mengungkapkan menjelaskan"
    " menambahkan menegaskan melakukan memberikan menjadi membuat mengambil menggunakan mendapat mendapatkan memiliki"
    " mempunyai terjadi dilakukan diberikan dibuat baru lama besar kecil tinggi rendah baik buruk penting utama"
    " pertama kedua ketiga terakhir lain lainnya sebelumnya selanjutnya berikutnya bersama sama nasional dunia"
    " internasional hasil jumlah bagian tempat rumah jalan anak ibu bapak keluarga nama berita laporan foto video"
    " baca media juta miliar ribu ratus persen rupiah rp program rencana kegiatan kerja usaha masalah kondisi proses"
    " upaya langkah bentuk data informasi terkait adanya",
    "politik ekonomi hukum sosial budaya agama pendidikan kesehatan keamanan perang damai militer polisi tentara tni"
    " polri kpk dpr mahkamah pengadilan hakim jaksa tersangka korban pelaku kasus dugaan korupsi pidana penjara tewas"
    " luka meninggal kecelakaan gempa banjir longsor kebakaran bencana hujan cuaca angin laut gunung udara air tanah"
    " hutan gubernur bupati wali camat anggota partai pemilu calon kandidat suara kampanye koalisi sidang rapat"
    " pertemuan kunjungan pembicaraan kesepakatan perjanjian hubungan kerja sama kerjasama kebijakan peraturan aturan"
    " undang keputusan putusan pernyataan konferensi pers juru bicara duta besar kedutaan kementerian lembaga badan"
    " dinas kantor perusahaan bank pasar saham harga inflasi ekspor impor investasi pajak anggaran utang dana uang"
    " dolar bisnis industri produksi produk pabrik energi minyak gas listrik batu bara sawit beras pangan pertanian"
    " petani nelayan buruh pekerja sekolah siswa guru kampus mahasiswa universitas dokter pasien rumah sakit virus"
    " vaksin obat teknologi internet aplikasi ponsel mobil motor kereta pesawat kapal bandara pelabuhan stasiun tol"
    " lalu lintas penumpang transportasi olahraga sepak bola timnas liga klub pemain pelatih gol laga pertandingan"
    " kemenangan kalah menang juara piala film musik artis penyanyi konser wisata turis hotel restoran makanan"
    " pemimpin tokoh pejabat mantan direktur komisaris perdana sekretaris jenderal kolonel komandan panglima pasukan"
    " serangan menyerang ditembak tembak bom senjata rudal drone jenazah evakuasi bantuan pengungsi sanksi ancaman"
    " mengancam memperingatkan peringatan kekhawatiran khawatir mendukung dukungan menolak penolakan kritik"
    " mengkritik menuduh tuduhan membantah meminta permintaan mengajak menyampaikan menerima penerimaan mengirim"
    " pengiriman mengunjungi berkunjung bertemu tiba datang pergi berangkat pulang masuk keluar naik turun meningkat"
    " meningkatkan peningkatan menurun penurunan mencapai mengalami menghadapi mengembangkan pengembangan membangun"
    " pembangunan mengatur mengatasi menangani penanganan memastikan menjaga menjalani mengikuti mengadakan menggelar"
    " digelar berlangsung berjalan dimulai mulai berakhir akhir awal selesai tengah pusat utara selatan timur barat"
    " asia eropa amerika serikat as china tiongkok jepang inggris pbb asean nato kemungkinan kemampuan kekuatan kuat"
    " kekuasaan kepentingan keinginan kehidupan hidup mati muda tua pria wanita perempuan laki sejumlah berbagai"
    " seluruh total sisa ke-2 berbeda berharap harapan tujuan alasan sebab dampak peran posisi situasi sistem model"
    " jenis kelompok organisasi komunitas umum publik swasta resmi langsung penuh khusus bebas terbuka ditutup dibuka"
    " dianggap dinilai diketahui diperkirakan diduga dilaporkan dikabarkan diharapkan ditetapkan dijadwalkan disebut"
    " dikatakan negeri terus lanjut lebih-lebih banyaknya kebutuhan membutuhkan mencari menemukan ditemukan menunggu"
    " mencoba mempertahankan menyelesaikan penyelesaian perubahan berubah perbedaan pengalaman pengaruh kesempatan"
    " peluang tantangan tanggung jawab hak kewajiban perlu diperlukan penelitian ahli pakar pengamat analis peneliti"
    " menilai penilaian dasar daftar tingkat nilai angka tanggapan menanggapi sikap tegas serius jauh dekat cepat"
    " lambat mudah sulit sedikitnya setidaknya sebagian mayoritas rata sisi ujung titik arah jarak luas panjang berat"
    " ringan murah mahal tercatat terdapat termasuk berada berasal berupa bekerja bermain belajar berbicara berjanji"
    " percaya yakin mengetahui melihat terlihat mendengar merasa membawa membantu menunjukkan menyusul menuju"
    " menjelang",
)
_EN = (
    "the of and to in a for on that with is was as at by it from be are has have had will not but this which were"
    " been an or its their his her he she they said who after over about more would than also when into out up all"
    " first one two three four five no if so what them we our you i him my your these those can could may might must"
    " should shall do does did done being there here where why how while during before between against under through"
    " since until because though although only just even still such some any each every many most much few other"
    " another same own very too then now again both either neither nor yet among per via within without amid around"
    " across along away off down onto upon s t re ve ll don isn aren wasn didn couldn wouldn us me it's",
    "year years day days week month time today yesterday tomorrow monday tuesday wednesday thursday friday saturday"
    " sunday january february march april may june july august september october november december people man woman"
    " men women country countries state states world government president minister official officials city new last"
    " next old long big small high low good bad great part place home house way case number group company police"
    " court told says say according added reported report news statement asked made make making take taken took get"
    " got go going come came see saw know think want need use used work working called call set put give given show"
    " showed like back local national international public million billion thousand percent read photo image file"
    " plan plans end start",
    "political economy economic law legal social security war peace military army police troops soldiers forces"
    " attack killed wounded injured died death dead victims crash fire flood earthquake storm rain weather climate"
    " water food oil gas energy power price prices market markets shares stock bank trade export exports import tax"
    " budget debt money dollar dollars business industry factory workers union jobs school students university"
    " hospital health doctors patients virus vaccine technology internet data phone car train plane ship airport port"
    " road traffic sport football match team league club player players coach goal win won lost cup film music show"
    " star tourists election vote voters party parliament congress senate lawmakers opposition campaign leader"
    " leaders prime foreign defence defense secretary general chief head director chairman member members former"
    " spokesman spokesperson spokeswoman ministry agency office department embassy ambassador diplomat diplomatic"
    " talks meeting meet met visit visited visiting summit agreement deal treaty cooperation relations ties support"
    " supported condemn condemned warned warning concern concerns threat threats sanctions accused denied claim"
    " claimed decision policy order judge trial prison arrested charges investigation evidence north south east west"
    " american european asian united nations nato strategic regional central early late near several including"
    " expected since following growing increased increase rise fell level issue problem question result right rights"
    " future process system program programme project effort step move current recent major top key full open close"
    " strong likely possible human life family children young"
    " held hold holds holding received receive receives expressed saying thanks present presented wrote spoke speak"
    " speaking called calls agreed agree believe believed thought known means meant looks seen find found keep kept"
    " turned brought bring left leave leaving remain remained became become led lead leads sent send paid pay"
    " important special possible different able available total average message letter word words body",
)
_KO = (
    "이 그 저 것 수 등 및 더 또 또는 그리고 그러나 하지만 또한 그런데 따라서 그래서 때문 때문에 위해 위한 대한 대해"
    " 통해 따라 따르면 관련 함께 가운데 중 후 전 뒤 이후 이전 동안 경우 정도 만큼 모두 다시 이미 아직 매우 가장 특히"
    " 이날 이번 지난 오는 있다 있는 있었다 없다 없는 했다 하는 한다 하고 해 할 된다 되는 됐다 이다 아니다 밝혔다"
    " 전했다 말했다 덧붙였다 설명했다 강조했다 보도했다 것으로 것이라고 것이다 것은 있다고 했다고 한다고 라며 이라고"
    " 이라며 면서 이어 어떤 모든 각 여러 다른 같은 이런 그런 우리 나 너 그는 그녀 자신 누구 무엇 어디 언제 왜 어떻게",
    "올해 내년 작년 오늘 어제 내일 오전 오후 월요일 화요일 수요일 목요일 금요일 토요일 일요일 시간 날 년 월 일 명 개"
    " 건 차례 대통령 정부 장관 기자 뉴스 사진 국가 나라 사람 국민 주민 지역 도시 세계 국제 한국 서울 미국 문제 상황"
    " 계획 결과 내용 최근 현재 당시 처음 첫 새 큰 작은 많은 높은 낮은 좋은 중요 주요 일부 전체 약 만 억 조 퍼센트"
    " 발표 보도 관계자 당국 측",
    "정치 경제 법 사회 안보 전쟁 평화 군사 군 경찰 병력 공격 사망 부상 사고 화재 홍수 지진 태풍 비 날씨 기후 물 식량"
    " 석유 가스 에너지 전력 가격 시장 주가 은행 무역 수출 수입 세금 예산 돈 달러 원 기업 회사 산업 공장 노동자 학교"
    " 학생 대학 병원 건강 의사 환자 백신 기술 인터넷 데이터 자동차 열차 항공기 선박 공항 항구 도로 스포츠 축구 경기"
    " 팀 선수 감독 우승 영화 음악 선거 투표 정당 국회 의원 여당 야당 후보 대표 지도자 총리 외교 외교부 국방 국방부"
    " 위원장 위원회 대변인 대사 회담 회의 방문 정상 정상회담 합의 협정 협력 관계 지원 지지 비판 규탄 경고 우려 위협"
    " 제재 주장 부인 결정 정책 판사 재판 검찰 수사 혐의 북부 남부 동부 서부 중국 일본 유럽 유엔 아시아 성명 기자회견"
    " 가능성 강화 확대 증가 감소 추진 개최 참석 논의 진행 시작",
)
_RU = (
    "и в на с по о об не что из к за от для как это его у был была было были быть до при также будет а но они он она"
    " её их который которая которое которые которых которого которой которым котором после или во со то так же бы ли"
    " да нет мы вы я ты нас вас нам вам им ему ей меня себя свой своей своих своего если чтобы когда где там тут"
    " здесь этот эта эти этого этом этой этим тот та те того тому том тем все всех всё весь вся еще ещё уже только"
    " может могут можно нужно есть один одна одно два две три четыре пять через между против под над без перед среди"
    " около ранее более менее очень самый какой чем кто ни раз потом теперь тогда однако хотя поэтому потому пока"
    " лишь даже именно сам сама сами ним них несколько многие другие другой других сейчас",
    "год года году годы лет день дня дней неделя неделе месяц месяца время времени часов понедельник вторник среду"
    " четверг пятницу субботу воскресенье января февраля марта апреля мая июня июля августа сентября октября ноября"
    " декабря сегодня вчера завтра человек человека люди людей страна страны стране стран мир мира мире россия россии"
    " россию российский российской российских российского москва москвы москве президент президента министр власти"
    " глава главы город города область области сказал сказала сообщил сообщила сообщает сообщили сообщение"
    " заявил заявила заявили отметил добавил рассказал словам данным информации новости фото новый новые новых новая"
    " первый первая первой большой последний тысяч миллионов процентов рублей компания компании дом дома"
    " дело дела часть части место результате который связи вопрос вопросы",
    "политика политический экономика экономики экономический закон закона право общество безопасность безопасности"
    " война войны мир военный военные военных армия армии полиция войска силы атака удар погиб погибли ранены авария"
    " пожар наводнение землетрясение погода вода нефть нефти газ газа энергия цена цены рынок рынка банк торговля"
    " экспорт импорт налог бюджет деньги долларов бизнес завод рабочие школа студенты университет больница врачи"
    " вакцина технологии интернет автомобиль поезд самолет судно аэропорт порт дорога спорт футбол матч команда клуб"
    " игрок тренер победа кубок фильм музыка выборы голосование партия парламент депутат кандидат лидер премьер"
    " министерство мид минобороны секретарь генерал директор представитель посол посольство переговоры встреча"
    " встречи визит саммит соглашение договор сотрудничество сотрудничества отношения отношений поддержка осудил"
    " предупредил угроза санкции санкций обвинил решение решения суд суда следствие дело задержан арест север юг"
    " восток запад сша европа оон нато украина украины китай региональный международный международных государственный"
    " совет совета комитет развитие развития помощь проект"
    " говорит говорится передает пишет считает подчеркнул подчеркнула пояснил уточнил напомнил объявил"
    " агентство газета издание журналист корреспондент интервью эксперт эксперты мнение например случае стороны сторона"
    " стороной конца начала ходе целью речь слов заседание документ поддержка поддержал стал стала стали начал начали",
)
_ZH = (
    "的 了 和 是 在 有 不 也 就 都 与 及 或 而 但 但是 因为 所以 如果 这 那 这个 那个 他 她 它 我 你 我们 他们 自己"
    " 一个 一些 这些 那些 以及 并 并且 还 又 再 很 更 最 被 把 对 从 到 向 为 为了 由 于 关于 根据 通过 进行 可以"
    " 可能 已经 正在 将 会 要 没有 之 之后 之前 以来 其中 其 此 该 等 等等 表示 指出 说 称 同时 此外 因此 然而 虽然"
    " 什么 怎么 谁 哪",
    "今年 去年 明年 今天 昨天 明天 上午 下午 星期 月 日 年 时间 国家 政府 总统 部长 人民 人 城市 地区 世界 国际 中国"
    " 美国 北京 问题 情况 计划 结果 报道 记者 新闻 图片 消息 最近 目前 当时 第一 首次 新 大 小 多 高 主要 部分 万 亿"
    " 百分之",
    "政治 经济 法律 社会 安全 战争 和平 军事 军队 警方 部队 袭击 死亡 受伤 事故 火灾 洪水 地震 台风 天气 气候 粮食"
    " 石油 天然气 能源 电力 价格 市场 股市 银行 贸易 出口 进口 税 预算 美元 企业 公司 产业 工厂 工人 学校 学生 大学"
    " 医院 健康 医生 患者 疫苗 技术 互联网 数据 汽车 火车 飞机 船只 机场 港口 公路 体育 足球 比赛 球队 球员 教练 冠军"
    " 电影 音乐 选举 投票 政党 议会 议员 候选人 领导人 总理 外交 外交部 外长 国防 国防部 主席 委员会 发言人 大使 会谈"
    " 会议 会见 访问 峰会 协议 条约 合作 关系 支持 谴责 警告 担忧 威胁 制裁 指控 否认 决定 政策 法院 审判 检方 调查"
    " 日本 欧洲 联合国 亚洲 声明 发展 加强 推动 举行 双方",
)
_JA = (
    "の に は を が と で も へ や から まで より など した して する いる ある なる れる られる ない です ます だ"
    " である という として について によると による ため こと もの よう また そして しかし さらに この その あの これ"
    " それ ここ そこ 彼 彼女 私 我々 同 各 約 以上 以下 以降 以前 ほか 一方 述べた 発表した 明らかに",
    "今年 昨年 来年 今日 昨日 明日 午前 午後 月曜 火曜 水曜 木曜 金曜 土曜 日曜 時間 国 政府 大統領 首相 大臣 人 市民"
    " 都市 地域 世界 国際 日本 東京 米国 問題 状況 計画 結果 報道 記者 ニュース 写真 最近 現在 当時 初めて 新 大 小"
    " 多 高 主要 一部 万 億 パーセント",
    "政治 経済 法律 社会 安全 安全保障 戦争 平和 軍事 軍 警察 部隊 攻撃 死亡 負傷 事故 火災 洪水 地震 台風 天気 気候"
    " 食料 石油 ガス エネルギー 電力 価格 市場 株 銀行 貿易 輸出 輸入 税 予算 ドル 企業 会社 産業 工場 労働者 学校"
    " 学生 大学 病院 健康 医師 患者 ワクチン 技術 インターネット データ 自動車 列車 航空機 船 空港 港 道路 スポーツ"
    " サッカー 試合 チーム 選手 監督 優勝 映画 音楽 選挙 投票 政党 議会 議員 候補 指導者 外交 外務省 外相 国防 国防相"
    " 委員会 報道官 大使 会談 会議 訪問 首脳 首脳会談 合意 条約 協力 関係 支援 支持 非難 警告 懸念 脅威 制裁 主張"
    " 否定 決定 政策 裁判 検察 捜査 容疑 中国 欧州 国連 アジア 声明 強化 開催",
)
_AR = (
    "في من على إلى عن مع أن إن هذا هذه ذلك تلك التي الذي الذين هو هي هم كان كانت يكون قد لا لم لن ما كما أو و ثم بعد"
    " قبل خلال بين حتى عند كل بعض غير أي نحو حول ضد منذ لكن بل إذا حيث أيضا وقد وكان وأن قال قالت وقال وأضاف أضاف أكد"
    " أكدت وأكد ذكرت أوضح أعلن أعلنت له لها لهم به بها فيه فيها منه منها عليه عليها أنه أنها لأن أكثر أقل جدا فقط"
    " كذلك هناك",
    "اليوم أمس غدا عام العام شهر أسبوع يوم الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد يناير فبراير مارس"
    " أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الساعة رئيس الرئيس وزير حكومة الحكومة دولة الدولة"
    " البلاد مدينة منطقة المنطقة العالم الدولي الدولية الناس شخص أشخاص مليون مليار ألف بالمئة خبر أخبار صورة تقرير"
    " وكالة جديد جديدة كبير كبيرة أول الأول آخر الأخيرة",
    "السياسة السياسية الاقتصاد الاقتصادي قانون القانون الأمن الأمني الحرب السلام العسكري العسكرية الجيش الشرطة قوات"
    " القوات هجوم قتل قتلى جرحى حادث حريق فيضانات زلزال الطقس المياه النفط الغاز الطاقة أسعار السوق البنك التجارة"
    " الصادرات الواردات الضرائب الميزانية دولار شركة الشركة مصنع العمال مدرسة طلاب جامعة مستشفى الصحة لقاح"
    " التكنولوجيا الإنترنت سيارة قطار طائرة سفينة مطار ميناء كرة القدم مباراة فريق لاعب مدرب بطولة فيلم موسيقى"
    " انتخابات تصويت حزب برلمان نائب زعيم الخارجية الدفاع المتحدث السفير محادثات اجتماع لقاء زيارة قمة اتفاق اتفاقية"
    " تعاون التعاون علاقات العلاقات دعم إدانة تحذير قلق تهديد عقوبات اتهام نفى قرار محكمة تحقيق أمريكا الولايات"
    " المتحدة الأمم أوروبا الصين مجلس",
)
_FR = (
    "le la les l un une des de du d et à au aux en dans sur pour par avec sans sous entre vers chez ce cet cette ces"
    " c il elle ils elles on nous vous je tu me te se s son sa ses leur leurs notre votre qui que qu quoi dont où ne"
    " n pas plus moins est sont était étaient être été a ont avait avaient avoir ayant sera seront serait fait faire"
    " peut peuvent doit mais ou donc car ni si comme quand lorsque après avant depuis pendant aussi ainsi encore déjà"
    " très tout tous toute toutes même autre autres deux trois quatre cinq y lui eux cela celui celle ceux dit"
    " déclaré selon afin alors contre jusqu lors puis toujours jamais bien chaque quelques plusieurs",
    "an ans année années jour jours semaine mois heure heures temps lundi mardi mercredi jeudi vendredi samedi"
    " dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre aujourd hui hier"
    " demain homme femme personnes gens pays état monde gouvernement président ministre ville région france français"
    " française paris nouveau nouvelle nouveaux premier première dernier dernière grand grande petit partie fois"
    " place cas groupe annoncé affirmé indiqué expliqué ajouté rapporté agence presse photo millions milliards pour"
    " cent euros national international internationale public depuis",
    "politique économie économique loi droit social sécurité guerre paix militaire militaires armée police troupes"
    " soldats forces attaque tués morts blessés accident incendie inondations séisme météo climat eau pétrole gaz"
    " énergie prix marché banque commerce exportations importations impôt budget dette argent dollars entreprise"
    " entreprises industrie usine travailleurs école élèves université hôpital santé médecins vaccin technologie"
    " internet voiture train avion navire aéroport port route sport football match équipe joueur entraîneur victoire"
    " coupe film musique élection vote parti parlement député opposition campagne dirigeant chef premier affaires"
    " étrangères défense ministère porte parole ambassadeur ambassade diplomatie discussions rencontre réunion visite"
    " sommet accord traité coopération relations soutien condamné averti inquiétude menace sanctions accusé démenti"
    " décision justice procès prison enquête nord sud est ouest américain européen nations unies otan conseil"
    " stratégique programme projet",
)
_DE = (
    "der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei mit nach von vom"
    " zu zum zur für über unter vor hinter zwischen durch gegen ohne um bis seit während wegen ist sind war waren"
    " sein gewesen hat haben hatte hatten wird werden wurde wurden worden kann können konnte muss müssen soll sollen"
    " will wollen darf nicht kein keine auch nur noch schon sehr mehr weniger so wie als wenn dass ob weil da dann"
    " denn doch er sie es wir ihr ich ihm ihn ihnen sich seine seiner seinen ihre ihrer ihren dieser diese dieses"
    " diesem diesen welche was wer wo man alle alles andere anderen einige viele zwei drei vier fünf sagte sagt hier"
    " dort damit dabei dazu davon jedoch bereits sowie laut etwa rund",
    "jahr jahre jahren tag tage woche monat zeit uhr montag dienstag mittwoch donnerstag freitag samstag sonntag"
    " januar februar märz april mai juni juli august september oktober november dezember heute gestern morgen"
    " menschen mann frau land länder staat welt regierung präsident minister stadt region deutschland deutsche"
    " deutschen berlin neue neuen neuer erste ersten letzte letzten große großen teil fall gruppe erklärte teilte mit"
    " berichtete hieß bericht nachrichten agentur foto bild millionen milliarden prozent euro national international"
    " ende anfang",
    "politik politische wirtschaft wirtschaftliche gesetz recht soziale sicherheit krieg frieden militär militärische"
    " armee polizei truppen soldaten streitkräfte angriff getötet tote verletzt unfall brand hochwasser erdbeben"
    " wetter klima wasser öl gas energie preise markt bank handel export import steuer haushalt geld dollar"
    " unternehmen industrie fabrik arbeiter schule schüler universität krankenhaus gesundheit ärzte impfstoff"
    " technologie internet auto zug flugzeug schiff flughafen hafen straße sport fußball spiel mannschaft spieler"
    " trainer sieg pokal film musik wahl wähler partei parlament abgeordnete opposition chef außenminister"
    " verteidigungsminister ministerium sprecher botschafter botschaft gespräche treffen besuch gipfel abkommen"
    " vertrag zusammenarbeit beziehungen unterstützung verurteilte warnte sorge drohung sanktionen vorwurf wies"
    " zurück entscheidung gericht prozess haft ermittlungen nord süd ost west usa europa vereinten nationen nato rat"
    " strategische programm projekt",
)
_ES = (
    "el la los las lo un una unos unas de del a al y e o u en con por para sin sobre entre hasta desde hacia contra"
    " según durante tras ante bajo que qué quien quienes cual cuales cuyo donde cuando como cómo si no ni ya muy más"
    " menos tan también pero sino porque aunque pues es son era eran ser sido fue fueron será serán está están estaba"
    " ha han había habían haber hay tiene tienen tenía tener puede pueden debe deben hace hacer hecho se su sus le"
    " les me te nos mi él ella ellos ellas este esta estos estas ese esa esos esas aquel eso esto todo todos toda"
    " todas otro otra otros otras mismo cada dos tres cuatro cinco dijo dice así luego después antes ahora entonces"
    " aún sólo solo además mientras",
    "año años día días semana mes meses hora horas tiempo lunes martes miércoles jueves viernes sábado domingo enero"
    " febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre hoy ayer mañana persona"
    " personas hombre mujer gente país países estado mundo gobierno presidente ministro ciudad región españa español"
    " nuevo nueva nuevos primer primera último última gran grande parte vez caso grupo anunció afirmó indicó explicó"
    " señaló aseguró informó agencia prensa foto millones mil por ciento dólares nacional internacional público",
    "política político economía económica ley derecho social seguridad guerra paz militar militares ejército policía"
    " tropas soldados fuerzas ataque muertos heridos accidente incendio inundaciones terremoto clima agua petróleo"
    " gas energía precio precios mercado banco comercio exportaciones importaciones impuesto presupuesto deuda dinero"
    " empresa empresas industria fábrica trabajadores escuela estudiantes universidad hospital salud médicos vacuna"
    " tecnología internet coche tren avión barco aeropuerto puerto carretera deporte fútbol partido equipo jugador"
    " entrenador victoria copa película música elecciones voto votación congreso parlamento diputado oposición"
    " campaña líder líderes primer canciller exteriores defensa ministerio portavoz embajador embajada diplomacia"
    " conversaciones reunión encuentro visita cumbre acuerdo tratado cooperación relaciones apoyo condenó advirtió"
    " preocupación amenaza sanciones acusó negó decisión tribunal juicio prisión investigación norte sur este oeste"
    " estados unidos europa naciones unidas otan consejo estratégica programa proyecto",
)
_VI = (
    "và của các là có cho được trong với một những không người đã này khi để từ đến tại trên dưới về cũng như nhưng"
    " hoặc vì nên thì mà do bởi theo sau trước giữa ngoài ra vào lên xuống đi lại sẽ đang vẫn còn rất hơn nhất cùng"
    " bị phải cần nếu tuy dù nào gì ai đâu sao bao nhiêu mình tôi chúng ta họ ông bà anh chị nó đó đây kia ấy mọi mỗi"
    " từng hai ba bốn năm nói biết thấy rằng đều chỉ chưa thêm vừa mới qua lúc nay",
    "năm tháng ngày tuần giờ phút hôm thứ sáng chiều tối thời gian nước quốc gia chính phủ tổng thống bộ trưởng dân"
    " nhân thành phố tỉnh khu vực thế giới việt nam hà nội tin báo ảnh phóng viên bản cho hay tuyên bố thông cáo lớn"
    " nhỏ nhiều cao thấp tốt đầu tiên cuối triệu tỷ nghìn phần trăm đồng số việc vấn đề kế hoạch kết quả",
    "chính trị kinh tế luật pháp xã hội an ninh chiến tranh hòa bình quân sự đội cảnh sát binh sĩ lực lượng tấn công"
    " chết thương tai nạn cháy lũ động đất bão thời tiết khí hậu nước dầu năng điện giá thị trường ngân hàng mại xuất"
    " khẩu nhập thuế sách tiền đô la ty doanh nghiệp ngành nhà máy lao học sinh viên đại bệnh viện sức khỏe bác"
    " vaccine nghệ mạng dữ liệu xe tàu bay sân cảng đường thể thao bóng đá trận cầu thủ huấn luyện vô địch phim nhạc"
    " bầu cử đảng quốc biểu lãnh đạo tướng ngoại giao phòng phát ngôn sứ đàm cuộc gặp họp thăm chuyến thượng đỉnh"
    " thỏa thuận hiệp ước hợp tác quan hệ ủng hộ lên án báo lo ngại đe dọa trừng phạt cáo buộc bỏ quyết định tòa điều"
    " tra bắc nam đông tây mỹ châu âu liên đồng lược chương trình dự triển tăng cường tổ chức",
)

BANDS: dict[str, tuple[str, str, str]] = {
    "id": _ID,
    "en": _EN,
    "ko": _KO,
    "ru": _RU,
    "zh": _ZH,
    "ja": _JA,
    "ar": _AR,
    "fr": _FR,
    "de": _DE,
    "es": _ES,
    "vi": _VI,
}
