"""The senders and their health, and the branch's daily figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications import actions
from notifications.forms_log import PauseForm, SenderForm
from notifications.models import Sender
from notifications.reports_senders import daily_figures, held_templates, sender_rows, total


@staff_required(Permission.SEE_MESSAGES)
@require_GET
def figures(request: StaffRequest) -> HttpResponse:
    days = daily_figures(request.branch, at=timezone.now())
    return render(request, "notifications/figures.html", {"days": days, "total": total(days)})


@staff_required(Permission.MANAGE_SENDERS)
@require_GET
def sender_list(request: StaffRequest) -> HttpResponse:
    context = {"rows": sender_rows(at=timezone.now()), "held": held_templates()}
    return render(request, "notifications/sender_list.html", context)


@staff_required(Permission.MANAGE_SENDERS)
@require_http_methods(["GET", "POST"])
def sender_edit(request: StaffRequest, pk: int) -> HttpResponse:
    sender = get_object_or_404(Sender.objects.select_related("portfolio"), pk=pk)
    form = SenderForm(request.POST or None, instance=sender)
    if request.method == "POST" and form.is_valid():
        people = form.cleaned_data.pop("people_a_day", None)
        actions.set_sender(
            sender,
            **form.cleaned_data,
            people_a_day=people,
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("Pengirim disimpan; berlaku mulai pesan berikutnya."))
        return redirect("notifications:sender_list")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "sender": sender, "pause_form": PauseForm()}
    return render(request, "notifications/sender_edit.html", context, status=status)


@staff_required(Permission.MANAGE_SENDERS)
@require_POST
def sender_pause(request: StaffRequest, pk: int) -> HttpResponse:
    sender = get_object_or_404(Sender.objects.select_related("portfolio"), pk=pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        context = {"form": SenderForm(instance=sender), "sender": sender, "pause_form": form}
        return render(request, "notifications/sender_edit.html", context, status=422)
    actions.pause_sender(
        sender, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
    )
    return redirect("notifications:sender_list")


@staff_required(Permission.MANAGE_SENDERS)
@require_POST
def sender_resume(request: StaffRequest, pk: int) -> HttpResponse:
    sender = get_object_or_404(Sender, pk=pk)
    actions.resume_sender(sender, by=request.user, at=timezone.now())
    return redirect("notifications:sender_list")
