"""Picking a list on a page, watching it, taking it, and who may."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from customers.models import Customer, ImportJob
from customers.states import ImportState
from customers.tasks import run_waiting_imports
from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from tests.conftest import Cast, SignIn
from tests.factories import NOW

LIST = b'Nama,HP,Instagram\nAni,081234567890,@ani\nBudi,"8,13E+11",@budi\n'
KEY = "6f1c7b1e-3b1a-4c57-9a43-0d8c0f6f9d11"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def maya(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.maya)


def upload(client: Client, content: bytes = LIST, name: str = "pelanggan.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("customers:import_new"), {"file": file, "once": KEY})


def test_from_the_file_to_the_customers(
    maya: Client, menteng: Branch, django_capture_on_commit_callbacks: object
) -> None:
    assert maya.get(reverse("customers:import_list")).status_code == 200
    assert maya.get(reverse("customers:import_new")).status_code == 200
    response = upload(maya)
    check = ImportJob.objects.get()
    assert response.headers["Location"] == reverse("customers:import_show", args=[check.pk])
    page = maya.get(response.headers["Location"])
    assert b"<progress" in page.content
    assert "menunggu dibaca" in page.content.decode()

    run_waiting_imports()
    page = maya.get(response.headers["Location"]).content.decode()
    assert "Masukkan 1 pelanggan" in page
    assert "8,13E+11" in page
    assert "Instagram" in page
    assert not Customer.objects.exists()

    taken = maya.post(reverse("customers:import_take", args=[check.pk]))
    run = ImportJob.objects.get(is_dry_run=False)
    assert taken.headers["Location"] == reverse("customers:import_show", args=[run.pk])
    run_waiting_imports()
    assert "pelanggan dimasukkan" in maya.get(taken.headers["Location"]).content.decode()
    assert Customer.objects.get().name == "Ani"
    # The check now leads to what was taken, and not to taking it again.
    page = maya.get(response.headers["Location"]).content.decode()
    assert "Masukkan 1 pelanggan" not in page
    assert reverse("customers:import_show", args=[run.pk]) in page


def test_sent_twice_it_is_one_list(maya: Client) -> None:
    assert upload(maya).headers["Location"] == upload(maya).headers["Location"]
    assert ImportJob.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"%PDF-1.7", "daftar.xlsx", "bukan Excel atau CSV"),
        (b"", "daftar.xlsx", "kosong"),
        (b"<html><table></table></html>", "daftar.xls", "halaman web"),
    ],
)
def test_a_wrong_file_is_told_beside_its_field(
    maya: Client, content: bytes, name: str, why: str
) -> None:
    response = upload(maya, content, name)
    assert response.status_code == 422
    assert why in response.content.decode()
    assert not ImportJob.objects.exists()


def test_no_file(maya: Client) -> None:
    response = maya.post(reverse("customers:import_new"), {"once": KEY})
    assert response.status_code == 422
    assert "Pilih file daftar pelanggan" in response.content.decode()


def test_progress(maya: Client, cast: Cast, menteng: Branch) -> None:
    upload(maya)
    job = ImportJob.objects.get()
    address = reverse("customers:import_progress", args=[job.pk])
    ImportJob.objects.update(
        state=ImportState.RUNNING, rows_total=5000, rows_done=2000, started_at=NOW
    )
    first = maya.get(address)
    page = first.content.decode()
    assert 'max="5000"' in page
    assert 'value="2000"' in page
    assert "2.000 dari 5.000 baris" in page
    assert "every 1s" in page
    assert "<html" not in page
    same = maya.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    ImportJob.objects.update(rows_done=3000)
    assert maya.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    ImportJob.objects.update(state=ImportState.FAILED, finished_at=NOW, problem="Rusak.")
    last = maya.get(address, headers={"If-None-Match": first.headers["ETag"]}).content.decode()
    assert "Rusak." in last
    assert "every 1s" not in last


def test_the_refused_rows_are_handed_to_whoever_may(
    maya: Client, cast: Cast, sign_in: SignIn, menteng: Branch
) -> None:
    upload(maya, name="Daftar Ani.csv")
    run_waiting_imports()
    job = ImportJob.objects.get()
    address = reverse("customers:import_refused", args=[job.pk])
    response = maya.get(address)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="Daftar Ani-ditolak.csv"' in response.headers["Content-Disposition"]
    assert "Budi" in response.content.decode()
    assert StaffEvent.objects.get(kind=StaffEventKind.EXPORTED).staff == cast.maya
    assert sign_in(cast.anna).get(address).status_code == 403
    assert maya.get(f"/media/{job.refused_file.name}").status_code == 404


def test_no_refused_rows_no_file(maya: Client) -> None:
    upload(maya, b"Nama\nAni\n")
    run_waiting_imports()
    job = ImportJob.objects.get()
    assert maya.get(reverse("customers:import_refused", args=[job.pk])).status_code == 404


def test_the_empty_list(maya: Client) -> None:
    response = maya.get(reverse("customers:import_sample"))
    assert response.content.startswith(b"PK")
    assert "attachment" in response.headers["Content-Disposition"]


def test_taking_too_early_is_said_and_nothing_happens(maya: Client) -> None:
    upload(maya)
    job = ImportJob.objects.get()
    response = maya.post(reverse("customers:import_take", args=[job.pk]), follow=True)
    assert "belum selesai diperiksa" in response.content.decode()
    assert ImportJob.objects.count() == 1


PAGES = ("import_show", "import_progress", "import_take", "import_refused")


@pytest.mark.parametrize("page", ["import_list", "import_new", "import_sample", *PAGES])
def test_only_with_the_right_to(maya: Client, cast: Cast, sign_in: SignIn, page: str) -> None:
    upload(maya)
    arguments = [ImportJob.objects.get().pk] if page in PAGES else []
    address = reverse(f"customers:{page}", args=arguments)
    for person in (cast.anna, cast.tari, cast.dewi, cast.gita, cast.boris):
        client = sign_in(person)
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_another_branchs_list_is_not_there(
    cast: Cast, sign_in: SignIn, menteng: Branch, jayapura: Branch, page: str
) -> None:
    job = ImportJob.objects.create(
        branch=jayapura, file="a.csv", file_name="a.csv", is_dry_run=True, created_at=NOW
    )
    address = reverse(f"customers:{page}", args=[job.pk])
    client = sign_in(cast.maya)
    assert (client.post if page == "import_take" else client.get)(address).status_code == 404


def test_queries_do_not_grow_with_lists(
    maya: Client, cast: Cast, menteng: Branch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def lists(count: int) -> None:
        ImportJob.objects.bulk_create(
            ImportJob(
                branch=menteng, by=cast.maya, file="a.csv", file_name=f"{n}.csv", is_dry_run=True,
                created_at=NOW,
            )
            for n in range(count)
        )  # fmt: skip

    address = reverse("customers:import_list")
    lists(1)
    maya.get(address)
    with django_assert_num_queries(2):
        maya.get(address)
    lists(30)
    with django_assert_num_queries(2):
        maya.get(address)
