"""Taking a list into the database, a thousand rows a transaction, each row whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from customers.folding import is_searchable
from customers.importing.cells import BadCell, Cell, read_member
from customers.importing.headings import Field
from customers.importing.matching import (
    MemberTaken,
    People,
    Person,
    fold_names,
    load_people,
    person_of,
)
from customers.importing.reading import SourceList
from customers.importing.rows import Entry, Problem, RowReader
from customers.importing.tags import ListTags
from customers.importing.writing import write_consents, write_customers, write_tags
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, StaffEvent, StaffEventKind

BATCH = 1000
SHOWN_REFUSED = 20
# Lists are taken one batch after the other, whichever process reads them.
_LOCK = 6_205_518_442


@dataclass(frozen=True, slots=True)
class RefusedRow:
    number: int
    cells: Sequence[Cell]
    problems: Sequence[Problem]


@dataclass(slots=True)
class Outcome:
    """What became of the rows; `repeated` of the known ones stand twice in the list itself."""

    total: int
    done: int = 0
    new: int = 0
    known: int = 0
    repeated: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    new_tags: list[str] = field(default_factory=list)

    def as_json(self, source: SourceList) -> dict[str, Any]:
        """Return what a page shows of a reading."""
        titles = source.headings.titles
        return {
            "columns": [
                [field_.value, [titles[column] for column in columns]]
                for field_, columns in source.headings.columns.items()
            ],
            "left": [titles[column] for column in source.headings.left],
            "sheet": source.sheet,
            "other_sheets": list(source.other_sheets),
            "repeated": self.repeated,
            "new_tags": self.new_tags,
            "refused": [
                {
                    "row": row.number,
                    "problems": [[problem.column, problem.reason] for problem in row.problems],
                }
                for row in self.refused[:SHOWN_REFUSED]
            ],
        }


def take_list(
    source: SourceList,
    *,
    branch: Branch | None,
    branches: Sequence[Branch],
    by: Staff | None,
    at: datetime,
    is_dry_run: bool,
    on_batch: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Read every row and take the new customers, or with `is_dry_run` only say what would happen.

    Without `branch` every row must name one of `branches`. `on_batch` runs in each batch's
    transaction. Broken off and called again with the same `at`, it goes on where it was and counts
    the same; with another `at` what was taken counts as known.
    """
    taking = _Taking(source, branch=branch, branches=branches, by=by, at=at, is_dry_run=is_dry_run)
    rows = source.data_rows
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            taking.take(batch)
            on_batch(taking.outcome)
    return taking.outcome


def note_import(outcome: Outcome, *, branch: Branch | None, by: Staff | None, at: datetime) -> None:
    """Note for the auditors that customers came in: how many, never who."""
    StaffEvent.objects.create(
        kind=StaffEventKind.IMPORTED,
        staff=by,
        branch=branch,
        detail=_("%(new)s baru, %(known)s sudah ada, %(refused)s ditolak")
        % {"new": outcome.new, "known": outcome.known, "refused": len(outcome.refused)},
        at=at,
    )


class _Taking:
    def __init__(
        self,
        source: SourceList,
        *,
        branch: Branch | None,
        branches: Sequence[Branch],
        by: Staff | None,
        at: datetime,
        is_dry_run: bool,
    ) -> None:
        self.tags = ListTags(by=by, at=at)
        today = max(place.local(at).date() for place in ([branch] if branch else branches))
        self.reader = RowReader(
            source, branch=branch, branches=branches, tags=self.tags, today=today
        )
        self.by, self.at, self.is_dry_run = by, at, is_dry_run
        self.outcome = Outcome(total=sum(1 for _row in source.data_rows))
        self.seen = People()
        self.reserved = frozenset(_member_numbers(source))

    def take(self, batch: Sequence[tuple[int, list[Cell]]]) -> None:
        if not self.is_dry_run:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        entries, cells = self._read(batch)
        known = load_people(entries)
        new = [entry for entry in entries if self._is_new(entry, known, cells[entry.row])]
        self.tags.note(name for entry in new for name in entry.tags)
        self.outcome.new_tags = sorted(self.tags.new.values(), key=str.casefold)
        if not self.is_dry_run:
            self._write(new, cells)
        self.outcome.done += len(batch)

    def _read(
        self, batch: Sequence[tuple[int, list[Cell]]]
    ) -> tuple[list[Entry], dict[int, list[Cell]]]:
        cells = dict(batch)
        entries: list[Entry] = []
        for number, row in batch:
            found = self.reader.read(number, row)
            if isinstance(found, Entry):
                entries.append(found)
            else:
                self._refuse(number, row, found)
        fold_names(entries)
        searchable = []
        for entry in entries:
            if is_searchable(entry.folded):
                searchable.append(entry)
            else:
                reason = _("Nama ini tidak dapat dicari; tulis dengan huruf dan spasi biasa.")
                self._refuse(entry.row, cells[entry.row], [self._problem(Field.NAME, reason)])
        return searchable, cells

    def _is_new(self, entry: Entry, known: People, cells: Sequence[Cell]) -> bool:
        """Count the entry, and say whether it is still to be written."""
        try:
            above = self.seen.find(entry)
            found = above or known.find(entry)
        except MemberTaken as taken:
            self._refuse(entry.row, cells, [self._problem(Field.MEMBER, str(taken))])
            return False
        if above is None:
            self.seen.add(person_of(entry))
        is_ours = above is None and found is not None and self._was_taken_before(entry, found)
        if found is None or is_ours:
            self.outcome.new += 1
        else:
            self.outcome.known += 1
            self.outcome.repeated += above is not None
        return found is None

    def _was_taken_before(self, entry: Entry, person: Person) -> bool:
        """Say whether this very reading wrote the row before it was broken off."""
        return person.taken_at == self.at and person.import_key == entry.import_key

    def _write(self, entries: Sequence[Entry], cells: dict[int, list[Cell]]) -> None:
        written = write_customers(entries, reserved=self.reserved, by=self.by, at=self.at)
        write_consents(entries, written, by=self.by, at=self.at)
        write_tags(entries, written, tags=self.tags, by=self.by, at=self.at)
        for entry in entries:
            if entry.import_key not in written:
                self.outcome.new -= 1
                reason = _("Nomor %(member)s baru saja dipakai di meja depan.") % {
                    "member": entry.member
                }
                self._refuse(entry.row, cells[entry.row], [self._problem(Field.MEMBER, reason)])

    def _refuse(self, number: int, cells: Sequence[Cell], problems: Sequence[Problem]) -> None:
        self.outcome.refused.append(RefusedRow(number, cells, problems))

    def _problem(self, column: Field, reason: str) -> Problem:
        return Problem(self.reader.headings.title_of(column), reason)


def _member_numbers(source: SourceList) -> Iterator[str]:
    """Yield the member numbers that the list brings, which nobody without a number may get."""
    for column in source.headings.columns.get(Field.MEMBER, ()):
        for _number, row in source.data_rows:
            try:
                yield read_member(row[column] if column < len(row) else "")
            except BadCell:
                continue
