"""What promos may choose their audience by of people's visits, and what came of a promo here."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from frontdesk.promos.audiences import days_field
from frontdesk.promos.conditions import Answers, Condition, declare
from frontdesk.promos.outcomes import Outcome
from frontdesk.promos.outcomes import declare as declare_outcome
from frontdesk.visits.models import Visit, VisitQuerySet
from frontdesk.visits.states import VisitState
from notifications.models import Message

# So long after a promo a visit counts as its doing.
FOLLOWS_WITHIN = timedelta(days=14)


def _visits() -> VisitQuerySet:
    """Who only took a number and went, or never came when called, was not here."""
    gone = [VisitState.LEFT, VisitState.NO_SHOW]
    return Visit.objects.filter(customer=OuterRef("pk")).exclude(state__in=gone)


def _seen_since(answers: Answers, at: datetime) -> Q:
    since = at - timedelta(days=int(answers["days"]))
    return Q(Exists(_visits().filter(arrived_at__gte=since)))


SEEN_SINCE = declare(
    Condition(
        key="seen_since",
        label=gettext_lazy("Datang dalam … hari terakhir"),
        fields=lambda: {"days": days_field(initial=90)},
        where=_seen_since,
        told=lambda answers: (
            ngettext(
                "dalam %(days)s hari terakhir", "dalam %(days)s hari terakhir", int(answers["days"])
            )
            % answers
        ),
    )
)


def _last_seen_before(answers: Answers, at: datetime) -> Q:
    """Was here once, and not since: whoever never came is another matter."""
    since = at - timedelta(days=int(answers["days"]))
    return Q(Exists(_visits().filter(arrived_at__lt=since))) & ~_seen_since(answers, at)


LAST_SEEN_BEFORE = declare(
    Condition(
        key="last_seen_before",
        label=gettext_lazy("Terakhir datang lebih dari … hari lalu"),
        fields=lambda: {"days": days_field(initial=90)},
        where=_last_seen_before,
        told=lambda answers: (
            ngettext(
                "lebih dari %(days)s hari lalu",
                "lebih dari %(days)s hari lalu",
                int(answers["days"]),
            )
            % answers
        ),
        may_negate=False,
    )
)


def _visited_often(answers: Answers, at: datetime) -> Q:
    counted = _visits().order_by().values("customer").annotate(n=Count("pk")).values("n")
    number = Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    return Q(GreaterThanOrEqual(number, int(answers["times"])))


VISITED_OFTEN = declare(
    Condition(
        key="visited_often",
        label=gettext_lazy("Pernah datang sedikitnya … kali"),
        fields=lambda: {
            "times": forms.IntegerField(
                label=gettext_lazy("kali"),
                min_value=1,
                max_value=1000,
                initial=3,
                widget=forms.NumberInput(attrs={"class": "width-short", "inputmode": "numeric"}),
            )
        },
        where=_visited_often,
        told=lambda answers: _("sedikitnya %(times)s kali") % answers,
    )
)


def _count_visits(batch: int, since: datetime) -> int:
    """Customers who came within two weeks of their message."""
    told = Message.objects.filter(
        batch=batch,
        customer=OuterRef("customer"),
        accepted_at__lte=OuterRef("arrived_at"),
        accepted_at__gte=OuterRef("arrived_at") - Value(FOLLOWS_WITHIN),
    )
    came = Visit.objects.filter(
        Exists(told),
        business_date__gte=(since - timedelta(days=1)).date(),
        customer__isnull=False,
    ).exclude(state__in=[VisitState.LEFT, VisitState.NO_SHOW])
    return came.aggregate(n=Count(F("customer"), distinct=True))["n"] or 0


declare_outcome(
    Outcome(
        key="visits",
        label=gettext_lazy("Datang dalam 14 hari"),
        count=_count_visits,
    )
)
