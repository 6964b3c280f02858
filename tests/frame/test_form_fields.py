from datetime import date, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import engines
from django.utils import timezone

from frontdesk.form_fields import DayField, DayInput, RupiahField


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22/11/2026", date(2026, 11, 22)),
        ("22-11-2026", date(2026, 11, 22)),
        ("22.11.26", date(2026, 11, 22)),
        ("1/2/2027", date(2027, 2, 1)),
    ],
)
def test_a_day_is_read_however_it_is_typed(text: str, day: date) -> None:
    assert DayField().clean(text) == day


def test_near_days_have_names() -> None:
    today = timezone.localdate()
    assert DayField().clean("Hari ini") == today
    assert DayField().clean("kemarin") == today - timedelta(days=1)
    assert DayField().clean(" besok ") == today + timedelta(days=1)


def test_a_day_without_a_year_is_in_this_one() -> None:
    assert DayField().clean("17/8") == date(timezone.localdate().year, 8, 17)


def test_a_birthday_of_two_digits_is_in_the_past() -> None:
    assert DayField(is_past=True).clean("22/11/90") == date(1990, 11, 22)


@pytest.mark.parametrize("text", ["31/02/2026", "2026", "besok pagi", "11/22/2026"])
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="misalnya 22/11/2026"):
        DayField().clean(text)


@pytest.mark.parametrize("text", ["1/1/0001", "31/12/9999"])
def test_a_day_at_the_end_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="terlalu jauh"):
        DayField().clean(text)


def test_a_birthday_in_the_future_is_refused() -> None:
    with pytest.raises(ValidationError, match="belum terjadi"):
        DayField(is_past=True).clean("22/11/2126")


def test_the_day_of_a_branch_ends_after_midnight() -> None:
    field = DayField()
    field.today = date(2026, 11, 22)
    assert field.clean("hari ini") == date(2026, 11, 22)
    assert field.clean("besok") == date(2026, 11, 23)


@pytest.mark.parametrize(("text", "amount"), [("450.000", 450_000), ("450rb", 450_000), ("0", 0)])
def test_money_is_read_as_whole_rupiah(text: str, amount: int) -> None:
    assert RupiahField().clean(text) == amount


def test_no_money_and_less_than_none_are_refused() -> None:
    assert RupiahField(required=False).clean("") is None
    for text, message in (("murah", "450rb"), ("-1", "kurang dari nol"), ("", "Masukkan jumlah")):
        with pytest.raises(ValidationError, match=message):
            RupiahField().clean(text)


class SampleForm(forms.Form):
    price = RupiahField(label="Harga", help_text="Tanpa pajak", initial=450_000)
    day = DayField(label="Hari", widget=DayInput(quick_fills=["hari ini"]), required=False)
    purpose = forms.ChoiceField(choices=[("a", "Perawatan")], widget=forms.RadioSelect)
    hidden = forms.CharField(widget=forms.HiddenInput)


def rendered(form: forms.Form) -> str:
    template = "{% load crispy_forms_filters %}{{ form|crispy }}"
    return engines["django"].from_string(template).render({"form": form})


def test_a_field_is_label_hint_error_input_in_this_order() -> None:
    page = rendered(SampleForm({"price": "murah"}))
    order = ["Harga</label>", "id_price_helptext", "id_price_error", 'name="price"']
    places = [page.rindex(part) for part in order[:1]] + [
        page.index(part, page.index("Harga</label>")) for part in order[1:]
    ]

    assert places == sorted(places)
    assert 'aria-describedby="id_price_helptext id_price_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'href="#id_price"' in page


def test_choices_are_tiles_in_a_named_group() -> None:
    page = rendered(SampleForm())
    assert '<legend class="field-label">Purpose</legend>' in page
    assert '<label class="tile" for="id_purpose_0">' in page


def test_money_has_its_unit_and_a_day_its_shortcuts() -> None:
    page = rendered(SampleForm())
    assert '<span class="prefix" aria-hidden="true">Rp</span>' in page
    assert 'value="450.000"' in page
    assert 'data-fill="hari ini">Hari ini</button>' in page
    assert "(boleh kosong)" in page
