"""The first branch and the first person of an empty installation; everybody else is made by her."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from frontdesk.branches.models import Branch, TimeZone
from frontdesk.staff.actions import note_roles
from frontdesk.staff.models import Assignment, Staff
from frontdesk.staff.permissions import Role

LANGUAGE = "en"


class Command(BaseCommand):
    help = (
        "Makes the first branch and a chain administrator who can sign in there. The password is"
        " asked, or read from standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="as she is called on the pages")
        parser.add_argument("--branch", required=True, metavar="NAME", help="such as Menteng")
        parser.add_argument("--code", required=True, help="of the branch, on its numbers: JKT")
        parser.add_argument("--zone", choices=TimeZone.names, default=TimeZone.WIB.name)

    def handle(self, *args: Any, **options: Any) -> None:
        if Staff.objects.exists():
            raise CommandError(
                "There are people already: a chain administrator makes the others under /admin/."
            )
        branch = Branch(
            code=options["code"].upper(),
            name=options["branch"],
            time_zone=TimeZone[options["zone"]],
        )
        staff = Staff(
            username=options["username"],
            name=options["name"],
            nickname=options["name"].split()[0],
            joined_at=timezone.now(),
        )
        password = _ask_password()
        with translation.override(LANGUAGE):
            _refuse_bad(branch, staff, password)
        staff.set_password(password)
        with transaction.atomic():
            branch.save()
            staff.save()
            assignment = Assignment.objects.create(staff=staff, branch=None, role=Role.CHAIN_ADMIN)
            note_roles(staff, before=[], after=[assignment], by=staff, at=staff.joined_at)
        self.stdout.write(f"{staff.username} can sign in at {branch.name} now.")


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ; nothing was made.")
    return password


def _refuse_bad(branch: Branch, staff: Staff, password: str) -> None:
    try:
        branch.full_clean()
        staff.full_clean(exclude=["password"])
        validate_password(password, staff)
    except ValidationError as problem:
        raise CommandError(" ".join(problem.messages)) from None
