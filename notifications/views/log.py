"""The log of messages, for whoever may see it."""

from datetime import time, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from frontdesk.branches.models import Branch
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications import reports
from notifications.forms_log import PROMO, LogForm
from notifications.models import Message
from notifications.reports import LogFilter
from notifications.reports_senders import held_templates


@staff_required(Permission.SEE_MESSAGES)
@require_GET
def message_list(request: StaffRequest) -> HttpResponse:
    form = LogForm(request.GET or None)
    values = form.cleaned_data if form.is_valid() else {}
    page = reports.message_log(
        Message.objects.visible_to(request.user).filter(branch=request.branch),
        asked=_filter(values, group=request.GET.get("group", ""), branch=request.branch),
        before=request.GET.get("before", ""),
    )
    kept = _kept(request.GET)
    context = {
        "held": held_templates(),
        "page": page,
        "form": form,
        # The tabs keep the filter, the pages keep both.
        "kept": kept.urlencode(),
        "is_filtered": bool(kept),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "notifications/message_list.html", context, status=status)


@staff_required(Permission.SEE_MESSAGES)
@require_GET
def message_show(request: StaffRequest, pk: int) -> HttpResponse:
    messages = Message.objects.visible_to(request.user)
    message = get_object_or_404(
        messages.select_related("customer", "template__current", "version", "branch"), pk=pk
    )
    context = {
        "row": reports.message_row(message),
        "story": reports.story(message),
        "told": reports.told_together(message),
    }
    return render(request, "notifications/message_show.html", context)


def _filter(values: dict[str, Any], *, group: str, branch: Branch) -> LogFilter:
    known = {one.key for one in reports.GROUPS}
    notice, since, until = values.get("notice", ""), values.get("since"), values.get("until")
    return LogFilter(
        group=group if group in known else "",
        notice="" if notice == PROMO else notice,
        channel=values.get("channel", ""),
        is_promo=notice == PROMO,
        since=branch.at(since, time.min) if since else None,
        until=branch.at(until + timedelta(days=1), time.min) if until else None,
    )


def _kept(asked: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name in ("notice", "channel", "since", "until"):
        if value := str(asked.get(name, "")):
            kept[name] = value
    return kept
