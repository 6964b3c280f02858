"""The log of messages, for whoever may see it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications import reports
from notifications.models import Message


@staff_required(Permission.SEE_MESSAGES)
@require_GET
def message_list(request: StaffRequest) -> HttpResponse:
    page = reports.message_log(
        Message.objects.visible_to(request.user).filter(branch=request.branch),
        group=request.GET.get("group", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "notifications/message_list.html", {"page": page})


@staff_required(Permission.SEE_MESSAGES)
@require_GET
def message_show(request: StaffRequest, pk: int) -> HttpResponse:
    messages = Message.objects.visible_to(request.user)
    message = get_object_or_404(
        messages.select_related("customer", "template__current", "version", "branch"), pk=pk
    )
    context = {"row": reports.message_row(message), "story": reports.story(message)}
    return render(request, "notifications/message_show.html", context)
