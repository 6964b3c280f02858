"""People and their waiting messages, made by the database itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from customers.models import Customer
from frontdesk.branches.models import Branch, TimeZone
from notifications import actions
from notifications.models import (
    Batch,
    BatchState,
    Channel,
    Lane,
    Message,
    MessageClass,
    Sender,
    Template,
)
from notifications.states import MessageState

UNLIMITED = 1_000_000.0
BODIES = {
    MessageClass.TRANSACTIONAL: "Halo {name}, kontrol Anda besok. Sampai jumpa di klinik.",
    MessageClass.MARKETING: "Halo {name}, promo kami berlaku pekan ini. Mau kami catat?",
}
PEOPLE = """
INSERT INTO customers_customer (phone, name, call_name, honorific, birth_date, address, allergies,
    notes, home_branch_id, created_at, version)
SELECT '+628' || (1300000000 + n), 'Pelanggan ' || n, '', 'kak',
    date '1970-01-01' + (n %% 14000)::int, '', '', '', %(branch)s, %(at)s, 1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
CONSENTS = """
INSERT INTO customers_consentevent (customer_id, purpose, is_granted, text_shown, source, at)
SELECT id, purpose, TRUE, 'Boleh dikirimi pesan.', 'counter', %(at)s
FROM customers_customer CROSS JOIN unnest(ARRAY['service', 'promo']) AS purpose
WHERE id > %(after)s
"""


@dataclass(frozen=True)
class Ground:
    """What all measurements stand on."""

    branch: Branch
    sender: Sender
    templates: dict[MessageClass, Template]


def prepare(*, at: datetime) -> Ground:
    branch = Branch(code="BMS", name="Cabang ukur", time_zone=TimeZone.WIB)
    # Quiet hours that begin when they end are none.
    branch.quiet_from = branch.quiet_until = branch.local(at + timedelta(hours=12)).time()
    branch.save()
    templates = {kind: _template(kind, at=at) for kind in BODIES}
    actions.register_templates()
    actions.ensure_senders()
    return Ground(branch, Sender.objects.get(channel=Channel.WHATSAPP), templates)


def _template(kind: MessageClass, *, at: datetime) -> Template:
    template = Template.objects.create(key=f"bench_{kind}", name=str(kind), message_class=kind)
    actions.write_version(template, body=BODIES[kind], by=None, at=at)
    template.refresh_from_db()
    return template


@transaction.atomic
def make_people(count: int, ground: Ground, *, at: datetime) -> None:
    """So many customers who agreed to everything."""
    after = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    values: dict[str, int | datetime] = {
        "branch": ground.branch.pk,
        "at": at,
        "first": after + 1,
        "last": after + count,
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, values)
        cursor.execute(CONSENTS, values)


def set_pace(sender: Sender, per_second: float) -> None:
    sender.per_second = per_second
    sender.save(update_fields=["per_second"])


@transaction.atomic
def queue(
    count: int,
    ground: Ground,
    *,
    name: str,
    kind: MessageClass = MessageClass.TRANSACTIONAL,
    at: datetime,
) -> Batch | None:
    """One message to each of the first customers, due now; a promo has a batch of its own."""
    is_promo = kind == MessageClass.MARKETING
    batch = (
        Batch.objects.create(name=name, state=BatchState.RUNNING, created_at=at)
        if is_promo
        else None
    )
    pattern = Message(
        key=f"{name}:0",
        branch=ground.branch,
        batch=batch,
        template=ground.templates[kind],
        message_class=kind,
        channel=Channel.WHATSAPP,
        sender=ground.sender,
        lane=Lane.CAMPAIGN if is_promo else Lane.NOTICE,
        due_at=at,
        expires_at=at + timedelta(days=1),
        created_at=at,
    )
    people = Customer.objects.order_by("pk")[:count]
    _copy(pattern, people)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_messageevent"
            " (message_id, old, new, provider_status, error_code, at, note)"
            " SELECT id, '', 'queued', '', '', %s, '' FROM notifications_message"
            " WHERE key LIKE %s",
            [at, f"{name}:%"],
        )
    return batch


def _copy(pattern: Message, people: QuerySet[Customer]) -> None:
    """The same message to everybody, whatever columns a message has."""
    own = {
        "public_id": "gen_random_uuid()",
        "key": "%s || person.id",
        "customer_id": "person.id",
        "to_phone": "person.phone",
        "variables": "jsonb_build_object('name', person.name)",
    }
    columns, values = [], []
    for field in Message._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        columns.append((field.column, own.get(field.column, f"%s::{field.db_type(connection)}")))
        if field.column == "key":
            values.append(pattern.key[:-1])
        elif field.column not in own:
            values.append(field.get_db_prep_save(getattr(pattern, field.attname), connection))
    chosen, chosen_values = people.values("id", "phone", "name").query.sql_with_params()
    names = ", ".join(f'"{column}"' for column, _ in columns)
    sql = (
        f"INSERT INTO notifications_message ({names})"  # noqa: S608
        f" SELECT {', '.join(word for _, word in columns)} FROM ({chosen}) AS person"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *chosen_values])


def forget_waiting() -> None:
    """What one measurement left over is nothing for the next one."""
    waiting = Message.objects.filter(state=MessageState.QUEUED)
    waiting.update(state=MessageState.CANCELLED)


def tidy_up() -> None:
    """As autovacuum would have done by the time it matters."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
