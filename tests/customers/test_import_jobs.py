"""The queue of lists: one worker a list, taken over from a worker that died."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from pytest_django import Settings

from customers.importing import jobs
from customers.importing.jobs import (
    CannotTakeList,
    check_list,
    claim_list,
    forget_old_lists,
    read_claimed_list,
    take_checked_list,
)
from customers.importing.reading import CannotRead
from customers.models import Customer, ImportJob
from customers.states import ImportState
from customers.tasks import run_waiting_imports
from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from tests.conftest import Cast
from tests.customers.lists import csv_text, nasty_rows, xlsx
from tests.factories import NOW


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(rows: list[list[Any]], name: str = "pelanggan.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, csv_text(rows).encode())


def check(cast: Cast, branch: Branch, rows: list[list[Any]] | None = None) -> ImportJob:
    file = upload(rows or [["Nama", "HP"], ["Ani", "081234567890"], ["Budi", "8,13E+11"]])
    return check_list(file, branch=branch, by=cast.maya, at=NOW)


def work() -> None:
    while job := claim_list(at=NOW):
        read_claimed_list(job, clock=lambda: NOW)


def test_check_then_take(cast: Cast, menteng: Branch) -> None:
    checked = check(cast, menteng)
    assert "pelanggan" not in checked.file.name
    work()
    checked.refresh_from_db()
    assert (checked.state, checked.is_dry_run) == (ImportState.DONE, True)
    assert (checked.rows_new, checked.rows_known, checked.rows_refused) == (1, 0, 1)
    assert checked.report["refused"][0]["row"] == 3
    assert b"Budi" in checked.refused_file.read()
    assert not Customer.objects.exists()
    assert not StaffEvent.objects.exists()

    taken = take_checked_list(checked, by=cast.maya, at=NOW)
    assert take_checked_list(checked, by=cast.maya, at=NOW).pk == taken.pk
    work()
    taken.refresh_from_db()
    assert (taken.state, taken.rows_new, taken.rows_refused) == (ImportState.DONE, 1, 1)
    ani = Customer.objects.get()
    assert (ani.name, ani.created_by, ani.home_branch) == ("Ani", cast.maya, menteng)
    event = StaffEvent.objects.get()
    assert (event.kind, event.staff, event.branch) == (
        StaffEventKind.IMPORTED, cast.maya, menteng,
    )  # fmt: skip
    assert event.detail == "1 baru, 0 sudah ada, 1 ditolak"


def test_what_may_not_be_taken(cast: Cast, menteng: Branch) -> None:
    checked = check(cast, menteng)
    with pytest.raises(CannotTakeList, match="belum selesai"):
        take_checked_list(checked, by=cast.maya, at=NOW)
    nobody = check(cast, menteng, [["Nama"], ["?"]])
    work()
    nobody.refresh_from_db()
    with pytest.raises(CannotTakeList, match="Tidak ada pelanggan baru"):
        take_checked_list(nobody, by=cast.maya, at=NOW)


def test_a_file_that_is_no_list_never_waits(cast: Cast, menteng: Branch) -> None:
    with pytest.raises(CannotRead):
        check_list(SimpleUploadedFile("a.xlsx", b"%PDF-1.7"), branch=menteng, by=cast.maya, at=NOW)
    assert not ImportJob.objects.exists()


def test_what_turns_out_unreadable_fails_with_a_sentence(cast: Cast, menteng: Branch) -> None:
    job = check(cast, menteng, [["HP"], ["0812"]])
    work()
    job.refresh_from_db()
    assert job.state == ImportState.FAILED
    assert "judul kolom" in job.problem


def test_an_unforeseen_fault_says_no_name_in_the_log(
    cast: Cast, menteng: Branch, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise ZeroDivisionError("Ani 081234567890")

    job = check(cast, menteng)
    monkeypatch.setattr(jobs, "take_list", fail)
    work()
    job.refresh_from_db()
    assert job.state == ImportState.FAILED
    assert "kesalahan" in job.problem
    assert "ZeroDivisionError" in caplog.text
    assert "Ani" not in caplog.text


def test_the_reasons_are_in_the_language_of_whoever_asked(cast: Cast, menteng: Branch) -> None:
    cast.maya.language = "en"
    cast.maya.save()
    job = check(cast, menteng)
    work()
    job.refresh_from_db()
    assert job.report["refused"]


def test_the_branches_of_whoever_asked(cast: Cast, menteng: Branch, jayapura: Branch) -> None:
    job = check(cast, menteng, [["Nama", "Cabang"], ["Ani", "JYP"], ["Budi", "JKT"]])
    work()
    job.refresh_from_db()
    assert (job.rows_new, job.rows_refused) == (1, 1)
    all_of_them = check_list(
        upload([["Nama", "Cabang"], ["Ani", "JYP"]]), branch=menteng, by=cast.citra, at=NOW
    )
    work()
    all_of_them.refresh_from_db()
    assert (all_of_them.rows_new, all_of_them.rows_refused) == (1, 0)


def test_taken_over_from_a_worker_that_died(
    cast: Cast, menteng: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = nasty_rows(2500, seed=9)
    file = SimpleUploadedFile("a.xlsx", xlsx(rows))
    checked = check_list(file, branch=menteng, by=cast.maya, at=NOW)
    work()
    checked.refresh_from_db()
    job = take_checked_list(checked, by=cast.maya, at=NOW)

    class Died(BaseException):
        pass

    beats: list[int] = []

    def clock() -> Any:
        beats.append(1)
        if len(beats) == 2:
            raise Died
        return NOW

    claimed = claim_list(at=NOW)
    assert claimed is not None
    with pytest.raises(Died):
        read_claimed_list(claimed, clock=clock)
    job.refresh_from_db()
    assert (job.state, job.rows_done) == (ImportState.RUNNING, 1000)
    assert claim_list(at=NOW + timedelta(seconds=59)) is None
    later = NOW + timedelta(seconds=61)
    again = claim_list(at=later)
    assert again is not None
    assert (again.pk, again.attempts, again.started_at) == (job.pk, 2, NOW)
    read_claimed_list(again, clock=lambda: later)
    job.refresh_from_db()
    assert job.state == ImportState.DONE
    assert (job.rows_new, job.rows_known, job.rows_refused) == (
        checked.rows_new, checked.rows_known, checked.rows_refused,
    )  # fmt: skip
    assert Customer.objects.count() == job.rows_new
    assert StaffEvent.objects.filter(kind=StaffEventKind.IMPORTED).count() == 1

    # The one that was thought dead wakes up, and finds that the list is no longer its own.
    read_claimed_list(claimed, clock=lambda: later)
    job.refresh_from_db()
    assert (job.attempts, job.state) == (2, ImportState.DONE)
    assert StaffEvent.objects.filter(kind=StaffEventKind.IMPORTED).count() == 1


def test_a_list_that_kills_its_readers_is_given_up(cast: Cast, menteng: Branch) -> None:
    job = check(cast, menteng)
    for attempt in range(3):
        assert claim_list(at=NOW + attempt * timedelta(minutes=2)) is not None
    assert claim_list(at=NOW + timedelta(minutes=7)) is None
    job.refresh_from_db()
    assert job.state == ImportState.FAILED
    assert "beberapa kali" in job.problem


def test_a_database_that_goes_away_leaves_the_list_to_the_next(
    cast: Cast, menteng: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_away(*args: object, **options: object) -> None:
        raise OperationalError

    job = check(cast, menteng)
    monkeypatch.setattr(jobs, "take_list", go_away)
    claimed = claim_list(at=NOW)
    assert claimed is not None
    with pytest.raises(OperationalError):
        read_claimed_list(claimed, clock=lambda: NOW)
    job.refresh_from_db()
    assert job.state == ImportState.RUNNING


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_one_list_once(cast: Cast, menteng: Branch) -> None:
    check(cast, menteng)
    claims: list[int] = []
    start = threading.Barrier(4)

    def claim() -> None:
        try:
            start.wait()
            if job := claim_list(at=NOW):
                claims.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_list_waits_and_beat_finds_it(
    cast: Cast, menteng: Branch, caplog: pytest.LogCaptureFixture
) -> None:
    url = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        job = check(cast, menteng)
    finally:
        current_app.conf.broker_url = url
    assert job.state == ImportState.WAITING
    assert "run_waiting_imports waits for the next beat" in caplog.text
    run_waiting_imports()
    job.refresh_from_db()
    assert job.state == ImportState.DONE


def test_files_are_forgotten_after_a_month(cast: Cast, menteng: Branch, media: Path) -> None:
    checked = check(cast, menteng)
    work()
    checked.refresh_from_db()
    take_checked_list(checked, by=cast.maya, at=NOW)
    work()
    assert forget_old_lists(at=NOW + timedelta(days=29)) == 0
    assert forget_old_lists(at=NOW + timedelta(days=31)) == 2
    assert not [path for path in media.rglob("*") if path.is_file()]
    checked.refresh_from_db()
    assert (checked.file.name, checked.rows_new) == ("", 1)
    assert "refused" not in checked.report
    with pytest.raises(CannotTakeList, match="sudah dihapus"):
        take_checked_list(checked, by=cast.maya, at=NOW)
