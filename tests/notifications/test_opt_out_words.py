"""What a short reply means. A whole "stop" is obeyed, a possible one is for a person to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.opt_out_words import Said, said


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", "  stop  ", "“STOP”", "Stop ya", "stop dong 🙏", "setop",
        "BERHENTI", "Berhenti ya kak", "berhenti berlangganan", "UNSUB!", "unsubscribe", "UNREG",
        "hentikan pesan", "Tolong berhenti", "jangan kirim pesan lagi", "jangan hubungi saya lagi",
        "ＳＴＯＰ", "stop wa", "*STOP*", "_berhenti_", "Maaf, stop dulu ya",
    ],
)  # fmt: skip
def test_a_whole_stop_is_a_stop(text):
    assert said(text) == Said.STOP


@pytest.mark.parametrize("text", ["STOP PROMO", "stop promo ya", "Berhenti promo", "STOPPROMO"])
def test_promos_alone(text):
    assert said(text) == Said.STOP_PROMO


@pytest.mark.parametrize(
    "text",
    [
        "brenti", "berenti", "stopp", "STOOOOP", "sotp", "stp", "berhentiii", "berhneti",
        "unsubscibe",
        "saya mau berhenti dapat pesan ini", "stop kirim ya, nomor saya ganti",
        "Besok jam berapa stop kontaknya?", "Tolong jangan kirim promo terus ke nomor saya",
        "saya tidak mau dihubungi", "ini spam", "🛑", "STOP 1", "hapus nomor saya",
        "gak mau terima beginian",
    ],
)  # fmt: skip
def test_a_possible_stop_is_for_a_person(text):
    assert said(text) == Said.MAYBE_STOP


@pytest.mark.parametrize(
    "text",
    [
        "jangan berhenti", "jangan berhenti ya", "Jangan pernah berhenti kirim info", "tidak stop",
        "bukan stop", "stok serum ada?", "step berikutnya apa", "shop dimana", "Halo", "",
        "🙏", "Terima kasih", "jangan lupa ya kak", "saya tidak mau datang hari itu",
        "belum mau berhenti", "top", "kapan buka?",
    ],
)  # fmt: skip
def test_other_words_are_other_words(text):
    assert said(text) in (Said.OTHER,)


@pytest.mark.parametrize(
    "text,meaning",
    [
        ("YA", Said.YES), ("ya kak", Said.YES), ("Iya, bisa", Said.YES), ("ok 👍", Said.YES),
        ("Siap, terima kasih", Said.YES), ("Ya, saya dapat hadir.", Said.YES),
        ("TIDAK", Said.NO), ("tdk bisa kak", Said.NO), ("Maaf, tidak bisa", Said.NO),
        ("minta hari lain ya", Said.NO), ("BATAL", Said.CANCEL), ("batalkan ya kak", Said.CANCEL),
        ("MULAI", Said.START), ("start", Said.START),
    ],
)  # fmt: skip
def test_answers(text, meaning):
    assert said(text) == meaning


@given(st.text(max_size=200))
def test_any_text_has_a_meaning(text):
    assert said(text) in set(Said)


@given(st.sampled_from(["stop", "berhenti"]), st.text(alphabet=" \t\n.!?*_\"'🙏", max_size=9))
def test_signs_around_it_change_nothing(word, signs):
    assert said(signs + word + signs) == Said.STOP
