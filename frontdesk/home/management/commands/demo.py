"""Fill an empty database with an invented clinic chain."""

import random
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.home.demo import cast
from frontdesk.home.demo.past import make_past
from frontdesk.home.demo.people import (
    make_branches,
    make_catalogue,
    make_customers,
    make_staff,
    put_on_duty,
    qualify,
)
from frontdesk.home.demo.promo import make_promo
from frontdesk.home.demo.today import make_today
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Role
from treatments.models import Treatment

SEED = 20_261_122


class Command(BaseCommand):
    help = (
        "Isi basis data kosong dengan jaringan klinik contoh; tidak menyentuh data yang sudah ada."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print-logins", action="store_true", help="hanya cetak akun contoh")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_logins"]:
            self._print_logins()
        elif Branch.objects.exists() or Staff.objects.exists():
            self.stdout.write("Sudah ada data; contoh tidak dibuat.")
        else:
            self._make()

    @transaction.atomic
    def _make(self) -> None:
        dice = random.Random(SEED)  # nosec B311: invented data, no secret
        at = timezone.now()
        branches = make_branches()
        staff = make_staff(branches, at=at)
        put_on_duty(branches, at=at)
        treatments = make_catalogue()
        qualify(treatments, dice=dice)
        customers = make_customers(branches, dice=dice, by=staff[0], at=at)
        for branch in branches.values():
            # Nobody can stand in two queues at once.
            own = [customer for customer in customers if customer.home_branch == branch]
            make_past(branch, customers=own, treatments=treatments, dice=dice, at=at)
            make_today(branch, customers=own, dice=dice, at=at)
        manager = Staff.objects.with_role(Role.BRANCH_MANAGER, branch=branches["MTG"]).first()
        if manager is not None:
            make_promo(branches["MTG"], by=manager, at=at)
        self.stdout.write(
            f"Contoh siap: {len(branches)} cabang, {len(staff)} staf, "
            f"{Customer.objects.count()} pelanggan, {Treatment.objects.count()} perawatan."
        )

    def _print_logins(self) -> None:
        known = set(
            Staff.objects.active()
            .filter(username__in=[data.username for data in cast.STAFF])
            .values_list("username", flat=True)
        )
        if not known:
            return
        names = {data.code: data.name for data in cast.BRANCHES}
        rows = [("Nama pengguna", "Peran", "Cabang")]
        for data in cast.STAFF:
            for code, role in data.roles:
                where = names[code] if code else "semua cabang"
                rows.append((data.username, str(Role(role).label), where))
        width = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            self.stdout.write("  " + "  ".join(x.ljust(n) for x, n in zip(row, width, strict=True)))
        self.stdout.write(f"  Kata sandi semua: {cast.PASSWORD}   PIN semua: {cast.PIN}")
