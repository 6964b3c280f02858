"""Lists given on a page: the table is the queue, a worker reads one list after the other."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import PurePath
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from customers.importing.reading import CannotRead, SourceList, check_kind, read_list
from customers.importing.refusals import refused_suffix, write_refused
from customers.importing.taking import Outcome, note_import, take_list
from customers.models import ImportJob
from customers.states import TRANSITIONS, ImportState
from frontdesk.branches.models import Branch
from frontdesk.broker import wake_on_commit
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
MOST_ATTEMPTS = 3
READ_TASK = "customers.tasks.run_waiting_imports"
# A list holds names and health data: it is kept no longer than it takes to mend and ask about it.
KEEP_FILES = timedelta(days=30)


class CannotTakeList(Exception):
    """The message says why, in words the desk may read."""


class _LostClaim(Exception):
    """Another worker reads this list now."""


@transaction.atomic
def check_list(file: File[bytes], *, branch: Branch, by: Staff, at: datetime) -> ImportJob:
    """Put a file in the queue to be checked: nobody is taken before its result was seen.

    Raises `CannotRead` for what is plainly no list.
    """
    head = file.read(4096)
    check_kind(head, size=file.size or 0)
    file.seek(0)
    name = PurePath(file.name or "").name
    job = ImportJob(
        branch=branch, by=by, file_name=name[-200:] or "?", is_dry_run=True, created_at=at
    )
    job.file.save(f"{uuid4()}{PurePath(name).suffix[:6].lower()}", file, save=False)
    job.save()
    wake_on_commit(READ_TASK)
    return job


@transaction.atomic
def take_checked_list(check: ImportJob, *, by: Staff, at: datetime) -> ImportJob:
    """Put a checked list in the queue to be taken; asked for twice it is the same reading."""
    if reason := why_not_take(check):
        raise CannotTakeList(reason)
    job, is_first = ImportJob.objects.get_or_create(
        dry_run=check,
        defaults={
            "branch": check.branch,
            "by": by,
            "file": check.file.name,
            "file_name": check.file_name,
            "is_dry_run": False,
            "created_at": at,
        },
    )
    if is_first:
        wake_on_commit(READ_TASK)
    return job


def why_not_take(check: ImportJob) -> str:
    """Return why a checked list cannot be taken, or an empty text."""
    if not check.is_dry_run or check.state != ImportState.DONE:
        return _("Daftar ini belum selesai diperiksa.")
    if not check.file:
        return _("File ini sudah dihapus. Pilih lagi daftarnya.")
    if not check.rows_new:
        return _("Tidak ada pelanggan baru di daftar ini.")
    return ""


# The worker's side --------------------------------------------------------------------------------


def claim_list(*, at: datetime) -> ImportJob | None:
    """Return the next list nobody reads, now this worker's, or None."""
    for job in ImportJob.objects.claimable(at=at).select_related("branch", "by")[:5]:
        if job.attempts >= MOST_ATTEMPTS:
            _fail(
                job,
                _("Daftar ini beberapa kali menghentikan pembaca. Bagi menjadi beberapa file."),
                at=at,
            )
        elif _move(
            job,
            to=ImportState.RUNNING,
            attempts=F("attempts") + 1,
            started_at=Coalesce(F("started_at"), at),
            heartbeat_at=at,
        ):
            job.refresh_from_db()
            return job
    return None


def read_claimed_list(job: ImportJob, *, clock: Clock) -> None:
    """Read a claimed list to its end and leave its result on the job."""
    language = job.by.language if job.by else None
    with translation.override(language), job.file.open("rb") as file:
        try:
            _read(job, file.read(), clock=clock)
        except CannotRead as error:
            _fail(job, str(error), at=clock())
        except _LostClaim:
            logger.warning("list %s is read by another worker", job.pk)
        except OperationalError:
            # The database went away: the job stays as it is, and is claimed again.
            raise
        except Exception as error:
            # Its text may quote a customer; only its kind is written down.
            logger.error("list %s could not be read: %s", job.pk, type(error).__name__)
            _fail(job, _("Daftar ini tidak dapat dibaca karena kesalahan di sistem."), at=clock())


def _read(job: ImportJob, data: bytes, *, clock: Clock) -> None:
    assert job.started_at is not None
    source = read_list(data)

    def note_progress(outcome: Outcome) -> None:
        kept = ImportJob.objects.filter(
            pk=job.pk, state=ImportState.RUNNING, attempts=job.attempts
        ).update(**_counts(outcome), heartbeat_at=clock())
        if not kept:
            raise _LostClaim

    outcome = take_list(
        source,
        branch=job.branch,
        branches=_branches(job),
        by=job.by,
        at=job.started_at,
        is_dry_run=job.is_dry_run,
        on_batch=note_progress,
    )
    _finish(job, source, outcome, at=clock())


@transaction.atomic
def _finish(job: ImportJob, source: SourceList, outcome: Outcome, *, at: datetime) -> None:
    if outcome.refused:
        content = ContentFile(write_refused(source, outcome.refused))
        job.refused_file.save(f"{uuid4()}{refused_suffix(source)}", content, save=False)
    is_ours = _move(
        job,
        to=ImportState.DONE,
        **_counts(outcome),
        report=outcome.as_json(source),
        refused_file=job.refused_file.name or "",
        finished_at=at,
    )
    if not is_ours:
        job.refused_file.delete(save=False)
        raise _LostClaim
    if not job.is_dry_run:
        note_import(outcome, branch=job.branch, by=job.by, at=at)


def _branches(job: ImportJob) -> list[Branch]:
    if job.by is None:
        return [job.branch]
    allowed = job.by.branches_with(Permission.IMPORT_CUSTOMERS)
    return list(Branch.objects.active().filter(pk__in=allowed))


def _counts(outcome: Outcome) -> dict[str, int]:
    return {
        "rows_total": outcome.total,
        "rows_done": outcome.done,
        "rows_new": outcome.new,
        "rows_known": outcome.known,
        "rows_refused": len(outcome.refused),
    }


def _fail(job: ImportJob, problem: str, *, at: datetime) -> None:
    if job.state == ImportState.RUNNING:
        _move(job, to=ImportState.FAILED, problem=problem[:300], finished_at=at)


def _move(job: ImportJob, *, to: ImportState, **fields: object) -> bool:
    """Move a job that is still in the state and claim it was loaded with; say whether it was."""
    if to not in TRANSITIONS[ImportState(job.state)]:
        return False
    moved = ImportJob.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts).update(
        state=to, **fields
    )
    return bool(moved)


def forget_old_lists(*, at: datetime) -> int:
    """Delete the files of lists that were read long ago; their counts stay."""
    old = ImportJob.objects.filter(finished_at__lt=at - KEEP_FILES).exclude(
        file="", refused_file=""
    )
    for job in old:
        # A taken list shares its file with its check.
        if job.file and job.file.storage.exists(job.file.name):
            job.file.delete(save=False)
        if job.refused_file:
            job.refused_file.delete(save=False)
        report = {key: value for key, value in job.report.items() if key != "refused"}
        ImportJob.objects.filter(pk=job.pk).update(file="", refused_file="", report=report)
    return len(old)
