"""Texts of our own making for the tests of grouping: public figures and offices, invented happenings."""

from __future__ import annotations

VISIT = (
    "Menteri Luar Negeri Rusia Sergei Lavrov tiba di Pyongyang pada Senin untuk kunjungan dua hari atas undangan "
    "pemerintah Korea Utara. Lavrov dijadwalkan bertemu Menteri Luar Negeri Choe Son Hui dan membahas pelaksanaan "
    "perjanjian kemitraan yang ditandatangani kedua negara. Kementerian Luar Negeri Rusia menyebut delegasi itu juga "
    "akan meletakkan karangan bunga di Menara Pembebasan. Juru bicara kementerian menolak menjelaskan apakah "
    "pertemuan dengan pemimpin tertinggi direncanakan."
)
SHELLS = (
    "Badan intelijen Korea Selatan menyatakan Korea Utara telah mengirim lagi ratusan kontainer berisi peluru artileri "
    "ke Rusia melalui pelabuhan Rajin sepanjang bulan ini. Menurut laporan kepada parlemen di Seoul, muatan itu "
    "dipindahkan ke kereta api menuju gudang dekat perbatasan Ukraina. Sebagai imbalan, Moskow diperkirakan memasok "
    "bahan bakar dan suku cadang pesawat. Kedua pemerintah berulang kali membantah adanya perdagangan senjata."
)
WORKERS = (
    "Sekitar lima ratus pekerja konstruksi asal Korea Utara dilaporkan tiba di Khabarovsk dengan kereta dari "
    "Tumangang. "
    "Surat kabar setempat menulis bahwa mereka akan membangun perumahan dan jalan di wilayah timur jauh Rusia selama "
    "tiga tahun. Para ahli PBB menilai penempatan itu melanggar sanksi Dewan Keamanan yang melarang negara anggota "
    "mempekerjakan warga Korea Utara. Pemerintah daerah menyebut mereka peserta program pendidikan."
)
BRIDGE = (
    "Pembangunan jembatan jalan raya di atas Sungai Tumen yang menghubungkan Rusia dan Korea Utara telah mencapai "
    "separuh, kata kementerian perhubungan di Moskow. Jembatan sepanjang satu kilometer itu ditargetkan selesai tahun "
    "depan dan akan melengkapi jembatan kereta yang ada sejak masa Uni Soviet. Pejabat di Primorye berharap "
    "perdagangan meningkat dan wisatawan dapat menyeberang dengan bus."
)
TOURISTS = (
    "Rombongan wisatawan Rusia kembali mengunjungi kawasan pantai Wonsan di Korea Utara setelah jeda beberapa pekan. "
    "Agen perjalanan di Vladivostok menjual paket tujuh hari dengan pemandu berbahasa Rusia, dan penerbangan "
    "dilakukan dua kali seminggu. Para pengunjung diminta menyerahkan telepon genggam di beberapa lokasi. Kedutaan "
    "Rusia di Pyongyang menyambut baik minat yang meningkat itu."
)
"""Five things between Russia and North Korea that have nothing to do with each other."""

EVENTS = {
    "Lavrov tiba di Pyongyang untuk kunjungan dua hari": VISIT,
    "Korut kirim lagi ratusan kontainer peluru ke Rusia": SHELLS,
    "Ratusan pekerja Korea Utara tiba di Khabarovsk": WORKERS,
    "Jembatan jalan raya Rusia-Korea Utara separuh jadi": BRIDGE,
    "Wisatawan Rusia kembali ke pantai Wonsan": TOURISTS,
}

FOOTER = (
    "Anda membaca laman berita resmi kami. Ikuti kami di Facebook, Instagram, X, YouTube, TikTok dan saluran WhatsApp "
    "untuk mendapatkan berita terkini langsung di ponsel Anda. Seluruh isi laman ini dilindungi hak cipta dan tidak "
    "boleh diperbanyak dalam bentuk apa pun tanpa izin tertulis dari redaksi. Hubungi bagian iklan pada hari kerja. "
    "Redaksi menerima tulisan pembaca paling panjang delapan ratus kata. Pedoman media siber, kebijakan privasi, "
    "syarat dan ketentuan, karier, tentang kami, peta laman, versi seluler, berlangganan buletin pagi dan sore."
)

RELATED = (
    "Baca juga: Putin dan Kim Jong Un bertukar ucapan selamat. Baca juga: Tentara Korea Utara dilaporkan kembali ke "
    "garis depan di Kursk. Baca juga: Rusia dan Korea Utara buka jalur kereta langsung Moskow Pyongyang. Baca juga: "
    "Seoul minta Moskow hentikan kerja sama militer dengan Pyongyang. Baca juga: Lima fakta perjanjian kemitraan "
    "strategis Rusia dan Korea Utara. Pilihan editor: Mengapa Korea Utara mengirim pekerja ke Rusia?"
)

PAYWALL = (
    "Artikel ini khusus untuk pelanggan. Untuk melanjutkan membaca, silakan masuk atau mulai berlangganan dengan harga "
    "khusus bulan pertama. Dengan berlangganan Anda mendapat akses tanpa batas ke semua berita, analisis, infografik "
    "dan edisi cetak dalam bentuk digital, serta dapat membaca tanpa iklan di semua perangkat. Sudah berlangganan? "
    "Masuk dengan surel atau nomor telepon Anda. Butuh bantuan? Hubungi layanan pelanggan kami setiap hari."
)


def paragraphs(count: int, *, word: str = "kalimat") -> str:
    """So many sentences, no two alike and none about news."""
    return " ".join(f"Ini {word} nomor {n} dari {n * 7 % 1013} yang mengisi halaman {n // 9}." for n in range(count))
