"""The buttons of a promo. Each leads back to its page, which says how things stand."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from frontdesk.promos import actions
from frontdesk.promos.actions import CannotChangeCampaign
from frontdesk.promos.models import Campaign
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission


def _steer(request: StaffRequest, pk: int, deed: Callable[..., None]) -> HttpResponse:
    campaigns = Campaign.objects.visible_to(request.user).select_related(
        "branch", "batch", "template__current"
    )
    campaign = get_object_or_404(campaigns, pk=pk)
    try:
        deed(campaign, by=request.user, at=timezone.now())
    except CannotChangeCampaign as error:
        messages.error(request, str(error))
    return redirect("promos:promo_show", campaign.pk)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_start(request: StaffRequest, pk: int) -> HttpResponse:
    return _steer(request, pk, actions.start_campaign)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_unschedule(request: StaffRequest, pk: int) -> HttpResponse:
    return _steer(request, pk, actions.unschedule_campaign)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_pause(request: StaffRequest, pk: int) -> HttpResponse:
    return _steer(request, pk, actions.pause_campaign)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_resume(request: StaffRequest, pk: int) -> HttpResponse:
    return _steer(request, pk, actions.resume_campaign)


@staff_required(Permission.RUN_PROMOS)
@require_POST
def promo_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    return _steer(request, pk, actions.cancel_campaign)
