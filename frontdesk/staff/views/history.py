"""What happened at the branch's desks."""

from django.http import HttpResponse
from django.shortcuts import render

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from frontdesk.staff.reports import branch_history


@staff_required(Permission.SEE_HISTORY)
def history(request: StaffRequest) -> HttpResponse:
    page = branch_history(request.branch, before=request.GET.get("before", ""))
    return render(request, "staff/history.html", {"page": page})
