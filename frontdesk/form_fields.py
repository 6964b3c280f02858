"""Fields that read what people at a desk really type."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from frontdesk.money import NotMoney, parse_rupiah

_DAY = re.compile(r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})(?:[-/. ](?P<year>\d{2}|\d{4}))?")
# A life and more, and far from the ends of what a date can be, where reckoning with it fails.
MOST_YEARS = 200
_NEAR_DAYS = {
    "hari ini": 0,
    "today": 0,
    "kemarin": -1,
    "yesterday": -1,
    "besok": 1,
    "tomorrow": 1,
    "lusa": 2,
}


class RupiahInput(forms.TextInput):
    """Shows the field template a prefix and the phone a number pad."""

    prefix_text = "Rp"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


class RupiahField(forms.Field):
    """A whole number of Rupiah from 0 on, typed `450000`, `450.000` or `450rb`."""

    widget = RupiahInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Masukkan jumlah, misalnya 450.000."),
        "invalid": _("Masukkan jumlah dalam Rupiah, misalnya 450.000 atau 450rb."),
        "negative": _("Jumlah tidak boleh kurang dari nol."),
    }

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or isinstance(value, int):
            return None if value in self.empty_values else value
        try:
            amount = parse_rupiah(str(value))
        except NotMoney as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if amount < 0:
            raise ValidationError(self.error_messages["negative"], code="negative")
        return amount


class ClockField(forms.TimeField):
    """A time of day typed `10.30`, `10:30` or `10`."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Masukkan jam, misalnya 10.00."),
        "invalid": _("Masukkan jam, misalnya 10.00."),
    }

    def __init__(self, **options: Any) -> None:
        attrs = {"class": "width-short", "inputmode": "decimal", "placeholder": "10.00"}
        widget = forms.TimeInput(attrs, format="%H.%M")
        super().__init__(input_formats=["%H.%M", "%H:%M", "%H"], widget=widget, **options)


class DayInput(forms.DateInput):
    """A text field: the browser's own date field shows the order of its user interface."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        quick_fills: Sequence[StrOrPromise] = (),
    ) -> None:
        attrs = {"class": "width-date", "placeholder": _("hh/bb/tttt"), **(attrs or {})}
        super().__init__({"autocomplete": "off", **attrs}, format="%d/%m/%Y")
        self.quick_fills = list(quick_fills)


class DayField(forms.Field):
    """A day typed `22/11/2026`, `22-11-26`, `22/11`, `hari ini`, `kemarin` or `besok`.

    With `is_past` a year of two digits, or none, is taken as the last one that is over: a birthday.
    A form about a branch's books sets `today` to its business date, which ends after midnight.
    """

    widget = DayInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Masukkan tanggal, misalnya 22/11/2026."),
        "invalid": _("Masukkan tanggal sebagai hari/bulan/tahun, misalnya 22/11/2026."),
        "future": _("Tanggal ini belum terjadi; periksa tahunnya."),
        "far": _("Tahun ini terlalu jauh; periksa lagi."),
    }

    def __init__(self, *, is_past: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_past = is_past
        self.today: date | None = None

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        today = self.today or timezone.localdate()
        text = " ".join(str(value).lower().split())
        if text in _NEAR_DAYS:
            return self._allowed(today + timedelta(days=_NEAR_DAYS[text]), today=today)
        match = _DAY.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            return self._allowed(self._day(match, today=today), today=today)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def _day(self, match: re.Match[str], *, today: date) -> date:
        typed = match["year"]
        year = int(typed) if typed else today.year
        if typed and len(typed) == 2:
            year += 2000
        day = date(year, int(match["month"]), int(match["day"]))
        if self.is_past and day > today and (not typed or len(typed) == 2):
            day = date(year - (100 if typed else 1), day.month, day.day)
        return day

    def _allowed(self, day: date, *, today: date) -> date:
        if abs(day.year - today.year) > MOST_YEARS:
            raise ValidationError(self.error_messages["far"], code="far")
        if self.is_past and day > today:
            raise ValidationError(self.error_messages["future"], code="future")
        return day


class DaysField(forms.CharField):
    """Days one below the other, or with commas between them; shown and kept in their order."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 14})

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        day = DayField()
        days = set()
        for typed in re.split(r"[\n,;]+", super().to_python(value) or ""):
            if not typed.strip():
                continue
            try:
                days.add(day.clean(typed.strip()))
            except ValidationError as error:
                raise ValidationError(
                    _("“%(typed)s” bukan tanggal. Tulis misalnya 17/08/2027."),
                    params={"typed": typed.strip()},
                ) from error
        return sorted(days)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{day:%d/%m/%Y}" for day in value)
        return value
