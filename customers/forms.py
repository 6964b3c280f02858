"""Changing a card that others may change too, and what she agrees to."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from customers.models import ConsentPurpose, Customer
from customers.registration import CardForm
from frontdesk.form_fields import DayInput


@dataclass(frozen=True)
class Conflict:
    """One field that she changed and somebody else changed meanwhile, as both are written."""

    label: str
    mine: str
    now: str


class HiddenDay(DayInput):
    """Carries a day written as its field reads it."""

    input_type = "hidden"


class ChangeForm(CardForm):
    """A card that is being changed: it carries the version and the values it was opened with."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["birth_date"].hidden_widget = HiddenDay
        for name in self.Meta.fields:
            # What she changed herself is told from this, whatever others did meanwhile.
            self.fields[name].show_hidden_initial = True

    def over(self, current: Customer) -> "tuple[ChangeForm, list[Conflict]]":
        """Return her changes laid over the card as it stands now, and where both changed a field.

        What she left alone shows what others wrote; nothing she typed is lost.
        """
        fresh = ChangeForm(instance=current)
        data: dict[str, Any] = {name: self.data.get(name) for name in self.data}
        data["version"] = str(current.version)
        conflicts = []
        for name in self.Meta.fields:
            widget = fresh.fields[name].widget
            now = widget.format_value(fresh[name].value())
            now = (now[0] if isinstance(now, list) else now) or ""
            opened = self._opened(name)
            if name not in self.changed_data:
                data[name] = now
            elif opened != getattr(current, name) != self.cleaned_data[name]:
                mine = str(data.get(name, ""))
                conflicts.append(
                    Conflict(str(fresh[name].label), *_as_read(fresh, name, mine, now))
                )
            data[f"initial-{name}"] = now
        return ChangeForm(data, instance=current), conflicts

    def _opened(self, name: str) -> Any:
        """Return what a field held when the form was opened, or None where it does not say."""
        try:
            return self.fields[name].clean(self.data.get(f"initial-{name}"))
        except ValidationError:
            return None


def _as_read(form: ChangeForm, name: str, *values: str) -> list[str]:
    choices = dict(getattr(form.fields[name], "choices", []))
    return [str(choices.get(value, value)) for value in values]


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(choices=ConsentPurpose.choices)
    is_granted = forms.TypedChoiceField(
        choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1"
    )
