"""Tags: put on and taken off a customer on her page, and the chain's list of them."""

from collections.abc import Callable
from copy import copy

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from customers.actions import (
    CannotChangeCustomer,
    CannotKeepTag,
    change_tag,
    create_tag,
    put_tag,
    take_tag_off,
)
from customers.models import Customer, CustomerTag, Tag
from customers.tag_forms import ChangeTagForm, TagForm
from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission


@staff_required(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def customer_tags(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer the tags she does not have in a dialog; put one on, or take one off."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        return _put_or_take_off(request, customer)
    offered = Tag.objects.active().exclude(customertag__customer=customer)
    context = {"customer": customer, "offered": offered}
    return render(request, "customers/tag_dialog.html", context)


def _put_or_take_off(request: StaffRequest, customer: Customer) -> HttpResponse:
    is_off = "off" in request.POST
    wanted = request.POST.get("off" if is_off else "on", "")
    tag = get_object_or_404(Tag, pk=whole_number(wanted))
    deed: Callable[..., bool] = take_tag_off if is_off else put_tag
    problem = ""
    try:
        deed(customer, tag, by=request.user, at=timezone.now())
    except CannotChangeCustomer as refusal:
        problem = str(refusal)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("home:customer", customer.pk)
    shown = Customer.objects.with_tags().get(pk=customer.pk)
    status = 409 if problem else 200
    context = {"customer": shown, "is_changed": True}
    response = render(request, "customers/tags.html", context, status=status)
    said = _("Label %(name)s dilepas.") if is_off else _("Label %(name)s dipasang.")
    event, text = ("failed", problem) if problem else ("status", said % {"name": tag.name})
    trigger_client_event(response, event, {"value": text})
    return trigger_client_event(response, "close-dialog", {"value": "tag-dialog"})


@staff_required(Permission.KEEP_TAGS)
@require_http_methods(["GET", "POST"])
def tag_list(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    return _list_page(request, TagForm())


@once
def _create(request: StaffRequest) -> HttpResponse:
    form = TagForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    data = form.cleaned_data
    try:
        tag = create_tag(
            name=data["name"],
            colour=data["colour"],
            by=request.user,
            branch=request.branch,
            at=timezone.now(),
        )
    except CannotKeepTag as refusal:
        form.add_error("name", str(refusal))
        return _list_page(request, form, status=422)
    messages.success(request, _("Label %(name)s siap dipakai.") % {"name": tag.name})
    return redirect("customers:tag_list")


@staff_required(Permission.KEEP_TAGS)
@require_http_methods(["GET", "POST"])
def tag_edit(request: StaffRequest, tag_id: int) -> HttpResponse:
    tag = get_object_or_404(Tag, pk=tag_id)
    if request.method == "GET":
        return _edit_page(request, tag, ChangeTagForm(instance=tag))
    # The form writes what was typed into its instance; the page's head shows the tag as it is.
    form = ChangeTagForm(request.POST, instance=copy(tag))
    if not form.is_valid():
        return _edit_page(request, tag, form, status=422)
    data = form.cleaned_data
    try:
        change_tag(
            tag,
            name=data["name"],
            colour=data["colour"],
            is_active=data["is_active"],
            by=request.user,
            branch=request.branch,
            at=timezone.now(),
        )
    except CannotKeepTag as refusal:
        form.add_error("name", str(refusal))
        return _edit_page(request, tag, form, status=422)
    messages.success(request, _("Label %(name)s disimpan.") % {"name": data["name"]})
    return redirect("customers:tag_list")


def _list_page(request: StaffRequest, form: TagForm, *, status: int = 200) -> HttpResponse:
    on_tag = CustomerTag.objects.filter(tag=OuterRef("pk")).order_by().values("tag")
    counted = Subquery(on_tag.annotate(n=Count("pk")).values("n"))
    tags = Tag.objects.annotate(worn_by=Coalesce(counted, 0)).order_by("-is_active", "name")
    context = {"form": form, "tags": tags}
    return render(request, "customers/tag_list.html", context, status=status)


def _edit_page(
    request: StaffRequest, tag: Tag, form: ChangeTagForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "customers/tag_edit.html", {"tag": tag, "form": form}, status=status)
