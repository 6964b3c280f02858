"""The slip on paper: 58 or 80 mm from a thermal printer, or A5."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from frontdesk.branches.models import Paper
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from treatments import qr
from treatments.models import Slip


@staff_required(Permission.SEE_SLIPS, Permission.TREAT)
@require_GET
def slip_print(request: StaffRequest, pk: int) -> HttpResponse:
    """Show an issued slip as it is printed, on the branch's paper or on `?paper=58|80|a5`."""
    issued = Slip.objects.visible_to(request.user).filter(number__isnull=False)
    slip = get_object_or_404(
        issued.select_related("branch", "customer", "visit", "beautician", "approved_by"), pk=pk
    )
    wanted = request.GET.get("paper", "")
    context = {
        "slip": slip,
        "lines": slip.lines.all(),
        "paper": wanted if wanted in Paper.values else slip.branch.paper,
        "papers": Paper.choices,
        "qr": qr.svg(slip.code),
        "printed_at": timezone.now(),
    }
    # A manager of several branches may stand in another zone than the slip's.
    with timezone.override(slip.branch.zone):
        return render(request, "treatments/slip_print.html", context)
