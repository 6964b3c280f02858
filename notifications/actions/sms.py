"""The words of an SMS as they leave: in the networks' alphabet, a promo with the way out of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from notifications.actions.suppressing import opt_out_addresses
from notifications.models import Message, MessageClass, TemplateVersion
from notifications.segments import count, to_gsm7
from notifications.wording import filled

WAY_OUT = "\nStop: "


def words_of(message: Message, version: TemplateVersion | None) -> str:
    if message.body or version is None:
        return message.body
    return filled(version.sms_body or version.body, message.variables)


def with_way_out(words: str, *, phone: str, at: datetime) -> str:
    """SMS in Indonesia takes no replies: its reader leaves by a link."""
    return _with(words, opt_out_addresses([phone], at=at)[phone])


def write_sms(claimed: Iterable[int], *, at: datetime) -> Mapping[int, str]:
    """Fix the words of claimed messages, so that the log and the provider have the same ones."""
    keys = list(claimed)
    if not keys:
        return {}
    rows = list(Message.objects.filter(pk__in=keys).select_related("version"))
    promos = {row.to_phone for row in rows if row.message_class == MessageClass.MARKETING}
    addresses = opt_out_addresses(promos, at=at)
    changed = []
    for row in rows:
        words = to_gsm7(words_of(row, row.version))
        if row.message_class == MessageClass.MARKETING:
            words = _with(words, addresses[row.to_phone])
        if words != row.body or row.segments is None:
            row.body, row.segments = words, count(words).segments
            changed.append(row)
    Message.objects.bulk_update(changed, ["body", "segments"])
    return {row.pk: row.body for row in rows}


def _with(words: str, address: str) -> str:
    plain = to_gsm7(words)
    return plain if address in plain else f"{plain}{WAY_OUT}{address}"
