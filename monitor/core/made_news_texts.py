"""The sentences of `core.made_news`: by language, one string a subject; its first two lines are headlines.

All written for this project; no event, person or figure in them is real. `{p}` is a place, `{o}` a body, `{s}` a
speaker, `{d}` a day, `{c}` a country (`made_news.SLOTS`), `{n}` a number.
"""

from __future__ import annotations

_ID = (
    """
Banjir rendam {n} rumah di {p}, warga mengungsi
Hujan deras picu banjir di {p}
Hujan deras sejak {d} malam menyebabkan sungai di {p} meluap dan merendam permukiman warga.
Sedikitnya {n} rumah terendam air setinggi satu meter.
Petugas mengevakuasi lansia dan anak-anak dengan perahu karet.
"Kami butuh selimut dan air bersih," kata {s}, seorang warga.
{o} mendirikan dapur umum di balai desa.
Jalan utama menuju kota terputus karena jembatan rusak.
Hujan diperkirakan masih turun hingga akhir pekan.
""",
    """
Harga beras di {p} naik {n} persen, ibu rumah tangga mengeluh
Stok beras aman, {o} minta pedagang tidak menimbun
Harga beras medium di pasar tradisional {p} naik sejak {d}.
Pedagang mengatakan pasokan dari petani berkurang karena musim kemarau.
{o} berjanji menggelar operasi pasar pekan depan.
"Biasanya saya beli lima kilogram, sekarang tiga," ujar {s}.
Pemerintah menyiapkan impor dari {c} untuk menutup kekurangan.
Harga cabai dan minyak goreng juga ikut naik.
""",
    """
Gol menit akhir bawa tim {p} ke final
Pelatih tim {p} mundur usai kalah {n} kali
Tim sepak bola {p} menang tipis dalam laga kandang pada {d}.
Gol tunggal dicetak {s} melalui sundulan pada menit terakhir.
Pelatih memuji kerja keras para pemain muda.
Kiper tamu dua kali menggagalkan peluang emas.
Ribuan suporter merayakan kemenangan di jalan raya.
Laga berikutnya digelar melawan klub dari {c}.
""",
    """
KPK periksa pejabat {p} soal proyek jalan
Jaksa tuntut mantan bupati {n} bulan penjara
Penyidik memeriksa {s}, pejabat di {p}, sebagai saksi kasus dugaan korupsi pengadaan.
Kerugian negara ditaksir mencapai {n} miliar rupiah.
Tersangka membantah menerima suap dari kontraktor.
{o} menyerahkan dokumen lelang kepada penyidik.
Sidang perdana dijadwalkan pada {d}.
Pegiat antikorupsi meminta hakim menjatuhkan hukuman berat.
""",
    """
Gempa guncang {p}, tidak berpotensi tsunami
Warga {p} berhamburan saat gempa
Gempa bumi mengguncang {p} pada {d} dini hari dan dirasakan selama beberapa detik.
Pusat gempa berada di laut pada kedalaman {n} kilometer.
Warga berlarian keluar rumah dan bertahan di lapangan.
Belum ada laporan korban jiwa, kata {o}.
Beberapa dinding sekolah retak.
{s} meminta warga waspada terhadap gempa susulan.
""",
    """
Rupiah melemah ke level terendah dalam {n} pekan
Bursa saham ditutup turun, investor asing keluar
Nilai tukar rupiah melemah terhadap dolar pada perdagangan {d}.
Analis {s} menyebut pasar menunggu keputusan suku bunga bank sentral Amerika Serikat.
Indeks harga saham gabungan turun, dipimpin saham perbankan dan tambang.
{o} mengatakan cadangan devisa masih kuat.
Ekspor ke {c} turun karena permintaan melambat.
Pengusaha berharap bunga kredit tidak naik.
""",
    """
Wisatawan ke {p} melonjak saat libur panjang
Festival budaya {p} digelar, hotel penuh
Jumlah wisatawan yang datang ke {p} naik selama libur panjang.
Tingkat hunian hotel mencapai {n} persen, kata {s}.
Turis dari {c} paling lama menginap.
Pedagang suvenir menambah stok kain tenun.
{o} menyiapkan bus gratis menuju pantai.
Pengunjung diminta menjaga kebersihan.
""",
    """
Kasus demam berdarah di {p} bertambah jadi {n}
Rumah sakit {p} tambah ruang perawatan anak
Jumlah pasien demam berdarah di {p} terus bertambah sejak awal bulan.
Dokter {s} mengingatkan warga menguras bak mandi.
Vaksin tersedia di puskesmas mulai {d}.
{o} mengirim tenaga kesehatan tambahan.
Sebagian besar pasien adalah anak-anak.
Penelitian bersama ilmuwan {c} masih berjalan.
""",
    """
Jalan tol ke {p} beroperasi tanpa tarif
Kereta cepat ke {p} ditargetkan rampung tahun depan
Jalan tol menuju {p} dibuka untuk umum pada {d}.
Waktu tempuh berkurang menjadi {n} menit.
{o} belum menetapkan tarif.
Sopir truk {s} senang karena ongkos solar berkurang.
Pembangunan stasiun dikerjakan perusahaan dari {c}.
Warga di sekitar proyek menuntut ganti rugi lahan.
""",
    """
Siswa {p} raih emas olimpiade sains di {c}
Guru honorer di {p} menanti pengangkatan
Pelajar dari {p} meraih medali emas dalam olimpiade sains tingkat dunia.
Lomba diikuti {n} peserta dari puluhan negara.
{s}, gurunya, mengatakan latihan dilakukan setiap sore.
{o} menjanjikan beasiswa sampai perguruan tinggi.
Orang tua siswa menunggu di bandara pada {d}.
Sekolah kekurangan laboratorium.
""",
    """
Calon wali kota {p} adu gagasan dalam debat
Partai di {p} umumkan koalisi menjelang pilkada
Debat calon wali kota {p} berlangsung panas pada {d} malam.
Para calon membahas macet, sampah, dan lapangan kerja.
Survei menunjukkan selisih suara hanya {n} persen.
Pengamat politik {s} menilai pemilih muda menjadi penentu.
{o} mengingatkan larangan politik uang.
Pemungutan suara digelar akhir tahun.
""",
    """
Film tentang nelayan {p} tayang di festival {c}
Konser penyanyi asal {c} di {p} ditunda
Film karya sutradara {s} diputar pada {d} dan mendapat tepuk tangan panjang.
Cerita berpusat pada keluarga nelayan di {p}.
Album baru grup itu terjual {n} ribu keping.
Penonton mengantre tiket sejak pagi.
Aktris utamanya pernah bermain dalam serial drama Korea Selatan.
{o} mendukung produksi film daerah.
""",
    """
Aplikasi buatan anak {p} dipakai {n} ribu petani
Kebocoran data, {o} panggil perusahaan rintisan
Perusahaan rintisan dari {p} meluncurkan aplikasi untuk memantau tanaman.
Pendirinya, {s}, mendapat modal dari investor {c}.
Data pengguna dilaporkan bocor pada {d}.
{o} meminta penjelasan tentang keamanan server.
Ponsel pintar murah membuat petani mudah mengakses internet.
Pesaing dari luar negeri mulai masuk pasar.
""",
    """
Kebakaran hutan di {p} meluas, kabut asap tebal
Pabrik sawit di {p} disegel karena limbah
Titik panas di {p} bertambah menjadi {n} dalam sepekan.
Kabut asap mengganggu penerbangan dan sekolah.
Helikopter menjatuhkan air sejak {d}.
{s} dari kelompok lingkungan meminta izin perusahaan dicabut.
{o} menyegel pabrik yang membuang limbah ke sungai.
Negara tetangga seperti Malaysia dan Singapura ikut mengeluh.
""",
    """
Buruh di {p} mogok menuntut kenaikan upah
Pekerja migran asal {p} dipulangkan dari {c}
Ribuan buruh pabrik di {p} berunjuk rasa pada {d}.
Mereka menuntut upah minimum naik {n} persen.
{s}, ketua serikat, mengatakan biaya hidup makin berat.
Perusahaan menawarkan tunjangan makan.
{o} menjadi penengah dalam perundingan.
Pekerja migran dari {c} tiba di bandara tanpa dokumen.
""",
    """
Rusia serang kota di Ukraina timur dengan drone
Ukraina tembak jatuh {n} drone Rusia
Militer Rusia melancarkan serangan rudal dan drone ke sejumlah kota di Ukraina pada {d} dini hari.
Sedikitnya {n} orang luka dan listrik padam di beberapa wilayah.
Presiden Ukraina meminta sistem pertahanan udara tambahan dari sekutu Barat.
Kremlin mengatakan sasaran serangan adalah pabrik senjata.
Moskow menuduh Kyiv menyerang gudang minyak di wilayah Rusia.
NATO mengadakan pertemuan untuk membahas bantuan amunisi.
{s}, pengamat militer, menilai perang akan berlangsung lama.
""",
    """
Korea Utara tembakkan rudal balistik ke Laut Jepang
Kim Jong Un awasi uji coba mesin roket
Korea Utara menembakkan rudal balistik jarak pendek pada {d} pagi, kata militer Korea Selatan.
Rudal terbang sejauh {n} kilometer sebelum jatuh di laut.
Pemimpin Korea Utara Kim Jong Un mengawasi uji coba itu bersama putrinya, menurut media pemerintah di Pyongyang.
Amerika Serikat dan Jepang mengecam peluncuran tersebut sebagai pelanggaran resolusi Dewan Keamanan PBB.
Seoul meningkatkan pengawasan di perbatasan.
Menteri Luar Negeri Korea Selatan mendesak Pyongyang kembali ke meja perundingan.
Analis {s} mengatakan program nuklir Korea Utara terus berkembang.
""",
    """
Presiden Rusia bertemu pemimpin {c} di Moskow
Putin dan perdana menteri {c} bahas gas
Presiden Rusia Vladimir Putin menerima pemimpin {c} di Kremlin pada {d}.
Kedua pemimpin menandatangani perjanjian kerja sama energi senilai {n} juta dolar.
Juru bicara Kremlin mengatakan pembicaraan berlangsung hangat.
Putin menerima undangan untuk berkunjung ke {c} tahun depan.
Amerika Serikat memperingatkan sanksi terhadap perusahaan yang membeli minyak Rusia.
Menteri Luar Negeri Sergey Lavrov ikut dalam pertemuan itu.
{s}, pengamat hubungan internasional, menyebut kunjungan itu penting.
""",
    """
Amerika Serikat dan China kembali berunding soal tarif
China balas tarif AS dengan bea masuk {n} persen
Perundingan dagang antara Amerika Serikat dan China dilanjutkan pada {d}.
Washington mengancam menaikkan tarif atas mobil listrik.
Beijing menyebut langkah itu merusak hubungan kedua negara.
Perusahaan teknologi meminta pengecualian untuk cip.
Bursa di {c} turun karena kekhawatiran perang dagang.
{s}, ekonom, memperkirakan kesepakatan masih jauh.
""",
    """
Presiden Korea Selatan kunjungi {c}, teken kerja sama senjata
Korea Selatan ekspor tank ke {c}
Presiden Korea Selatan tiba di {c} pada {d} untuk kunjungan kenegaraan.
Kedua negara menandatangani kerja sama industri pertahanan.
Nilai kontrak senjata mencapai {n} juta dolar.
Menteri Pertahanan menyebut kemitraan strategis itu bersejarah.
Pabrik pesawat tempur akan dibangun bersama.
{s} dari lembaga kajian di Seoul memuji langkah tersebut.
""",
    """
Dewan Keamanan PBB bahas gencatan senjata di Gaza
Israel dan Hamas bertukar sandera
Dewan Keamanan PBB gagal mengesahkan resolusi tentang gencatan senjata di Gaza pada {d}.
Amerika Serikat menggunakan hak veto.
Sedikitnya {n} orang tewas dalam serangan udara Israel.
Truk bantuan pangan tertahan di perbatasan Mesir.
Menteri Luar Negeri {c} mendesak kedua pihak menahan diri.
{s} dari palang merah mengatakan rumah sakit kehabisan obat.
""",
    """
Iran kirim drone ke Rusia, Barat siapkan sanksi
Uni Eropa jatuhkan sanksi kepada {n} perusahaan
Uni Eropa menjatuhkan sanksi tambahan terhadap Rusia dan Iran karena kerja sama militer kedua negara.
Teheran membantah mengirim senjata untuk perang di Ukraina.
Kedua pemimpin menandatangani perjanjian kemitraan strategis di Moskow pada {d}.
Kementerian Luar Negeri Rusia menyebut sanksi Barat tidak berguna.
Pabrik drone di Rusia memakai teknologi Iran.
{s}, peneliti, mengatakan hubungan kedua negara semakin erat.
""",
    """
TNI dan tentara {c} gelar latihan bersama di {p}
Kapal perang {c} singgah di {p}
Tentara Indonesia dan {c} mengadakan latihan militer bersama di {p} mulai {d}.
Latihan diikuti {n} prajurit, dua kapal, dan pesawat angkut.
Panglima mengatakan latihan memperkuat persahabatan kedua negara.
Duta Besar {c} menghadiri upacara pembukaan.
Senjata dan amunisi diperiksa sebelum latihan tembak.
{o} memastikan nelayan tetap dapat melaut.
""",
    """
Presiden terima kunjungan perdana menteri {c}
Indonesia dan {c} sepakati kerja sama pangan
Presiden Indonesia menerima kunjungan kenegaraan perdana menteri {c} di Istana pada {d}.
Kedua pemimpin membahas perdagangan, pangan, dan pendidikan.
Undangan balasan disampaikan dalam jamuan makan malam.
Menteri Luar Negeri mengatakan hubungan bilateral makin erat.
Nilai perdagangan ditargetkan naik {n} persen.
Duta besar {s} menyebut kemitraan itu saling menguntungkan.
""",
)
_EN = (
    """
Floods force {n} families from homes in {p}
Heavy rain brings floods to {p}
Heavy rain since {d} night sent the river in {p} over its banks.
About {n} homes stood under water, officials said.
Rescuers in rubber boats brought out the elderly.
"We need blankets and clean water," said {s}, who lives by the bridge.
Schools will stay shut until the end of the week.
The main road into town was cut.
""",
    """
Rents in {p} rise {n} percent in a year
New homes in {p} delayed by planning row
Rents in {p} have risen faster than wages, figures published on {d} showed.
Tenants' groups called for a cap.
{s}, a builder, blamed the cost of steel and loans.
A decision is expected from {o} next month.
Young families are moving to smaller towns.
The average waiting list has {n} names.
""",
    """
Late goal sends {p} into the final
{p} coach quits after {n} defeats
A header in the last minute gave {p} a narrow win on {d}.
The coach praised his young players.
{s} scored the only goal of the match.
Fans sang in the rain long after the whistle.
The next match is against a club from {c}.
The goalkeeper saved two penalties.
""",
    """
Shares fall as rate fears return
Central bank of {c} keeps rates on hold
Shares closed lower on {d} as investors waited for inflation figures.
Bank stocks lost {n} points.
{s}, an analyst, said the market had been too hopeful.
Exports to {c} slowed for a third month.
Companies expect cheaper loans only next year.
The currency fell against the dollar.
""",
    """
Court jails former mayor of {p}
Trial over road contracts opens in {p}
A former mayor of {p} was jailed for {n} months over road contracts.
Prosecutors said bribes were paid in cash.
The defence will appeal, {s} told reporters on {d}.
Documents came from {o}.
The judge spoke of a betrayal of trust.
Two builders gave evidence.
""",
    """
Hospital in {p} opens new children's ward
Measles cases in {p} rise to {n}
Doctors in {p} asked parents to have their children vaccinated.
Cases have doubled since {d}.
{s}, a nurse, said the ward was full.
A team from {c} is studying the virus.
Clinics will open on Sundays.
Most patients recover at home.
""",
    """
Russia strikes Ukrainian power stations
Ukraine shoots down {n} Russian drones
Russia fired missiles and drones at Ukrainian cities in the early hours of {d}.
At least {n} people were hurt and power was cut.
Kyiv asked its allies for more air defence and ammunition.
Moscow said it had hit arms factories.
NATO ministers will meet to discuss military aid.
The Kremlin accused the West of prolonging the war, {s} reported.
""",
    """
North Korea fires ballistic missile into the sea
Kim Jong Un watches rocket engine test
North Korea fired a ballistic missile on {d}, South Korea's military said.
It flew {n} kilometres before falling into the sea.
State media in Pyongyang showed leader Kim Jong Un at the launch.
Washington and Tokyo condemned it as a breach of United Nations resolutions.
Seoul called an emergency meeting.
{s}, an analyst, said the nuclear programme was advancing.
""",
    """
Putin hosts leader of {c} for energy talks
Russia and {c} sign gas deal
Russian President Vladimir Putin received the leader of {c} in the Kremlin on {d}.
The two signed an energy deal worth {n} million dollars.
Putin accepted an invitation to visit next year.
The United States warned of sanctions on buyers of Russian oil.
Foreign Minister Sergei Lavrov took part in the talks.
{s}, a diplomat, called the mood warm.
""",
    """
Washington and Beijing resume tariff talks
China answers tariffs with {n} percent duty
Trade talks between the United States and China resumed on {d}.
Washington threatened higher tariffs on electric cars.
Beijing said the step would harm relations.
Chip makers asked for exceptions.
Markets in {c} fell on fears of a trade war.
{s}, an economist, saw no deal this year.
""",
    """
Iran and Russia sign partnership treaty
European Union puts {n} firms under sanctions
The European Union agreed new sanctions over military cooperation between Russia and Iran.
Tehran denied sending drones for the war in Ukraine.
The two presidents signed a strategic partnership treaty in Moscow on {d}.
The foreign ministry called Western sanctions useless.
A factory east of Moscow builds drones to an Iranian design.
{s}, a researcher, said ties were closer than ever.
""",
    """
Film about fishermen of {p} wins prize in {c}
Concert in {p} postponed
A film about a fishing family in {p} won the main prize on {d}.
The director, {s}, made it with {n} villagers.
The audience stood and clapped.
Its leading actress had never acted before.
It will be shown in cinemas in the autumn.
Critics praised the quiet pictures.
""",
)

SUBJECTS: dict[str, tuple[str, ...]] = {"id": _ID, "en": _EN}
