"""`manage.py import_customers FILE`: read the list of customers a clinic already has."""

from argparse import ArgumentParser
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from customers.importing.headings import Field
from customers.importing.reading import CannotRead, SourceList, read_list
from customers.importing.refusals import refused_suffix, write_refused
from customers.importing.rows import names_a_branch
from customers.importing.taking import SHOWN_REFUSED, Outcome, note_import, take_list
from frontdesk.branches.models import Branch


class Command(BaseCommand):
    help = "Read a list of customers (Excel or CSV). Reading it again adds nobody twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=".xlsx, .xls, .ods or .csv")
        parser.add_argument(
            "--branch",
            metavar="CODE",
            help="home branch of rows that name none; a chain of one branch needs none",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, no more")
        parser.add_argument(
            "--errors",
            type=Path,
            metavar="FILE",
            help="where refused rows go (default: beside FILE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        errors: Path | None = options["errors"]
        if errors is not None and errors.resolve() == file.resolve():
            raise CommandError(_("--errors tidak boleh menimpa daftar itu sendiri."))
        branches = list(Branch.objects.active())
        source = self._read(file)
        branch = self._branch(branches, options["branch"], source)
        self._describe(source)
        outcome = self._take(source, branch, branches, is_dry_run=options["dry_run"])
        self._report(outcome, is_dry_run=options["dry_run"])
        if outcome.refused:
            target = errors or _free_path(file, refused_suffix(source))
            target.write_bytes(write_refused(source, outcome.refused))
            self.stdout.write(
                _("Baris yang ditolak ada di %(path)s: perbaiki, lalu baca file itu.")
                % {"path": target}
            )

    def _branch(
        self, branches: list[Branch], code: str | None, source: SourceList
    ) -> Branch | None:
        """Return where rows belong that name no branch; None where each must name hers."""
        known = ", ".join(f"{branch.code} ({branch.name})" for branch in branches)
        if code is None:
            if len(branches) == 1:
                return branches[0]
            if branches and names_a_branch(source):
                return None
            raise CommandError(
                _("Sebut cabangnya dengan --branch KODE: %(known)s.") % {"known": known or "-"}
            )
        for branch in branches:
            if code.casefold() in {branch.code.casefold(), branch.name.casefold()}:
                return branch
        raise CommandError(
            _("Cabang “%(code)s” tidak ada. Yang ada: %(known)s.")
            % {"code": code, "known": known or "-"}
        )

    def _read(self, file: Path) -> SourceList:
        try:
            return read_list(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except CannotRead as error:
            raise CommandError(str(error)) from error

    def _describe(self, source: SourceList) -> None:
        titles = source.headings.titles
        read = [
            f"{titles[column]} → {Field(field).label}"
            for field, columns in source.headings.columns.items()
            for column in columns
        ]
        self.stdout.write(_("Kolom yang dibaca: %(columns)s") % {"columns": "; ".join(read)})
        if left := [titles[column] for column in source.headings.left]:
            self.stdout.write(_("Kolom yang dibiarkan: %(columns)s") % {"columns": "; ".join(left)})
        if source.other_sheets:
            self.stdout.write(
                _("Lembar yang dibaca: %(sheet)s. Tidak dibaca: %(others)s")
                % {"sheet": source.sheet, "others": "; ".join(source.other_sheets)}
            )

    def _take(
        self,
        source: SourceList,
        branch: Branch | None,
        branches: list[Branch],
        *,
        is_dry_run: bool,
    ) -> Outcome:
        at = timezone.now()
        with tqdm(unit=_(" baris"), disable=None, dynamic_ncols=True) as bar:

            def show(outcome: Outcome) -> None:
                bar.total = outcome.total
                bar.update(outcome.done - bar.n)

            outcome = take_list(
                source,
                branch=branch,
                branches=branches,
                by=None,
                at=at,
                is_dry_run=is_dry_run,
                on_batch=show,
            )
        if not is_dry_run:
            for place in [branch] if branch else branches:
                note_import(outcome, branch=place, by=None, at=at)
        return outcome

    def _report(self, outcome: Outcome, *, is_dry_run: bool) -> None:
        for row in outcome.refused[:SHOWN_REFUSED]:
            for problem in row.problems:
                self.stdout.write(
                    _("Baris %(row)s, %(column)s: %(reason)s")
                    % {"row": row.number, "column": problem.column, "reason": problem.reason}
                )
        if (more := len(outcome.refused) - SHOWN_REFUSED) > 0:
            self.stdout.write(_("… dan %(count)s baris lain yang ditolak.") % {"count": more})
        if outcome.new_tags:
            self.stdout.write(_("Label baru: %(tags)s") % {"tags": ", ".join(outcome.new_tags)})
        if is_dry_run:
            self.stdout.write(_("Percobaan: belum ada yang disimpan."))
        self.stdout.write(
            _(
                "%(total)s baris: %(new)s baru, %(known)s sudah ada "
                "(%(repeated)s terulang di daftar), %(refused)s ditolak."
            )
            % {
                "total": outcome.total,
                "new": outcome.new,
                "known": outcome.known,
                "repeated": outcome.repeated,
                "refused": len(outcome.refused),
            }
        )


def _free_path(file: Path, suffix: str) -> Path:
    """Return a new file beside the list: one that somebody is mending is never written over."""
    for number in count(1):
        tail = "" if number == 1 else f"-{number}"
        path = file.with_name(f"{file.stem}-ditolak{tail}{suffix}")
        if not path.exists():
            return path
    raise AssertionError
