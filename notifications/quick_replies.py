"""What the desk answers again and again, to start with; from then on the chain changes it."""

from django.utils.translation import gettext_noop as _

from notifications.models import MessageClass
from notifications.notices import write_template

STARTERS: tuple[tuple[str, str, str], ...] = (
    (
        "reply_greeting",
        _("Salam pembuka"),
        (
            "Halo {name}, terima kasih sudah menghubungi {clinic} cabang {branch}. "
            "Ada yang dapat kami bantu?"
        ),
    ),
    (
        "reply_wait",
        _("Mohon ditunggu"),
        (
            "Baik {name}, mohon ditunggu sebentar, kami periksa dahulu. "
            "Apakah Anda bersedia menunggu jawaban kami di sini?"
        ),
    ),
    (
        "reply_ask_member",
        _("Minta nomor anggota"),
        "Agar kami tidak salah orang, bolehkah kami meminta nama lengkap atau nomor anggota Anda?",
    ),
    (
        "reply_hours",
        _("Jam buka"),
        (
            "Cabang {branch} buka setiap hari pukul {opens} sampai {closes}. "
            "Apakah Anda ingin kami buatkan jadwal?"
        ),
    ),
    (
        "reply_address",
        _("Alamat cabang"),
        "Kami di {clinic} cabang {branch}, {address}. Apakah Anda sudah tahu tempatnya?",
    ),
    (
        "reply_day",
        _("Tanya hari kunjungan"),
        "Dengan senang hati kami buatkan jadwal, {name}. Apakah hari Sabtu cocok untuk Anda?",
    ),
    (
        "reply_moved",
        _("Jadwal sudah dipindah"),
        (
            "Baik {name}, jadwal Anda sudah kami pindahkan sesuai permintaan. "
            "Apakah ada hal lain yang dapat kami bantu?"
        ),
    ),
    (
        "reply_price",
        _("Tanya harga"),
        (
            "Harga tergantung pada hasil konsultasi, {name}. "
            "Apakah Anda ingin kami jadwalkan konsultasi dengan dokter?"
        ),
    ),
    (
        "reply_sorry",
        _("Permintaan maaf"),
        (
            "Kami mohon maaf atas ketidaknyamanan ini, {name}. "
            "Kami akan menindaklanjutinya hari ini. Bolehkah kami menelepon Anda?"
        ),
    ),
    (
        "reply_call",
        _("Tawarkan telepon"),
        "Hal ini lebih mudah dijelaskan lewat telepon. Bolehkah kami menelepon Anda sekarang?",
    ),
    (
        "reply_closing",
        _("Salam penutup"),
        "Terima kasih {name}, senang dapat membantu. Apakah ada pertanyaan lain?",
    ),
)


def write_starters() -> None:
    for key, name, body in STARTERS:
        write_template(key, name, body, message_class=MessageClass.PERSONAL)
