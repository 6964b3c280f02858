"""The branch's inbox: what customers write, whose turn it is, and the answers."""

import mimetypes
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.models import Customer
from customers.search import search_customers
from frontdesk.branches.models import Branch
from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import ONCE_FIELD, once
from frontdesk.staff.permissions import Permission
from notifications import reports_inbox as reports
from notifications.actions import talking
from notifications.actions.talking import CannotTalk
from notifications.models import Conversation, InboundMedia, MessageClass, Scope, Template
from notifications.permissions import why_not_write
from notifications.providers import media as attached
from notifications.providers.twilio import LookUpFailed

MOST_FOUND = 6
# Those that cannot carry a script.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@staff_required(Permission.SEE_INBOX)
@require_GET
def inbox(request: StaffRequest) -> HttpResponse:
    return render(request, "notifications/inbox.html", {"inbox": _inbox(request)})


@staff_required(Permission.SEE_INBOX)
@require_GET
def inbox_rows(request: StaffRequest) -> HttpResponse:
    """The list, asked for every few seconds."""
    shown = request.GET.get("show", "")
    etag = reports.inbox_etag(request.branch, by=request.user, shown=shown)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    context = {"inbox": _inbox(request), "open_talk": whole_number(request.GET.get("talk", ""))}
    response = render(request, "notifications/inbox.html#rows", context)
    response["ETag"] = etag
    return response


@staff_required(Permission.SEE_INBOX)
@require_GET
def inbox_waiting(request: StaffRequest) -> HttpResponse:
    """How many conversations wait, for the badge on every page."""
    waiting = reports.waiting(request.branch)
    if request.headers.get("If-None-Match") == waiting.etag:
        return HttpResponseNotModified(headers={"ETag": waiting.etag})
    response = render(request, "notifications/_inbox_badge.html", {"waiting": waiting})
    response["ETag"] = waiting.etag
    return response


@staff_required(Permission.SEE_INBOX)
@require_GET
def talk(request: StaffRequest, pk: int) -> HttpResponse:
    found = _talk_or_404(request, pk)
    talking.mark_read(found)
    return _page(request, found)


@staff_required(Permission.SEE_INBOX)
@require_GET
def talk_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """What was said, asked for every few seconds while a conversation is open."""
    found = _talk_or_404(request, pk)
    etag = reports.talk_etag(found)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    if found.owner_id == request.user.pk:
        talking.mark_read(found)
    shown = reports.talk_page(found, at=timezone.now())
    response = render(request, "notifications/inbox.html#lines", {"shown": shown})
    response["ETag"] = etag
    return response


@staff_required(Permission.SEE_INBOX)
@require_GET
def talk_media(request: StaffRequest, pk: int, media: int) -> HttpResponse:
    """What came with a message, through us: no page of ours loads anything from elsewhere."""
    found = _talk_or_404(request, pk)
    told = InboundMedia.objects.filter(inbound__conversation=found).exclude(provider_sid="")
    one = get_object_or_404(told.select_related("inbound"), pk=media)
    try:
        content = attached.fetch(
            one.inbound.provider_sid, one.provider_sid, content_type=one.content_type
        )
    except attached.TooBig:
        messages.error(request, _("Lampiran ini terlalu besar. Buka di HP klinik."))
    except LookUpFailed:
        messages.error(request, _("Lampiran ini tidak bisa dibuka sekarang. Coba lagi nanti."))
    else:
        return _as_file(content, one.content_type.partition(";")[0].strip().lower(), one.pk)
    return redirect("notifications:talk", pk)


def _as_file(content: bytes, content_type: str, pk: int) -> HttpResponse:
    """Pictures open beside the talk, everything else is saved; nothing in it is ever run."""
    is_picture = content_type in PICTURES
    kind = content_type if is_picture else "application/octet-stream"
    ending = mimetypes.guess_extension(content_type) or ""
    way = "inline" if is_picture else "attachment"
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'{way}; filename="lampiran-{pk}{ending}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@staff_required(Permission.SEE_INBOX)
@require_POST
@once
def talk_reply(request: StaffRequest, pk: int) -> HttpResponse:
    found = _talk_or_404(request, pk)
    text = _typed(request, "text").replace("\r\n", "\n")
    try:
        talking.reply(found, text=text, key=_key(request), by=request.user, at=timezone.now())
    except CannotTalk as refusal:
        return _page(request, _talk_or_404(request, pk), problem=str(refusal), text=text)
    return redirect("notifications:talk", pk)


@staff_required(Permission.SEE_INBOX)
@require_POST
@once
def talk_template(request: StaffRequest, pk: int) -> HttpResponse:
    found = _talk_or_404(request, pk)
    templates = Template.objects.exclude(current=None).filter(is_archived=False)
    ready = templates.filter(message_class=MessageClass.PERSONAL)
    template = ready.filter(pk=whole_number(request.POST.get("template", "")) or 0).first()
    if template is None:
        return _page(request, found, problem=_("Pilih salah satu templat."))
    try:
        talking.send_template(
            found, template=template, key=_key(request), by=request.user, at=timezone.now()
        )
    except CannotTalk as refusal:
        return _page(request, _talk_or_404(request, pk), problem=str(refusal))
    return redirect("notifications:talk", pk)


def _deed(request: StaffRequest, pk: int, do: Callable[[Conversation], object]) -> HttpResponse:
    found = _talk_or_404(request, pk)
    try:
        do(found)
    except CannotTalk as refusal:
        messages.error(request, str(refusal))
    return redirect("notifications:talk", pk)


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_take(request: StaffRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, lambda found: talking.take_over(found, by=request.user))


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else's to answer: another branch finds it unread in its inbox."""
    found = _talk_or_404(request, pk)
    to = (
        Branch.objects.active().filter(pk=whole_number(request.POST.get("branch", "")) or 0).first()
    )
    note = _typed(request, "note")
    try:
        talking.hand_over(found, to=to, note=note, by=request.user, at=timezone.now())
    except CannotTalk as refusal:
        return _page(request, _talk_or_404(request, pk), problem=str(refusal), note=note)
    assert to
    messages.success(request, _("Percakapan dialihkan ke %(branch)s.") % {"branch": to.name})
    return redirect("notifications:inbox")


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_close(request: StaffRequest, pk: int) -> HttpResponse:
    found = _talk_or_404(request, pk)
    try:
        talking.close(found, by=request.user)
    except CannotTalk as refusal:
        messages.error(request, str(refusal))
        return redirect("notifications:talk", pk)
    return redirect("notifications:inbox")


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, lambda found: talking.reopen(found, by=request.user))


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_stop(request: StaffRequest, pk: int) -> HttpResponse:
    """A person decides what may have been a "stop"."""
    chosen = request.POST.get("scope", "")
    scope = Scope(chosen) if chosen in Scope.values else None
    return _deed(
        request,
        pk,
        lambda found: talking.decide_stop(found, scope=scope, by=request.user, at=timezone.now()),
    )


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Say which customer writes from this number."""
    customers = Customer.objects.visible_to(request.user)
    customer = get_object_or_404(customers, pk=whole_number(request.POST.get("customer", "")) or 0)
    return _deed(request, pk, lambda found: talking.link(found, customer=customer))


@staff_required(Permission.SEE_INBOX)
@require_POST
def talk_people(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer the customers that an unknown number may belong to."""
    found = _talk_or_404(request, pk)
    text = request.POST.get("q", "").strip()
    with_phones = Permission.SEE_PHONES in request.may
    matches = search_customers(
        text, branch=request.branch, with_phones=with_phones, limit=MOST_FOUND
    )
    context = {"talk": found, "text": text, "matches": matches}
    return render(request, "notifications/inbox.html#people", context)


def _page(request: StaffRequest, found: Conversation, **more: Any) -> HttpResponse:
    at = timezone.now()
    shown = reports.talk_page(found, at=at)
    holder = found.owner
    context = {
        "inbox": _inbox(request),
        "open_talk": found.pk,
        "shown": shown,
        "replies": reports.quick_replies(found),
        "why_not_write": why_not_write(found, by=request.user),
        "other_branches": Branch.objects.active().exclude(pk=found.branch_id).order_by("name"),
        "is_held": holder is not None and holder != request.user,
        **more,
    }
    status = 409 if more.get("problem") else 200
    return render(request, "notifications/inbox.html", context, status=status)


def _inbox(request: StaffRequest) -> reports.Inbox:
    return reports.inbox(request.branch, by=request.user, shown=request.GET.get("show", ""))


def _talk_or_404(request: StaffRequest, pk: int) -> Conversation:
    found = Conversation.objects.visible_to(request.user).filter(branch=request.branch)
    return get_object_or_404(
        found.select_related("branch", "customer__home_branch", "owner"), pk=pk
    )


def _typed(request: StaffRequest, name: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return request.POST.get(name, "").replace("\0", "")


def _key(request: StaffRequest) -> str:
    """The form's own key: pressed twice, it is the same answer."""
    return _typed(request, ONCE_FIELD)[:40] or uuid.uuid4().hex
