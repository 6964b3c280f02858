"""What texts may fill in about the customer and the branch; each notice adds its own."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from customers.models import Customer
from frontdesk.branches.models import Branch

SOMEBODY = "Kak"


@dataclass(frozen=True)
class Variable:
    """What a text fills in, and a value about as long as they get."""

    name: str
    label: StrOrPromise
    sample: str
    # A text without it would not say what it is for.
    is_needed: bool = False


NAME = Variable("name", _("sapaan dan nama"), "Ibu Maharani")
CLINIC = Variable("clinic", _("nama klinik"), "Klinik Seruni")
BRANCH = Variable("branch", _("nama cabang"), "Menteng")
ADDRESS = Variable("address", _("alamat cabang"), "Jalan Menteng Raya 5, Jakarta Pusat")
OPENS = Variable("opens", _("jam buka"), "09.00")
CLOSES = Variable("closes", _("jam tutup"), "20.00")
# What every text may name, whatever it is about.
STANDARD = (NAME, CLINIC, BRANCH, ADDRESS, OPENS, CLOSES)


def values_for(branch: Branch, customer: Customer | None) -> dict[str, str]:
    return {
        NAME.name: customer.greeting_name if customer else SOMEBODY,
        CLINIC.name: settings.CLINIC_NAME,
        BRANCH.name: branch.name,
        ADDRESS.name: branch.address or branch.name,
        OPENS.name: f"{branch.opens_at:%H.%M}",
        CLOSES.name: f"{branch.closes_at:%H.%M}",
    }
