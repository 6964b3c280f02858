"""An empty list to fill in: every heading, and two invented people to show how."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers.importing.headings import Field
from customers.importing.refusals import write_xlsx
from customers.importing.rows import SAMPLE_MEMBERS
from frontdesk.branches.models import Branch


def sample_list(*, branch: Branch) -> bytes:
    """Return the empty list as .xlsx; all its cells are texts, so that no number is shortened."""
    first, second = SAMPLE_MEMBERS
    people = [
        {
            Field.MEMBER: first,
            Field.NAME: "Sari Contoh",
            Field.CALL_NAME: "Sari",
            Field.HONORIFIC: "Ibu",
            Field.PHONE: "0812-3000-0001",
            Field.BIRTH_DATE: "22/11/1990",
            Field.ADDRESS: "Jl. Melati 1",
            Field.EMAIL: "sari@contoh.example",
            Field.ALLERGIES: _("penisilin"),
            Field.NOTES: _("suka ruang yang tenang"),
            Field.BRANCH: branch.name,
            Field.CONSENT_SERVICE: _("ya"),
            Field.CONSENT_PROMO: _("tidak"),
        },
        {Field.MEMBER: second, Field.NAME: "Contoh", Field.PHONE: "+62 813 3000 0002"},
    ]
    rows = [[person.get(field, "") for field in Field] for person in people]
    return write_xlsx(
        [str(field.label) for field in Field], rows, sheet=pgettext("plural", "Pelanggan")
    )
