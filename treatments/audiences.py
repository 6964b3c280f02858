"""What promos may choose their audience by of treatments. It never stands in a message."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy, ngettext

from frontdesk.promos.audiences import days_field
from frontdesk.promos.conditions import Answers, Condition, declare
from treatments.models import Control, SlipLine, Treatment
from treatments.states import FINISHED, ControlState


def _treatments() -> forms.MultipleChoiceField:
    names = Treatment.objects.values_list("pk", "name")
    return forms.MultipleChoiceField(
        label=gettext_lazy("perawatan"),
        choices=[(str(pk), name) for pk, name in names],
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )


def _categories() -> forms.ChoiceField:
    names = Treatment.objects.order_by("category").values_list("category", flat=True).distinct()
    return forms.ChoiceField(
        label=gettext_lazy("kelompok"), choices=[(name, name) for name in names]
    )


def _had(lines: Q, answers: Answers, at: datetime) -> Q:
    since = at - timedelta(days=int(answers["days"]))
    done = SlipLine.objects.filter(
        lines,
        slip__customer=OuterRef("pk"),
        slip__state__in=sorted(FINISHED),
        slip__finished_at__gte=since,
    )
    return Q(Exists(done))


def _had_treatment(answers: Answers, at: datetime) -> Q:
    return _had(Q(treatment__in=[int(pk) for pk in answers["treatments"]]), answers, at)


def _told_treatment(answers: Answers) -> str:
    names = Treatment.objects.filter(pk__in=answers["treatments"]).values_list("name", flat=True)
    wording = ngettext(
        "%(names)s dalam %(days)s hari terakhir",
        "%(names)s dalam %(days)s hari terakhir",
        int(answers["days"]),
    )
    return wording % {"names": ", ".join(names), "days": answers["days"]}


HAD_TREATMENT = declare(
    Condition(
        key="had_treatment",
        label=gettext_lazy("Pernah mendapat perawatan"),
        fields=lambda: {"treatments": _treatments(), "days": days_field(initial=180)},
        where=_had_treatment,
        told=_told_treatment,
    )
)

HAD_CATEGORY = declare(
    Condition(
        key="had_category",
        label=gettext_lazy("Pernah mendapat perawatan dari kelompok"),
        fields=lambda: {"category": _categories(), "days": days_field(initial=180)},
        where=lambda answers, at: _had(Q(treatment__category=answers["category"]), answers, at),
        told=lambda answers: (
            ngettext(
                "%(category)s dalam %(days)s hari terakhir",
                "%(category)s dalam %(days)s hari terakhir",
                int(answers["days"]),
            )
            % answers
        ),
    )
)


def _missed_control(answers: Answers, at: datetime) -> Q:
    since = (at - timedelta(days=int(answers["days"]))).date()
    missed = Control.objects.filter(
        customer=OuterRef("pk"), state=ControlState.MISSED, due_on__gte=since
    )
    return Q(Exists(missed))


MISSED_CONTROL = declare(
    Condition(
        key="missed_control",
        label=gettext_lazy("Melewatkan kontrol dalam … hari terakhir"),
        fields=lambda: {"days": days_field(initial=30)},
        where=_missed_control,
        told=lambda answers: (
            ngettext(
                "dalam %(days)s hari terakhir", "dalam %(days)s hari terakhir", int(answers["days"])
            )
            % answers
        ),
    )
)
