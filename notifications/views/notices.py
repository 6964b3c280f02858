"""Which notices go out, when and in which words: the chain's word, and a branch's own."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontdesk.branches.models import Branch
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications import actions, notices
from notifications.actions import CannotSetNotice, Decision
from notifications.actions.noticing import set_quiet_times, templates_for
from notifications.forms_notices import NoticeForm, QuietForm
from notifications.models import Channel, MessageClass, Template
from notifications.notices import Notice

CHAIN = "chain"


@dataclass(frozen=True)
class Row:
    decision: Decision
    when: str
    template: Template | None


@staff_required(Permission.SET_NOTICES)
@require_GET
def notice_list(request: StaffRequest) -> HttpResponse:
    scope = _scope(request)
    # What serves her first, then what is offered to her.
    decisions = sorted(
        actions.decisions(scope).values(),
        key=lambda one: (
            one.notice.message_class == MessageClass.MARKETING,
            not one.notice.asks_way,
        ),
    )
    texts = {
        template.key: template
        for template in Template.objects.filter(
            key__in=[one.template for one in decisions]
        ).select_related("current")
    }
    context = {
        "rows": [Row(one, _when(one), texts.get(one.template)) for one in decisions],
        "scope": scope,
        "is_chain": scope is None,
        "may_chain": Permission.MANAGE_CHAIN in request.may,
    }
    return render(request, "notifications/notice_list.html", context)


@staff_required(Permission.SET_NOTICES)
@require_http_methods(["GET", "POST"])
def notice_edit(request: StaffRequest, key: str) -> HttpResponse:
    scope, one = _scope(request), _notice_or_404(key)
    decision = actions.decided(key, branch=scope)
    templates = list(templates_for(one))
    chosen = next((text for text in templates if text.key == decision.template), None)
    if request.method == "POST":
        form = NoticeForm(request.POST, notice=one, templates=templates)
        if form.is_valid():
            try:
                actions.set_notice(
                    key, form.settings(), branch=scope, by=request.user, at=timezone.now()
                )
            except CannotSetNotice as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _told(one))
                return _to_list(scope)
    else:
        initial = NoticeForm.initial_from(decision, chosen)
        form = NoticeForm(initial=initial, notice=one, templates=templates)
    context = {
        "notice": one,
        "decision": decision,
        "form": form,
        "scope": scope,
        "is_chain": scope is None,
        "is_own": decision.is_own or (scope is None and decision.is_set),
        "waits_until": _waits_until(scope, decision),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "notifications/notice_edit.html", context, status=status)


@staff_required(Permission.SET_NOTICES)
@require_POST
def notice_forget(request: StaffRequest, key: str) -> HttpResponse:
    scope, one = _scope(request), _notice_or_404(key)
    try:
        actions.forget_notice(one.key, branch=scope, by=request.user, at=timezone.now())
    except CannotSetNotice as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _told(one))
    return _to_list(scope)


@staff_required(Permission.SET_NOTICES)
@require_http_methods(["GET", "POST"])
def quiet_times(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        form = QuietForm(request.POST)
        if form.is_valid():
            try:
                set_quiet_times(
                    request.branch, **form.cleaned_data, by=request.user, at=timezone.now()
                )
            except CannotSetNotice as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Jam dan hari tenang disimpan."))
                return redirect("notifications:notice_list")
    else:
        form = QuietForm(initial=QuietForm.initial_from(request.branch))
    status = 422 if request.method == "POST" else 200
    return render(request, "notifications/quiet_times.html", {"form": form}, status=status)


def _scope(request: StaffRequest) -> Branch | None:
    """The branch at hand, or (None) the whole chain for who runs it."""
    if request.GET.get("scope") != CHAIN:
        return request.branch
    if Permission.MANAGE_CHAIN not in request.may:
        raise PermissionDenied
    return None


def _to_list(scope: Branch | None) -> HttpResponse:
    response = redirect("notifications:notice_list")
    if scope is None:
        response["Location"] += f"?scope={CHAIN}"
    return response


def _notice_or_404(key: str) -> Notice:
    one = notices.known(key)
    if one is None:
        raise Http404
    return one


def _told(one: Notice) -> str:
    if one.replan is not None:
        return _("Disimpan. Pesan yang masih menunggu segera mengikuti.")
    return _(
        "Disimpan. Pesan yang masih menunggu memakai templat ini; waktu yang baru berlaku mulai "
        "pesan berikutnya."
    )


def _when(decision: Decision) -> str:
    if decision.notice.moment:
        return str(decision.notice.moment)
    clock = f"{decision.send_at:%H.%M}"
    asked, parts = decision.notice.asks_offsets, []
    days = [abs(offset) for offset in decision.offsets if offset]
    if days and asked:
        parts.append(_days(days, is_before=asked.is_before))
    if asked is None or 0 in decision.offsets:
        # A day before comes before the day itself, one after it comes later.
        parts.insert(len(parts) if asked and asked.is_before else 0, _("pada harinya"))
    return _("%(days)s, pukul %(clock)s") % {
        "days": get_text_list(parts, _("dan")),
        "clock": clock,
    }


def _days(days: list[int], *, is_before: bool) -> str:
    listed, most = get_text_list([str(day) for day in days], _("dan")), max(days)
    if is_before:
        wording = ngettext("%(days)s hari sebelumnya", "%(days)s hari sebelumnya", most)
    else:
        wording = ngettext("%(days)s hari sesudahnya", "%(days)s hari sesudahnya", most)
    return wording % {"days": listed}


def _waits_until(scope: Branch | None, decision: Decision) -> str:
    """Its hour lies in the quiet ones: then say when it goes out instead."""
    if scope is None or decision.notice.moment or decision.channel == Channel.BY_HAND:
        return ""
    moment = decision.moment(scope, scope.business_date(timezone.now()), 0)
    clock = scope.local(scope.after_quiet(moment)).time()
    return "" if clock == decision.send_at else f"{clock:%H.%M}"
