"""What fills a promo's variables: the customer's own by the database, the rest by hand."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Case, CharField, F, Func, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, NullIf
from django.utils import translation

from customers.models import Honorific
from notifications.models import Template

# Known without being asked for, each for her.
AUTOMATIC = ("name", "clinic", "branch")


def asked_for(template: Template | None) -> list[str]:
    """Return the variables of a text that a person has to fill."""
    if template is None or template.current is None:
        return []
    return [name for name in template.current.variables if name not in AUTOMATIC]


def variables(written: Mapping[str, str]) -> JSONObject:
    """As an expression on customers: the same words whether one is shown or thousands planned."""
    values = {
        "name": Concat(_honorific(), Value(" "), _short_name(), output_field=CharField()),
        "clinic": _text(settings.CLINIC_NAME),
        "branch": F("home_branch__name"),
    }
    return JSONObject(**{**{name: _text(text) for name, text in written.items()}, **values})


def missing(template: Template | None, written: Mapping[str, str]) -> Iterable[str]:
    return [name for name in asked_for(template) if not written.get(name, "").strip()]


def _honorific() -> Case:
    with translation.override("id"):
        whens = [When(honorific=kind, then=_text(str(kind.label))) for kind in Honorific]
    return Case(*whens, default=_text(""), output_field=CharField())


def _short_name() -> Coalesce:
    first = Func(F("name"), Value(" "), Value(1), function="split_part", output_field=CharField())
    return Coalesce(NullIf(F("call_name"), Value("")), first)


def _text(value: str) -> Cast:
    return Cast(Value(value), TextField())
