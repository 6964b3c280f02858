"""The counters' computers that are trusted with a PIN."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from frontdesk.staff import desk_session, terminal_cookie
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.actions import enrol_terminal, revoke_terminal
from frontdesk.staff.forms import TerminalForm
from frontdesk.staff.models import Terminal
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from frontdesk.staff.session_store import ACTIVE_KEY, TERMINAL_KEY


@staff_required(Permission.MANAGE_TERMINALS)
def terminals(request: StaffRequest) -> HttpResponse:
    return _page(request, TerminalForm())


@staff_required(Permission.MANAGE_TERMINALS)
@require_POST
@once
def terminal_enrol(request: StaffRequest) -> HttpResponse:
    form = TerminalForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    at = timezone.now()
    terminal, token = enrol_terminal(
        request.branch, name=form.cleaned_data["name"], by=request.user, at=at
    )
    request.session[TERMINAL_KEY] = terminal.pk
    request.session[ACTIVE_KEY] = at.isoformat()
    messages.success(request, _("Peramban ini sekarang terminal %(name)s.") % {"name": terminal})
    response = redirect("staff:terminals")
    terminal_cookie.remember(response, token)
    return response


@staff_required(Permission.MANAGE_TERMINALS)
@require_POST
def terminal_revoke(request: StaffRequest, pk: int) -> HttpResponse:
    terminal = get_object_or_404(Terminal.objects.enrolled().filter(branch=request.branch), pk=pk)
    is_this_one = request.terminal is not None and request.terminal.pk == terminal.pk
    revoke_terminal(terminal, by=request.user, at=timezone.now())
    if is_this_one:
        desk_session.end(request, at=timezone.now())
        response = redirect("staff:sign_in")
        terminal_cookie.forget(response)
        return response
    messages.success(request, _("Terminal %(name)s dicabut.") % {"name": terminal})
    return redirect("staff:terminals")


def _page(request: StaffRequest, form: TerminalForm, *, status: int = 200) -> HttpResponse:
    found = Terminal.objects.enrolled().filter(branch=request.branch)
    return render(
        request,
        "staff/terminals.html",
        {
            "form": form,
            "terminals": found.select_related("enrolled_by"),
            "this_terminal": terminal_cookie.terminal_of(request),
        },
        status=status,
    )
