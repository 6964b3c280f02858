"""Writing a promo: one page, with the audience counted beside it while it is written."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.numbers import whole_number
from frontdesk.promos import actions, reports
from frontdesk.promos.actions import CannotChangeCampaign
from frontdesk.promos.forms import PromoForm
from frontdesk.promos.models import Campaign
from frontdesk.promos.permissions import why_not_write
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission

FORM = "promos/promo_form.html"


@staff_required(Permission.RUN_PROMOS)
@require_http_methods(["GET", "HEAD", "POST"])
def promo_new(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    form = PromoForm(staff=request.user, branch=request.branch)
    return render(request, FORM, {"form": form})


@once
def _create(request: StaffRequest) -> HttpResponse:
    form = PromoForm(request.POST, staff=request.user, branch=request.branch)
    if not form.is_valid():
        return render(request, FORM, {"form": form}, status=422)
    campaign = actions.create_campaign(
        form.promo(), branch=request.branch, by=request.user, at=timezone.now()
    )
    return redirect("promos:promo_show", campaign.pk)


@staff_required(Permission.RUN_PROMOS)
@require_http_methods(["GET", "HEAD", "POST"])
def promo_edit(request: StaffRequest, pk: int) -> HttpResponse:
    campaigns = Campaign.objects.visible_to(request.user).select_related("branch", "template")
    campaign = get_object_or_404(campaigns, pk=pk)
    sent = request.POST if request.method == "POST" else None
    form = PromoForm(sent, staff=request.user, branch=campaign.branch, campaign=campaign)
    problem = why_not_write(campaign, by=request.user)
    if sent is not None and form.is_valid() and not problem:
        # What was on the screen when it was opened; somebody else's words are not lost.
        campaign.version = whole_number(sent.get("version", "")) or 0
        try:
            actions.change_campaign(campaign, form.promo(), by=request.user, at=timezone.now())
        except CannotChangeCampaign as error:
            problem = str(error)
        else:
            return redirect("promos:promo_show", campaign.pk)
    context = {"form": form, "campaign": campaign, "problem": problem}
    return render(request, FORM, context, status=422 if sent is not None else 200)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_audience(request: StaffRequest) -> HttpResponse:
    """Count whom the form as it stands means; nothing is kept of it."""
    form = PromoForm(request.POST, staff=request.user, branch=request.branch)
    form.is_valid()
    audience = form.audience()
    context: dict[str, object] = {"form": form}
    if audience is not None:
        context["look"] = reports.look(
            audience,
            template=form.cleaned_data.get("template"),
            written=form.variables(),
            start_at=form.start_at or timezone.now(),
            ends_at=form.ends_at,
            show=whole_number(request.POST.get("show", "")),
        )
    return render(request, "promos/_look.html", context)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_words(request: StaffRequest) -> HttpResponse:
    """Ask for what the chosen text needs; what was typed for another one stays where it fits."""
    typed = {
        name: str(value)
        for name, value in request.POST.items()
        if name == "template" or name.startswith("var_")
    }
    form = PromoForm(staff=request.user, branch=request.branch, typed=typed)
    return render(request, "promos/_words.html", {"form": form})
