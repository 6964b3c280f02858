"""The page of a running promo, asked for as the browser of a branch manager does."""

from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.home.bench.load import Ask, Timing, ask_all
from frontdesk.home.bench.signing_in import signed_in
from frontdesk.promos.models import Campaign
from frontdesk.staff.models import Assignment, Staff
from frontdesk.staff.permissions import Role


def measure(address: str, campaign: Campaign, branch: Branch, *, asks: int) -> Timing:
    manager = Staff.objects.create(
        username="bench-manager", name="Bench", nickname="Bench", joined_at=timezone.now()
    )
    Assignment.objects.create(staff=manager, branch=branch, role=Role.BRANCH_MANAGER)
    page = Ask(reverse("promos:promo_show", args=[campaign.pk]))
    return ask_all(address, [[page] * (asks + 1)], [signed_in(manager, branch=branch)])
