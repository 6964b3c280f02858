"""The catalogue is kept by the chain's administrators, and by nobody else."""

from django.urls import reverse

from frontdesk.branches.models import Branch
from tests.conftest import Cast, SignIn
from tests.factories import SupplyFactory
from treatments.forms import MOST_TREATMENTS
from treatments.models import Slip, Supply, Treatment
from treatments.models.catalogue import HIGHEST_PRICE


def test_an_administrator_changes_price_hands_and_products(
    cast: Cast, sign_in: SignIn, facial: Treatment
) -> None:
    serum = SupplyFactory()
    client = sign_in(cast.citra)
    address = reverse("admin:treatments_treatment_change", args=[facial.pk])
    page = client.get(address).content.decode()
    assert "Facial Glow" in page
    tari, rara = facial.qualifications.order_by("staff__name").values_list("pk", flat=True)
    answer = client.post(
        address,
        {
            "code": facial.code,
            "name": "Facial Glow",
            "public_name": "perawatan wajah",
            "category": "Wajah",
            "minutes": "70",
            "price": "375.000",
            "control_days": "14,30",
            "is_active": "on",
            "qualifications-TOTAL_FORMS": "2",
            "qualifications-INITIAL_FORMS": "2",
            "qualifications-0-id": str(tari),
            "qualifications-0-treatment": str(facial.pk),
            "qualifications-0-staff": str(cast.rara.pk),
            "qualifications-0-DELETE": "on",
            "qualifications-1-id": str(rara),
            "qualifications-1-treatment": str(facial.pk),
            "qualifications-1-staff": str(cast.tari.pk),
            "supplies-TOTAL_FORMS": "1",
            "supplies-INITIAL_FORMS": "0",
            "supplies-0-supply": str(serum.pk),
            "supplies-0-quantity": "2",
        },
    )
    assert answer.status_code == 302, answer.context["adminform"].errors
    facial.refresh_from_db()
    assert (facial.minutes, facial.price, facial.control_days) == (70, 375_000, [14, 30])
    assert [q.staff for q in facial.qualifications.all()] == [cast.tari]
    assert [(s.supply, s.quantity) for s in facial.supplies.all()] == [(serum, 2)]


def test_what_slips_point_to_is_never_deleted(
    cast: Cast, sign_in: SignIn, facial: Treatment
) -> None:
    serum = SupplyFactory()
    client = sign_in(cast.citra)
    for row, name in ((facial, "treatment"), (serum, "supply")):
        address = reverse(f"admin:treatments_{name}_delete", args=[row.pk])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert Treatment.objects.count() == Supply.objects.count() == 1


def test_nobody_else_enters(cast: Cast, sign_in: SignIn, facial: Treatment) -> None:
    address = reverse("admin:treatments_treatment_changelist")
    for person in ("anna", "tari", "dewi", "gita", "maya"):
        assert sign_in(getattr(cast, person)).get(address).status_code in {302, 403}
    assert sign_in(cast.citra).get(address).status_code == 200


def test_a_price_that_no_slip_could_add_up_is_refused(
    cast: Cast, menteng: Branch, facial: Treatment, sign_in: SignIn
) -> None:
    address = reverse("admin:treatments_treatment_change", args=[facial.pk])
    answer = sign_in(cast.citra).post(address, {"price": HIGHEST_PRICE + 1})
    assert "100000000" in str(answer.context["adminform"].form.errors["price"])
    facial.price = HIGHEST_PRICE
    slip = Slip(branch=menteng, total=MOST_TREATMENTS * facial.price)
    slip.clean_fields(exclude={field.name for field in Slip._meta.fields} - {"total"})
