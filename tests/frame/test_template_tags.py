from datetime import UTC, date, datetime
from pathlib import Path

import phonenumbers
import pytest
from django.conf import settings
from django.template import Context, Engine, RequestContext, Template, engines
from django.test import RequestFactory, override_settings
from django.urls import NoReverseMatch, clear_script_prefix, reverse, set_script_prefix
from django.utils import timezone, translation

from frontdesk.quick_urls import place
from frontdesk.templatetags.frontdesk import STATES, masked_phone, phone

MOMENT = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_times_are_those_of_the_branch() -> None:
    with timezone.override("Asia/Jayapura"):
        assert render("{{ at|local_time }}", at=MOMENT) == "16.05"
    with timezone.override("Asia/Jakarta"):
        assert render("{{ at|local_time }}", at=MOMENT) == "14.05"


def test_a_day_is_that_of_the_branch_in_the_language_of_the_reader() -> None:
    late = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    with timezone.override("Asia/Jakarta"):
        assert render("{{ at|local_date }}", at=late) == "Minggu, 22 November 2026"
        assert render("{{ at|short_date }}", at=late) == "22 Nov 2026"
        with translation.override("en"):
            assert render("{{ at|local_date }}", at=late) == "Sunday, 22 November 2026"
    assert render("{{ at|local_date }}", at=date(2026, 11, 22)) == "Minggu, 22 November 2026"


def test_money() -> None:
    assert render("{{ 1250000|rupiah }}") == "Rp1.250.000"
    assert render("{{ amount|rupiah }}", amount=None) == ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+6281234567890", "0812-3456-7890"),
        ("+62217654321", "(021) 7654321"),
        ("+6591234567", "+65 9123 4567"),
        ("bukan nomor", "bukan nomor"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_phone_number_is_shown_as_it_is_read_aloud(number: str | None, shown: str) -> None:
    assert phone(number) == shown


@pytest.mark.parametrize("length", range(6, 14))
def test_numbers_are_grouped_as_phonenumbers_does(length: int) -> None:
    for start in ("800", "804", "811", "812", "857", "899", "84", "21", "361", "22"):
        number = f"+62{(start + '1234567890123')[:length]}"
        parsed = phonenumbers.parse(number)
        expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        assert phone(number) == expected


def test_a_masked_number_shows_only_its_ends() -> None:
    assert masked_phone("+6281234567890") == "0812-••••-7890"


def test_a_badge_says_its_state_in_words_beside_the_icon() -> None:
    badge = render('{% state_badge "called" word %}', word="Dipanggil <b>")
    assert 'class="badge badge-solid"' in badge
    assert "#megaphone-fill" in badge
    assert "<span>Dipanggil &lt;b&gt;</span>" in badge


def test_every_state_has_an_icon_of_the_sprite() -> None:
    names = (Path(settings.BASE_DIR) / "static/vendor/icons/icons.txt").read_text().split()
    assert {symbol for _, symbol in STATES.values()} <= set(names)


def test_an_icon_that_means_something_has_a_name() -> None:
    assert 'aria-hidden="true"' in render('{% icon "printer" %}')
    assert 'role="img" aria-label="Terkunci"' in render('{% icon "lock-fill" "Terkunci" %}')


def test_every_form_gets_its_own_key() -> None:
    assert render("{% once_key %}") != render("{% once_key %}")
    assert render("{% once_key %}").startswith('<input type="hidden" name="once" value="')


@pytest.mark.parametrize(
    "words", ['"Antrean"', "'Diskon 10% & lebih'", '"Menu" as x', '"Menu"|upper', '"Menu" noop']
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_fixed_words_are_translated_as_django_would(words: str, language: str) -> None:
    source = f"{{% translate {words} %}}{{{{ x }}}}"
    with translation.override(language):
        assert render(f"{{% load i18n %}}{source}") == as_django_would(source)
    with translation.override(None):
        assert render(f"{{% load i18n %}}{source}") == as_django_would(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% blocktranslate with n=n %}{{ n }} mnt{% endblocktranslate %}",
        "{% blocktranslate trimmed with text=name %} “{{ text }}”, 10 %{% endblocktranslate %}",
        "{% blocktranslate %}{{ n }} mnt{% endblocktranslate %}",
        "{% blocktranslate with x=none %}{{ x }} mnt{% endblocktranslate %}",
        (
            "{% blocktranslate count n=n %}{{ n }} tahun{% plural %}{{ n }} tahun"
            "{% endblocktranslate %}"
        ),
        "{% blocktranslate with k=n asvar said %}{{ k }} mnt{% endblocktranslate %}–{{ said }}",
        (
            "{% autoescape off %}{% blocktranslate with k=name %}{{ k }}{% endblocktranslate %}"
            "{% endautoescape %}"
        ),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_values_are_framed_as_django_would(source: str, language: str) -> None:
    values = {"n": 1250, "name": "Siti <b> 100%"}
    with translation.override(language):
        assert render(f"{{% load i18n %}}{source}", **values) == as_django_would(source, **values)


def as_django_would(source: str, **values: object) -> str:
    engine = engines["django"].engine
    theirs = Engine(builtins=engine.builtins)
    theirs.libraries = engine.libraries | {"i18n": "django.templatetags.i18n"}
    theirs.template_libraries = theirs.get_template_libraries(theirs.libraries)
    return theirs.from_string(f"{{% load i18n %}}{source}").render(Context(values))


def test_an_address_is_that_of_the_addresses_in_use() -> None:
    assert render('{% url "home:counter" %}') == "/"
    assert render('{% url "home:counter" as to %}{{ to }}') == "/"
    assert render('{% url "visits:visit_call" 12 %}') == reverse("visits:visit_call", args=[12])
    with pytest.raises(NoReverseMatch):
        render('{% url "home:nowhere" %}')
    assert render('{% url "home:nowhere" as to %}{{ to }}') == ""
    with override_settings(ROOT_URLCONF="tests.browser.gallery.urls"):
        assert place("deed") == "/gallery/deed/"
    set_script_prefix("/klinik/")
    try:
        assert render('{% url "home:counter" %}') == "/klinik/"
    finally:
        clear_script_prefix()


def test_a_place_is_marked_where_one_stands(rf: RequestFactory) -> None:
    place = Template('{% menu_item "staff:duty" "person-check" _("Petugas hari ini") %}')
    url = reverse("staff:duty")
    here = place.render(RequestContext(rf.get(url)))
    elsewhere = place.render(RequestContext(rf.get("/")))
    assert f'<a class="menu-item" href="{url}" aria-current="page">' in here
    assert f'<a class="menu-item" href="{url}">' in elsewhere
    assert "Petugas hari ini</a>" in here
