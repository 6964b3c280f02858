"""What an audience can be chosen by of the customers' own cards."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from customers.models import (
    ConsentEvent,
    ConsentPurpose,
    CustomerTag,
    Tag,
    birthday_in,
    birthday_on,
)
from frontdesk.promos.conditions import Answers, Condition, declare

MOST_DAYS = 3650


def days_field(*, initial: int, most: int = MOST_DAYS) -> forms.IntegerField:
    """A number of days, narrow enough to stand in a sentence."""
    return forms.IntegerField(
        label=gettext_lazy("hari"),
        min_value=1,
        max_value=most,
        initial=initial,
        widget=forms.NumberInput(attrs={"class": "width-short", "inputmode": "numeric"}),
    )


def _born_in(answers: Answers, at: datetime) -> Q:
    # Said for its opposite: whose birth date nobody knows is among the others.
    return Q(birth_date__isnull=False) & birthday_in(int(month) for month in answers["months"])


def _told_months(answers: Answers) -> str:
    return ", ".join(str(MONTHS[int(month)]) for month in answers["months"])


BIRTH_MONTH = declare(
    Condition(
        key="birth_month",
        label=gettext_lazy("Bulan lahir"),
        fields=lambda: {
            "months": forms.MultipleChoiceField(
                label=gettext_lazy("bulan"),
                choices=list(MONTHS.items()),
                widget=forms.CheckboxSelectMultiple,
            )
        },
        where=_born_in,
        told=_told_months,
    )
)


def _birthday_soon(answers: Answers, at: datetime) -> Q:
    today = timezone.localdate(at)
    days = (today + timedelta(days=n) for n in range(int(answers["days"]) + 1))
    return Q(birth_date__isnull=False) & birthday_on(days)


BIRTHDAY_SOON = declare(
    Condition(
        key="birthday_soon",
        label=gettext_lazy("Ulang tahun dalam … hari ke depan"),
        fields=lambda: {"days": days_field(initial=7, most=366)},
        where=_birthday_soon,
        told=lambda answers: (
            ngettext(
                "dalam %(days)s hari ke depan", "dalam %(days)s hari ke depan", int(answers["days"])
            )
            % answers
        ),
    )
)


def _registered_since(answers: Answers, at: datetime) -> Q:
    return Q(created_at__gte=at - timedelta(days=int(answers["days"])))


REGISTERED_SINCE = declare(
    Condition(
        key="registered_since",
        label=gettext_lazy("Terdaftar dalam … hari terakhir"),
        fields=lambda: {"days": days_field(initial=30)},
        where=_registered_since,
        told=lambda answers: (
            ngettext(
                "dalam %(days)s hari terakhir", "dalam %(days)s hari terakhir", int(answers["days"])
            )
            % answers
        ),
    )
)


ANY, ALL = "any", "all"


def _tag_fields() -> dict[str, forms.Field]:
    known = Tag.objects.order_by("-is_active", "name")
    choices = [
        (str(tag.pk), tag.name if tag.is_active else _("%(name)s (tidak dipakai lagi)") % vars(tag))
        for tag in known
    ]
    return {
        "tags": forms.MultipleChoiceField(
            label=gettext_lazy("label"), choices=choices, widget=forms.CheckboxSelectMultiple
        ),
        "match": forms.ChoiceField(
            label=gettext_lazy("punya"),
            choices=[(ANY, gettext_lazy("salah satunya")), (ALL, gettext_lazy("semuanya"))],
            initial=ANY,
        ),
    }


def _tagged(answers: Answers, at: datetime) -> Q:
    of_her = CustomerTag.objects.filter(customer=OuterRef("pk"))
    if answers["match"] == ANY:
        return Q(Exists(of_her.filter(tag__in=answers["tags"])))
    found = Q()
    for tag in answers["tags"]:
        found &= Q(Exists(of_her.filter(tag=tag)))
    return found


def _told_tags(answers: Answers) -> str:
    names = Tag.objects.filter(pk__in=answers["tags"]).values_list("name", flat=True)
    joined = ", ".join(names)
    if len(names) < 2:
        return joined
    how = _("salah satunya") if answers["match"] == ANY else _("semuanya")
    return f"{joined} ({how})"


TAGGED = declare(
    Condition(
        key="tagged",
        label=gettext_lazy("Berlabel"),
        fields=_tag_fields,
        where=_tagged,
        told=_told_tags,
    )
)


def consented(purpose: str) -> Q:
    """Whose latest word on a purpose is yes; a look into an index for each customer."""
    latest = ConsentEvent.objects.filter(customer=OuterRef("pk"), purpose=purpose)
    said = Subquery(latest.order_by("-at", "-pk").values("is_granted")[:1])
    return Q(Exact(Coalesce(said, Value(False)), Value(True)))


def consenting(purpose: str) -> Q:
    """The same for a whole chain at once: the ledger is read through a single time."""
    words = ConsentEvent.objects.filter(purpose=purpose).values("customer").order_by()
    latest = words.annotate(
        yes=Max("at", filter=Q(is_granted=True)), no=Max("at", filter=Q(is_granted=False))
    )
    granted = latest.filter(Q(yes__gt=F("no")) | Q(yes__isnull=False, no__isnull=True))
    return Q(pk__in=granted.values("customer"))


CONSENT = declare(
    Condition(
        key="consent",
        label=gettext_lazy("Persetujuan"),
        fields=lambda: {
            "purpose": forms.ChoiceField(
                label=gettext_lazy("untuk"), choices=ConsentPurpose.choices
            )
        },
        where=lambda answers, at: consented(str(answers["purpose"])),
        told=lambda answers: str(ConsentPurpose(answers["purpose"]).label),
    )
)
