"""Writing the texts: chips, reasons beside the words, a real customer's preview, versions."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from customers.models import Customer
from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from notifications import notices
from notifications.actions import stopping, writing
from notifications.actions.stopping import CannotResumeTemplate
from notifications.actions.writing import CannotWriteTemplate
from notifications.forms_templates import NewTemplateForm, WordsForm
from notifications.linting import Finding, refuses
from notifications.models import MessageClass, Template, TemplateVersion
from notifications.segments import count, to_gsm7
from notifications.variables import Variable, values_for
from notifications.wording import filled

VERSIONS = 20


@dataclass(frozen=True)
class Group:
    message_class: MessageClass
    label: StrOrPromise
    about: StrOrPromise
    templates: list[Template]


GROUPS = (
    (
        MessageClass.TRANSACTIONAL,
        gettext_lazy("Layanan"),
        gettext_lazy("Untuk yang menyetujui pengingat. Tanpa promo."),
    ),
    (
        MessageClass.MARKETING,
        gettext_lazy("Promo"),
        gettext_lazy("Hanya untuk yang menyetujui promo."),
    ),
    (
        MessageClass.PERSONAL,
        gettext_lazy("Balasan cepat"),
        gettext_lazy("Di kotak masuk, selama pelanggan baru saja menulis."),
    ),
)


@staff_required(Permission.WRITE_TEMPLATES)
@require_GET
def template_list(request: StaffRequest) -> HttpResponse:
    is_archived = request.GET.get("show") == "archived"
    rows = list(Template.objects.filter(is_archived=is_archived).select_related("current__by"))
    groups = [
        Group(kind, label, about, [row for row in rows if row.message_class == kind])
        for kind, label, about in GROUPS
    ]
    context = {
        "groups": [group for group in groups if group.templates or not is_archived],
        "is_archived": is_archived,
    }
    return render(request, "notifications/template_list.html", context)


@staff_required(Permission.WRITE_TEMPLATES)
@require_http_methods(["GET", "POST"])
def template_new(request: StaffRequest) -> HttpResponse:
    return _write_new(request) if request.method == "POST" else _new_page(request)


@once
def _write_new(request: StaffRequest) -> HttpResponse:
    form = NewTemplateForm(request.POST)
    if form.is_valid():
        try:
            template = writing.new_template(**form.cleaned_data, by=request.user, at=timezone.now())
        except CannotWriteTemplate as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, _("Templat disimpan."))
            return redirect("notifications:template_show", template.pk)
    return _new_page(request, form)


@staff_required(Permission.WRITE_TEMPLATES)
@require_http_methods(["GET", "POST"])
def template_show(request: StaffRequest, pk: int) -> HttpResponse:
    template = _template_or_404(pk)
    if request.method == "GET":
        return _page(request, template)
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            writing.save_words(template, **form.cleaned_data, by=request.user, at=timezone.now())
        except CannotWriteTemplate as refusal:
            form.add_error("body", str(refusal))
        else:
            messages.success(request, _("Templat disimpan."))
            return redirect("notifications:template_show", template.pk)
    return _page(request, template, form)


@staff_required(Permission.WRITE_TEMPLATES)
@require_POST
def template_preview(request: StaffRequest) -> HttpResponse:
    """The words as they are being typed: how a customer reads them, and what is wrong."""
    pk = request.POST.get("template", "")
    template = _template_or_404(whole_number(pk) or 0) if pk else None
    kind = template.message_class if template else request.POST.get("message_class", "")
    if kind not in MessageClass.values:
        kind = MessageClass.TRANSACTIONAL
    shown = _preview(
        request,
        template,
        MessageClass(kind),
        body=_typed(request.POST, "body"),
        sms_body=_typed(request.POST, "sms_body"),
    )
    return render(request, "notifications/template_show.html#preview", shown)


@staff_required(Permission.WRITE_TEMPLATES)
@require_POST
def template_restore(request: StaffRequest, pk: int) -> HttpResponse:
    template = _template_or_404(pk)
    number = whole_number(request.POST.get("number", "")) or 0
    versions = TemplateVersion.objects.select_related("template")
    version = versions.filter(template=template, number=number).first()
    if version is None:
        return redirect("notifications:template_show", template.pk)
    try:
        writing.restore_version(version, by=request.user, at=timezone.now())
    except CannotWriteTemplate as refusal:
        form = WordsForm({"body": version.body, "sms_body": version.sms_body})
        form.is_valid()
        form.add_error("body", str(refusal))
        return _page(request, template, form)
    messages.success(
        request, _("Versi %(number)d dipakai lagi sebagai versi baru.") % {"number": number}
    )
    return redirect("notifications:template_show", template.pk)


@staff_required(Permission.WRITE_TEMPLATES)
@require_POST
@once
def template_test(request: StaffRequest, pk: int) -> HttpResponse:
    template = _template_or_404(pk)
    try:
        message = writing.send_test(
            template, branch=request.branch, by=request.user, at=timezone.now()
        )
    except CannotWriteTemplate as refusal:
        messages.error(request, str(refusal))
        return redirect("notifications:template_show", template.pk)
    messages.success(request, _("Contoh sedang dikirim ke nomor Anda."))
    if Permission.SEE_MESSAGES in request.may:
        return redirect("notifications:message_show", message.pk)
    return redirect("notifications:template_show", template.pk)


@staff_required(Permission.WRITE_TEMPLATES)
@require_POST
def template_resume(request: StaffRequest, pk: int) -> HttpResponse:
    template = _template_or_404(pk)
    try:
        stopping.resume_template(template, by=request.user, at=timezone.now())
    except CannotResumeTemplate as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Pesan dengan templat ini berangkat lagi."))
    return redirect("notifications:template_show", template.pk)


@staff_required(Permission.WRITE_TEMPLATES)
@require_POST
def template_archive(request: StaffRequest, pk: int) -> HttpResponse:
    template = _template_or_404(pk)
    is_archived = request.POST.get("archived") == "1"
    try:
        writing.archive_template(template, is_archived=is_archived, by=request.user)
    except CannotWriteTemplate as refusal:
        messages.error(request, str(refusal))
        return redirect("notifications:template_show", template.pk)
    messages.success(
        request, _("Templat disimpan di arsip.") if is_archived else _("Templat dipakai lagi.")
    )
    return redirect("notifications:template_list")


def _template_or_404(pk: int) -> Template:
    """Texts belong to the chain, like the numbers they go out from."""
    return get_object_or_404(Template.objects.select_related("current__by"), pk=pk)


def _typed(posted: QueryDict, name: str) -> str:
    return "\n".join(line.rstrip() for line in posted.get(name, "")[:4000].splitlines()).strip()


def _new_page(request: StaffRequest, form: NewTemplateForm | None = None) -> HttpResponse:
    shown = form or NewTemplateForm()
    body = str(shown["body"].value() or "")
    kind = str(shown["message_class"].value() or "")
    context = {
        "form": shown,
        "chips": writing.offered_by(None),
        **_preview(
            request,
            None,
            MessageClass(kind) if kind in MessageClass.values else MessageClass.TRANSACTIONAL,
            body=body,
            sms_body=str(shown["sms_body"].value() or ""),
            is_silent=not body,
        ),
    }
    status = 422 if form else 200
    return render(request, "notifications/template_show.html", context, status=status)


def _page(request: StaffRequest, template: Template, form: WordsForm | None = None) -> HttpResponse:
    current = template.current
    words = {"body": current.body, "sms_body": current.sms_body} if current else {}
    shown = form or WordsForm(initial=words)
    context = {
        "template": template,
        "form": shown,
        "chips": writing.offered_by(template),
        "notice": notices.known(template.key),
        "versions": template.versions.select_related("by")[:VERSIONS],
        "why_not_archive": writing.why_not_archive(template),
        **_preview(
            request,
            template,
            MessageClass(template.message_class),
            body=str(shown["body"].value() or ""),
            sms_body=str(shown["sms_body"].value() or ""),
        ),
    }
    status = 422 if form else 200
    return render(request, "notifications/template_show.html", context, status=status)


@dataclass(frozen=True)
class Reason:
    finding: Finding
    part: str


def _preview(
    request: StaffRequest,
    template: Template | None,
    message_class: MessageClass,
    *,
    body: str,
    sms_body: str,
    is_silent: bool = False,
) -> dict[str, Any]:
    found = writing.findings(template, message_class=message_class, body=body, sms_body=sms_body)
    # What must be mended comes first.
    found = [] if is_silent else sorted(found, key=lambda one: not one.is_error)
    people = _people(request)
    chosen = request.POST.get("customer", "")
    person = next((one for one in people if str(one.pk) == chosen), people[0] if people else None)
    values = _values(request, person, writing.offered_by(template))
    short = to_gsm7(filled(sms_body or body, values))
    return {
        "reasons": [
            Reason(one, (sms_body if one.is_sms else body)[one.start : one.end]) for one in found
        ],
        "is_refused": refuses(found),
        "is_silent": is_silent,
        "as_read": filled(body, values),
        "as_sms": short,
        "segments": count(short),
        "people": people,
        "person": person,
    }


def _values(
    request: StaffRequest, person: Customer | None, offered: tuple[Variable, ...]
) -> dict[str, str]:
    values = {**writing.samples(offered), **values_for(request.branch, person)}
    return values if person else {**values, "name": offered[0].sample}


def _people(request: StaffRequest) -> list[Customer]:
    """A few of the branch's own customers, so that the words are seen with real names."""
    if Permission.SEE_CUSTOMERS not in request.may:
        return []
    own = Customer.objects.visible_to(request.user).filter(home_branch=request.branch)
    return list(own.order_by("-pk").only("pk", "name", "call_name", "honorific")[:8])
