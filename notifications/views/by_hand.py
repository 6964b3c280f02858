"""What is sent from a person's own WhatsApp, where there is no sender of ours."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications import reports_calls as reports
from notifications.actions import by_hand as actions
from notifications.actions.by_hand import CannotSendByHand
from notifications.models import Channel, Message


@staff_required(Permission.SEE_INBOX)
@require_GET
def by_hand(request: StaffRequest) -> HttpResponse:
    is_done = request.GET.get("show") == "done"
    rows = reports.by_hand(request.branch, is_done=is_done, at=timezone.now())
    return render(request, "notifications/by_hand.html", {"rows": rows, "is_done": is_done})


@staff_required(Permission.SEE_INBOX)
@require_POST
def by_hand_sent(request: StaffRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, actions.mark_sent)


@staff_required(Permission.SEE_INBOX)
@require_POST
def by_hand_skip(request: StaffRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, actions.skip)


def _deed(request: StaffRequest, pk: int, do: Callable[..., None]) -> HttpResponse:
    here = Message.objects.filter(
        channel=Channel.BY_HAND, branch__in=request.user.branches_with(Permission.SEE_INBOX)
    )
    message = get_object_or_404(here, pk=pk)
    try:
        do(message, by=request.user, at=timezone.now())
    except CannotSendByHand as refusal:
        messages.error(request, str(refusal))
    return redirect("notifications:by_hand")
