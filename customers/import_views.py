"""Reading a clinic's own list: pick it, see what would happen, then take it."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.import_forms import ListForm
from customers.importing.headings import Field
from customers.importing.jobs import CannotTakeList, check_list, take_checked_list, why_not_take
from customers.importing.sample import sample_list
from customers.models import ImportJob
from customers.states import ImportState
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.models import StaffEvent, StaffEventKind
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_LISTS = 50
# After this a page says that no worker has come for the list yet.
LATE_AFTER = timedelta(seconds=20)


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_safe
def import_list(request: StaffRequest) -> HttpResponse:
    jobs = ImportJob.objects.visible_to(request.user).select_related("branch", "by")
    return render(request, "customers/import_list.html", {"jobs": jobs[:SHOWN_LISTS]})


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _receive(request)
    return render(request, "customers/import_new.html", {"form": ListForm()})


@once
def _receive(request: StaffRequest) -> HttpResponse:
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "customers/import_new.html", {"form": form}, status=422)
    job = check_list(
        form.cleaned_data["file"], branch=request.branch, by=request.user, at=timezone.now()
    )
    return redirect("customers:import_show", job.pk)


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_safe
def import_show(request: StaffRequest, job_id: int) -> HttpResponse:
    return render(request, "customers/import_show.html", _context(_load(request, job_id)))


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_safe
def import_progress(request: StaffRequest, job_id: int) -> HttpResponse:
    """Answer the poll of a reading: 304 while nothing moved."""
    job = _load(request, job_id)
    etag = _etag(job)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    response = render(request, "customers/import_show.html#reading", _context(job))
    response["ETag"] = etag
    return response


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_POST
@once
def import_take(request: StaffRequest, job_id: int) -> HttpResponse:
    check = _load(request, job_id)
    try:
        job = take_checked_list(check, by=request.user, at=timezone.now())
    except CannotTakeList as error:
        messages.error(request, str(error))
        return redirect("customers:import_show", check.pk)
    return redirect("customers:import_show", job.pk)


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_safe
def import_refused(request: StaffRequest, job_id: int) -> HttpResponse:
    """Hand out the refused rows: names and health data, so never from an address of files."""
    job = _load(request, job_id)
    if not job.refused_file:
        raise Http404
    StaffEvent.objects.create(
        kind=StaffEventKind.EXPORTED,
        staff=request.user,
        branch=request.branch,
        detail=_("%(count)s baris yang ditolak dari daftar") % {"count": job.rows_refused},
        at=timezone.now(),
    )
    stem = job.file_name.rsplit(".", 1)[0]
    suffix = job.refused_file.name.rsplit(".", 1)[1]
    with job.refused_file.open("rb") as file:
        return _download(file.read(), f"{stem}-{_('ditolak')}.{suffix}")


@staff_required(Permission.IMPORT_CUSTOMERS)
@require_safe
def import_sample(request: StaffRequest) -> HttpResponse:
    return _download(sample_list(branch=request.branch), f"{_('daftar-pelanggan')}.xlsx")


def _download(content: bytes, name: str) -> HttpResponse:
    kind = XLSX if name.endswith(".xlsx") else "text/csv; charset=utf-8"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def _load(request: StaffRequest, job_id: int) -> ImportJob:
    jobs = ImportJob.objects.visible_to(request.user).select_related("branch", "by", "dry_run")
    return get_object_or_404(jobs, pk=job_id)


def _is_late(job: ImportJob) -> bool:
    return job.state == ImportState.WAITING and timezone.now() - job.created_at > LATE_AFTER


def _etag(job: ImportJob) -> str:
    return f'"{job.state}-{job.rows_done}-{int(_is_late(job))}"'


def _context(job: ImportJob) -> dict[str, object]:
    report = job.report
    return {
        "job": job,
        "etag": _etag(job),
        "is_late": _is_late(job),
        "is_finished": job.state in {ImportState.DONE, ImportState.FAILED},
        "run": ImportJob.objects.filter(dry_run=job).first() if job.is_dry_run else None,
        "why_not_take": why_not_take(job),
        "columns": [(Field(field).label, titles) for field, titles in report.get("columns", ())],
        "report": report,
        "more_refused": job.rows_refused - len(report.get("refused", ())),
    }
