"""Who a promo goes to: one query for everybody it means, with what keeps a message from each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields import CharField
from django.utils.translation import gettext_lazy as _

from customers.models import ConsentPurpose, Customer
from frontdesk.promos import conditions
from frontdesk.promos.audiences import consented, consenting
from frontdesk.promos.conditions import Choice
from frontdesk.promos.models import Campaign
from notifications.models import Channel, PhoneStanding, Suppression
from notifications.models.reach import Scope

SAMPLE = 8
GAP = "…"
FEW = 20_000


class Standing(models.TextChoices):
    """Why a customer gets the promo, or the first reason why not."""

    REACHABLE = "reachable", _("Bisa dikirimi")
    NO_CONSENT = "no_consent", _("Belum menyetujui promo")
    NO_PHONE = "no_phone", _("Tanpa nomor HP")
    BAD_PHONE = "bad_phone", _("Nomor tidak dapat menerima pesan")
    SUPPRESSED = "suppressed", _("Minta berhenti")
    NO_WHATSAPP = "no_whatsapp", _("Tidak memakai WhatsApp")


# A customer of one branch on one channel: they leave together, at that branch's hours.
Group = tuple[int, str]


@dataclass(frozen=True)
class Audience:
    branches: tuple[int, ...]
    choices: tuple[Choice, ...] = ()
    channel: str = Channel.WHATSAPP
    may_sms: bool = False

    @classmethod
    def of(cls, campaign: Campaign) -> "Audience":
        return cls(
            branches=tuple(campaign.branches.values_list("pk", flat=True)),
            choices=tuple(conditions.read_choices(campaign.conditions)),
            channel=campaign.channel,
            may_sms=campaign.may_sms,
        )

    def meant(self, *, at: datetime) -> QuerySet[Customer]:
        """Everybody the conditions hold for, whether she can be written to or not."""
        held = conditions.where(self.choices, at=at)
        return Customer.objects.filter(held, home_branch__in=self.branches)

    def judged(self, *, at: datetime) -> QuerySet[Customer]:
        """Everybody meant, with her standing and the channel that would be used.

        A few are looked up in the ledger of consents one by one; for many it is read through.
        """
        are_few = self.meant(at=at).order_by()[: FEW + 1].count() <= FEW
        agreed = consented if are_few else consenting
        return self.meant(at=at).annotate(
            standing=self._standing(agreed(ConsentPurpose.PROMO), at=at), way=self._way(at=at)
        )

    def reachable(self, *, at: datetime) -> QuerySet[Customer]:
        refused = Q(self._is_bad()) | Q(self._is_suppressed())
        if self.channel == Channel.WHATSAPP and not self.may_sms:
            refused |= Q(self._is_off_whatsapp(at=at))
        return (
            self.meant(at=at)
            .filter(consented(ConsentPurpose.PROMO))
            .exclude(phone="")
            .exclude(refused)
            .annotate(way=self._way(at=at))
        )

    def _standing(self, agreed: Q, *, at: datetime) -> Case:
        off_whatsapp = []
        if self.channel == Channel.WHATSAPP and not self.may_sms:
            off_whatsapp = [When(self._is_off_whatsapp(at=at), then=Value(Standing.NO_WHATSAPP))]
        return Case(
            When(phone="", then=Value(Standing.NO_PHONE)),
            When(self._is_bad(), then=Value(Standing.BAD_PHONE)),
            When(~agreed, then=Value(Standing.NO_CONSENT)),
            When(self._is_suppressed(), then=Value(Standing.SUPPRESSED)),
            *off_whatsapp,
            default=Value(Standing.REACHABLE),
            output_field=CharField(),
        )

    def _way(self, *, at: datetime) -> Case | Value:
        if self.channel != Channel.WHATSAPP or not self.may_sms:
            return Value(str(self.channel), output_field=CharField())
        return Case(
            When(self._is_off_whatsapp(at=at), then=Value(str(Channel.SMS))),
            default=Value(str(Channel.WHATSAPP)),
            output_field=CharField(),
        )

    def _is_bad(self) -> Exists:
        return Exists(PhoneStanding.objects.filter(pk=OuterRef("phone"), bad_since__isnull=False))

    def _is_off_whatsapp(self, *, at: datetime) -> Exists:
        return Exists(PhoneStanding.objects.filter(pk=OuterRef("phone"), no_whatsapp_until__gt=at))

    def _is_suppressed(self) -> Exists:
        return Exists(
            Suppression.objects.filter(
                phone=OuterRef("phone"),
                scope__in=Scope.values,
                channel__in=["", self.channel],
                lifted_at__isnull=True,
            )
        )


@dataclass(frozen=True)
class Reach:
    """How many are meant, and what becomes of them."""

    standings: dict[str, int]
    # A number that several share gets one.
    messages: int = 0
    groups: dict[Group, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.standings.values())

    @property
    def reachable(self) -> int:
        return self.standings.get(Standing.REACHABLE, 0)

    @property
    def sharing(self) -> int:
        return self.reachable - self.messages

    @property
    def left_out(self) -> list[tuple[str, int]]:
        return [
            (str(kind.label), self.standings[kind])
            for kind in Standing
            if kind != Standing.REACHABLE and self.standings.get(kind)
        ]


_JUDGED: tuple[str, ...] = ("phone", "home_branch", "standing", "way")


def reach(audience: Audience, *, at: datetime) -> Reach:
    """Count an audience: everybody is judged once, then grouped by what became of them."""
    found = audience.judged(at=at).order_by()
    try:
        judged, values = found.values_list(*_JUDGED).query.sql_with_params()
    except EmptyResultSet:
        return Reach({})
    sql = f"""
        WITH judged (phone, branch, standing, way) AS MATERIALIZED ({judged})
        SELECT standing, branch, way, count(*) FROM judged GROUP BY 1, 2, 3
        UNION ALL SELECT NULL, NULL, NULL, count(DISTINCT phone)
        FROM judged WHERE standing = '{Standing.REACHABLE}'
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    standings: dict[str, int] = {}
    groups: dict[Group, int] = {}
    messages = 0
    for standing, branch, way, count in rows:
        if standing is None:
            messages = count
            continue
        standings[standing] = standings.get(standing, 0) + count
        if standing == Standing.REACHABLE:
            groups[branch, way] = count
    return Reach(standings, messages, groups)


def sample(audience: Audience, *, at: datetime, size: int = SAMPLE) -> list[Customer]:
    """Return a few of those who would get it, for their names to be looked at."""
    return list(audience.reachable(at=at).order_by("pk")[:size])


def told(choices: Iterable[Choice]) -> Sequence[tuple[str, str, bool]]:
    """Return label, answers in words and whether it is negated, for each choice.

    An answer that stands in its label's gap ("Datang dalam … hari terakhir") needs no words more.
    """
    found = []
    for choice in choices:
        condition = conditions.condition(choice.key)
        if condition is None:
            continue
        label, words = str(condition.label), condition.told(choice.answers)
        if GAP in label and len(choice.answers) == 1:
            [answer] = choice.answers.values()
            label, words = label.replace(GAP, str(answer)), ""
        found.append((label, words, choice.is_negated))
    return found
