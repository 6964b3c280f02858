"""What is known of reaching a customer: what she stopped, and since when."""

from dataclasses import dataclass

from django.db.models import QuerySet

from customers.models import Customer
from frontdesk.quick_select import Given, Question
from notifications.models import Scope, Suppression

MOST_STOPS = 20


@dataclass(frozen=True)
class Stops:
    """The stops that hold for her number, and those that ended, newest first."""

    live: list[Suppression]
    ended: list[Suppression]

    @property
    def of_all(self) -> bool:
        return any(stop.scope == Scope.ALL for stop in self.live)

    @property
    def of_promo(self) -> bool:
        return bool(self.live)

    @property
    def purposes(self) -> list[str]:
        """The purposes to which a yes ends a stop."""
        if self.of_all:
            return ["service", "promo"]
        return ["promo"] if self.live else []


def stops_of(customer: Customer) -> Stops:
    if not customer.phone:
        return Stops([], [])
    rows = _newest.ask(phone=customer.phone)
    return Stops(
        [row for row in rows if row.lifted_at is None],
        [row for row in rows if row.lifted_at is not None],
    )


@Question
def _newest() -> QuerySet[Suppression]:
    found = Suppression.objects.filter(phone=Given("phone")).select_related("lifted_by")
    return found.order_by("-at", "-pk")[:MOST_STOPS]
