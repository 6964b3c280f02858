"""The linter's reasons: each rule seen and not seen, and nothing against good texts."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notifications.linting import Finding, Severity, lint, refuses
from notifications.models import MessageClass
from tests.notifications.linting.texts import CHAT, PROMO, SAMPLES, SERVICE

ERROR, WARNING = Severity.ERROR, Severity.WARNING
GOOD = "Halo {name}, %s Apakah Anda dapat hadir?"


def reasons(
    body: str, message_class: MessageClass = MessageClass.TRANSACTIONAL, **options
) -> list[Finding]:
    return lint(body, message_class=message_class, offered=SAMPLES, **options)


def told(body: str, message_class: MessageClass = MessageClass.TRANSACTIONAL, **options):
    return [
        (one.rule, one.severity, body[one.start : one.end])
        for one in reasons(body, message_class, **options)
    ]


@pytest.mark.parametrize("body", SERVICE)
def test_nothing_against_good_service_texts(body: str) -> None:
    assert told(body) == []


@pytest.mark.parametrize("body", PROMO)
def test_promo_is_welcome_in_a_promo_text(body: str) -> None:
    assert told(body, MessageClass.MARKETING) == []


@pytest.mark.parametrize("body", CHAT)
def test_a_reply_in_a_talk_needs_no_greeting(body: str) -> None:
    assert told(body, MessageClass.PERSONAL) == []


@pytest.mark.parametrize("body", PROMO)
def test_promo_is_refused_in_a_service_text(body: str) -> None:
    assert "promo" in {one.rule for one in reasons(body) if one.is_error}


@pytest.mark.parametrize(
    "word",
    ["diskon", "Promo", "GRATIS", "voucher", "vocer", "cashback", "cash back", "bonus", "50%",
     "12,5 %", "50 persen", "beli 2 dapat 3", "potongan harga", "potongan Rp50.000", "hadiah",
     "harga spesial", "penawaran", "kupon", "flash sale", "promosi", "diskonnya", "gratisan"],
)  # fmt: skip
def test_each_promo_word(word: str) -> None:
    found = [one for one in reasons(GOOD % f"ada {word} untuk Anda.") if one.rule == "promo"]
    assert len(found) == 1
    assert found[0].is_error


@pytest.mark.parametrize(
    ("short", "instead"),
    [("yg", "yang"), ("Yg", "yang"), ("YG", "yang"), ("dgn", "dengan"), ("tdk", "tidak"),
     ("utk", "untuk"), ("sdh", "sudah"), ("blm", "belum"), ("krn", "karena"), ("jgn", "jangan"),
     ("bs", "bisa"), ("tlg", "tolong"), ("trm", "terima"), ("ksh", "kasih"), ("sblm", "sebelum"),
     ("dll", "dan lain-lain"), ("s/d", "sampai dengan"), ("u/", "untuk"), ("gak", "tidak"),
     ("hati2", "hati-hati"), ("macam2", "macam-macam"), ("teman2nya", "teman-temannya")],
)  # fmt: skip
def test_each_abbreviation_is_refused_and_written_out(short: str, instead: str) -> None:
    body = GOOD % f"silakan datang {short} kami."
    (found,) = reasons(body)
    assert (found.rule, found.severity) == ("abbreviation", ERROR)
    assert body[found.start : found.end] == short
    assert f"“{instead}”" in found.sentence


@pytest.mark.parametrize(
    "fine",
    ["dr. Dewi menunggu.", "DR. Dewi menunggu.", "dr {name} menunggu.", "jarak 5 km saja.",
     "SMP Bakti dekat kami.", "TV LG menyala.", "vitamin B2 tersedia.", "lampu CO2 baru.",
     "ruang dr. Dewi.", "akun kami @dgn_seruni.", "kode slip A-012.", "24 jam.", "IPL dan PRP.",
     "ruang VIP2 siap.", "kami di Kl-12.", "Mei 2027 kami pindah.", "seri 10.30.45 siap."],
)  # fmt: skip
def test_what_only_looks_like_a_fault(fine: str) -> None:
    assert told(GOOD % fine) == []


@pytest.mark.parametrize(
    ("greeting", "word"),
    [("Halo Bunda {name}, ", "Bunda"), ("Selamat pagi, Ibu {name}. ", "Ibu"),
     ("Halo Sis {name}, ", "Sis"), ("Hai cantik, ", "cantik"), ("Halo Kak/Mas {name}, ", "Mas"),
     ("Dear ladies, ", "ladies"), ("Halo bosku {name}, ", "bosku")],
)  # fmt: skip
def test_a_greeting_does_not_guess_who_reads(greeting: str, word: str) -> None:
    body = greeting + "jadwal Anda besok. Apakah Anda dapat hadir?"
    assert ("guess", ERROR, word) in told(body)


@pytest.mark.parametrize(
    "greeting", ["Assalamualaikum", "Assalamu'alaikum wr wb", "Shalom", "Alhamdulillah"]
)
def test_nor_what_she_believes(greeting: str) -> None:
    body = f"{greeting} {{name}}, jadwal Anda besok. Apakah Anda dapat hadir?"
    assert "religion" in {one.rule for one in reasons(body) if one.is_error}


def test_a_feast_is_for_those_who_keep_it() -> None:
    body = "Halo {name}, selamat Idul Fitri. Balas BERHENTI bila tidak berkenan."
    assert told(body, MessageClass.MARKETING) == [("feast", WARNING, "selamat Idul")]


def test_a_greeting_is_missed() -> None:
    assert told("Jadwal {name} besok. Apakah Anda dapat hadir?") == [("greeting", WARNING, "")]


@pytest.mark.parametrize(
    ("end", "place"),
    [
        ("Terima kasih.", ""),
        ("Kapan Anda datang?", "Kapan Anda datang?"),
        ("Pukul berapa Anda datang?", "Pukul berapa Anda datang?"),
        ("Apa yang dapat kami bantu?", "Apa yang dapat kami bantu?"),
        ("Apakah Anda datang? Kami tunggu di klinik.", ""),
    ],
)
def test_the_end_is_a_closed_question(end: str, place: str) -> None:
    assert told(f"Halo {{name}}, jadwal Anda besok. {end}") == [("question", WARNING, place)]


@pytest.mark.parametrize(
    "end",
    ["Apakah Anda dapat hadir?", "Anda dapat hadir?", "Jadi datang?", "Boleh kami hubungi?",
     "Apakah kami boleh menelepon kapan saja?", "Apakah Anda hadir? 😊", "Apakah Anda hadir? (Y/T)",
     "Apakah Anda hadir? Balas YA atau TIDAK.", "Apakah Anda hadir?\nKetik YA bila hadir."],
)  # fmt: skip
def test_ways_to_ask_it(end: str) -> None:
    assert told(f"Halo {{name}}, jadwal Anda besok. {end}") == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("Rp 1.250.000", "Rp1.250.000"), ("Rp. 1.250.000", "Rp1.250.000"), ("rp500000", "Rp500.000"),
     ("Rp1250000", "Rp1.250.000"), ("Rp1,250,000", "Rp1.250.000"), ("IDR 500.000", "Rp500.000"),
     ("500rb", "Rp500.000"), ("500 rb", "Rp500.000"), ("1,5jt", "Rp1.500.000"),
     ("250k", "Rp250.000"), ("Rp1.250.000,-", "Rp1.250.000"), ("Rp500.000,00", "Rp500.000")],
)  # fmt: skip
def test_money(wrong: str, right: str) -> None:
    body = GOOD % f"sisanya {wrong}."
    (found,) = reasons(body)
    assert (found.rule, found.severity) == ("money", ERROR)
    assert body[found.start : found.end] == wrong
    assert f"seperti {right}," in found.sentence


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("22/11/2026", "22 November 2026"), ("22-11-26", "22 November 2026"),
     ("22.11.2026", "22 November 2026"), ("2026-11-22", "22 November 2026"),
     ("22 Nov 2026", "22 November 2026"), ("22 Agt", "22 Agustus"), ("May 5", "5 Mei"),
     ("November 22nd, 2026", None), ("August 17th, 2027", "17 Agustus 2027"),
     ("Senin, 22 November 2026", "hari Minggu"), ("31 Februari 2027", "tidak ada"),
     ("30 Februari", "tidak ada")],
)  # fmt: skip
def test_dates(wrong: str, right: str | None) -> None:
    found = reasons(GOOD % f"jadwal Anda {wrong}.")
    assert [(one.rule, one.severity) for one in found] == ([("date", ERROR)] if right else [])
    if right:
        assert right in found[0].sentence


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("Halo {nama}, jadwal Anda besok. Apakah Anda dapat hadir?", "variable"),
        ("Halo {Name}, jadwal Anda besok. Apakah Anda dapat hadir?", "brace"),
        ("Halo {{1}}, jadwal Anda besok. Apakah Anda dapat hadir?", "brace"),
        ("Halo {name, jadwal Anda besok. Apakah Anda dapat hadir?", "brace"),
        ("Halo [nama], jadwal Anda besok. Apakah Anda dapat hadir?", "left_open"),
        ("Halo <nama>, jadwal Anda besok. Apakah Anda dapat hadir?", "left_open"),
        ("Halo xxx, jadwal Anda besok. Apakah Anda dapat hadir?", "left_open"),
        ("{name}, jadwal Anda besok. Apakah Anda dapat hadir?", "edge"),
        ("Halo, jadwal Anda besok. Apakah Anda dapat hadir di cabang kami? {branch}", "edge"),
        ("Halo {name} {day}, jadwal Anda besok. Apakah Anda dapat hadir?", "neighbours"),
        ("Halo {name}{day}, jadwal Anda besok. Apakah Anda dapat hadir?", "neighbours"),
        ("Halo {name}, jadwal Anda besok.\n\n\nApakah Anda dapat hadir?", "lines"),
        ("Halo {name}, jadwal\tAnda besok. Apakah Anda dapat hadir?", "lines"),
        ("Halo {name}, besok!! Apakah Anda dapat hadir?", "stops"),
        ("Halo {name}, besok. Apakah Anda dapat hadir??", "stops"),
        ("Halo 😊 {name}, jadwal besok 💖. Apakah Anda dapat hadir?", "emoji"),
        (f"Halo {{name}}, {'jadwal besok, ' * 80} Apakah Anda dapat hadir?", "length"),
    ],
)
def test_what_the_provider_or_the_house_refuses(body: str, rule: str) -> None:
    assert {one.rule for one in reasons(body) if one.is_error} == {rule}


@pytest.mark.parametrize("body", ["", "   ", "\n"])
def test_nothing_written(body: str) -> None:
    assert [one.rule for one in reasons(body)] == ["empty"]


def test_length_counts_what_the_variables_become() -> None:
    offered = {"name": "x" * 1000}
    body = "Halo {name}, jadwal Anda besok. Apakah Anda dapat hadir?"
    found = lint(body, message_class=MessageClass.TRANSACTIONAL, offered=offered)
    assert [one.rule for one in found] == ["length"]


@pytest.mark.parametrize(
    ("part", "rule"),
    [("jadwal besok! Hore!", "stops"), ("PASTIKAN hadir.", "capitals"), ("haiiii.", "stretched"),
     ("tentang jerawat Anda.", "health"), ("obat Anda siap.", "health"),
     ("hasil lab Anda siap.", "health")],
)  # fmt: skip
def test_what_is_only_warned_of(part: str, rule: str) -> None:
    (found,) = reasons(GOOD % part)
    assert (found.rule, found.severity) == (rule, WARNING)
    assert not refuses([found])


@pytest.mark.parametrize("emoji", ["😊", "👍🏽", "👩‍⚕️", "🇮🇩", "❤️", "1️⃣"])
def test_one_emoji_counts_as_one(emoji: str) -> None:
    assert told(GOOD % f"sampai jumpa {emoji}.") == []
    assert "emoji" in {one.rule for one in reasons(GOOD % f"sampai {emoji} jumpa {emoji}.")}


def test_a_promo_says_how_to_stop() -> None:
    assert told("Halo {name}, ada promo baru.", MessageClass.MARKETING) == [
        ("way_out", WARNING, "")
    ]


def test_the_short_text_is_read_as_well() -> None:
    body = GOOD % "sampai jumpa."
    found = reasons(
        body, sms_body="Jadwal {nama} yg besok, diskon 5%. Telepon 0812 3456 7890 bit.ly/seruni"
    )
    assert all(one.is_sms for one in found)
    assert {one.rule for one in found} == {"variable", "abbreviation", "promo", "network"}
    assert reasons(body, sms_body="Jadwal {name}: {day}. Balas lewat WhatsApp.") == []


def test_segments_of_what_may_go_by_sms() -> None:
    body = GOOD % ("jadwal Anda masih sama seperti yang lalu dan kami menunggu Anda. " * 6)
    assert reasons(body) == []
    (found,) = reasons(body, by_sms=True)
    assert (found.rule, found.is_sms) == ("segments", True)
    assert "3 bagian" in found.sentence
    (letters,) = reasons(GOOD % "sampai jumpa 😊.", by_sms=True)
    assert letters.rule == "alphabet"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("yg dr.{}[]<>!?¤%Rp0123456789/-\n\t😊"), st.characters())
    )
)
@example("dr")
@example("Rp,")
@example("{" * 50)
@example("1,2,3jt 0,.5k Rp1.,")
@example("99 Mei 9999 0 Januari 0000")
def test_nothing_that_is_typed_breaks_it(body: str) -> None:
    for message_class in MessageClass:
        for one in reasons(body, message_class, sms_body=body, by_sms=True):
            assert one.sentence
            assert 0 <= one.start <= one.end <= len(body)
