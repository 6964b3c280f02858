"""Why a deed on a customer's card is refused: one sentence for the exception and for the page."""

from django.utils.translation import gettext as _

from customers.models import Customer, Tag
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission


def why_not_edit(*, by: Staff | None) -> str:
    """Customers belong to the chain: whoever writes cards at one branch may write them all."""
    if by is not None and not by.may_somewhere(Permission.EDIT_CUSTOMERS):
        return _("Anda tidak berhak mengubah kartu pelanggan.")
    return ""


def why_not_ask_consent(customer: Customer) -> str:
    if not (customer.phone or customer.email):
        return _("Isi nomor HP atau e-mail dulu: tanpa itu tidak ada pesan yang dapat dikirim.")
    return ""


def why_not_keep_tags(*, by: Staff | None) -> str:
    if by is not None and not by.may_somewhere(Permission.KEEP_TAGS):
        return _("Daftar label diatur oleh administrator jaringan.")
    return ""


def why_not_put_tag(tag: Tag) -> str:
    if not tag.is_active:
        return _("Label “%(name)s” tidak dipakai lagi.") % {"name": tag.name}
    return ""
