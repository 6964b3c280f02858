"""Looking at promos: the list, one of them, and how it fares."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from frontdesk.numbers import whole_number
from frontdesk.promos import reports
from frontdesk.promos.audience import Audience, told
from frontdesk.promos.conditions import read_choices
from frontdesk.promos.models import Campaign, CampaignQuerySet
from frontdesk.promos.permissions import why_not_start
from frontdesk.promos.states import CampaignState
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission

SHOWN = 50
NOT_STARTED = frozenset({CampaignState.DRAFT, CampaignState.SCHEDULED})
SHOW = "promos/promo_show.html"


def _campaigns(request: StaffRequest) -> CampaignQuerySet:
    return Campaign.objects.visible_to(request.user).select_related(
        "branch", "figures", "template__current", "created_by"
    )


@staff_required(Permission.RUN_PROMOS)
@require_safe
def promo_list(request: StaffRequest) -> HttpResponse:
    campaigns = _campaigns(request).filter(branch=request.branch).order_by("-created_at", "-pk")
    rows = [reports.progress(campaign) for campaign in campaigns[:SHOWN]]
    return render(request, "promos/promo_list.html", {"rows": rows})


@staff_required(Permission.RUN_PROMOS)
@require_safe
def promo_show(request: StaffRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(_campaigns(request), pk=pk)
    context = {
        "campaign": campaign,
        "branches": list(campaign.branches.all()),
        "progress": reports.progress(campaign),
        "held": reports.why_held(campaign),
        "conditions": told(read_choices(campaign.conditions)),
        "events": list(campaign.events.select_related("by")),
        "why_not_start": why_not_start(campaign, by=request.user, at=timezone.now()),
    }
    return render(request, SHOW, context)


@staff_required(Permission.RUN_PROMOS)
@require_safe
def promo_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer the poll of a promo: 304 while no figure moved."""
    campaign = get_object_or_404(
        Campaign.objects.visible_to(request.user).select_related(
            "branch", "figures", "template__current"
        ),
        pk=pk,
    )
    etag = reports.etag_of(campaign)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    context = {
        "campaign": campaign,
        "progress": reports.progress(campaign),
        "held": reports.why_held(campaign),
    }
    response = render(request, f"{SHOW}#progress", context)
    response["ETag"] = etag
    return response


@staff_required(Permission.RUN_PROMOS)
@require_safe
def promo_look(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what somebody would read; before the start, count the audience too."""
    campaign = get_object_or_404(_campaigns(request), pk=pk)
    look = reports.look(
        Audience.of(campaign),
        template=campaign.template,
        written=campaign.variables,
        start_at=max(campaign.start_at or timezone.now(), timezone.now()),
        ends_at=campaign.ends_at,
        show=whole_number(request.GET.get("show", "")),
        count=campaign.state in NOT_STARTED,
    )
    return render(request, "promos/_look.html", {"look": look, "campaign": campaign})
