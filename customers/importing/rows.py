"""One row of a list as one customer, whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import TypeVar

from django.utils.translation import gettext as _

from customers.importing import cells
from customers.importing.cells import BadCell, Cell
from customers.importing.dates import is_month_first_column
from customers.importing.headings import Field, Headings
from customers.importing.reading import SourceList
from customers.importing.tags import ListTags
from customers.models import ConsentPurpose, Honorific
from frontdesk.branches.models import Branch

T = TypeVar("T")
MEMBER_KEY = "member:"
# The two people of the empty list (`sample.py`), left over in a list that was filled in.
SAMPLE_MEMBERS = ("CONTOH-1", "CONTOH-2")
_CONSENTS = {
    Field.CONSENT_SERVICE: ConsentPurpose.SERVICE,
    Field.CONSENT_PROMO: ConsentPurpose.PROMO,
}


@dataclass(frozen=True, slots=True)
class Problem:
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Consent:
    purpose: ConsentPurpose
    is_granted: bool
    text: str


@dataclass(slots=True)
class Entry:
    """What a row says of a customer; `folded` is her name as the database searches it."""

    row: int
    name: str
    phone: str
    birth_date: date | None
    member: str
    branch: Branch
    call_name: str
    honorific: str
    address: str
    allergies: str
    notes: str
    email: str = ""
    tags: list[str] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    folded: str = ""
    import_key: str = ""

    def identify(self, folded: str) -> None:
        """Set what this row is recognised by when it is read again.

        Her number if the list has one; else name and phone; else name and birth date; else the name
        alone, within one branch.
        """
        self.folded = folded
        birth = self.birth_date.isoformat() if self.birth_date else ""
        if self.member:
            self.import_key = MEMBER_KEY + _hash(self.member, folded)
        elif self.phone:
            self.import_key = "phone:" + _hash(folded, self.phone, birth)
        elif birth:
            self.import_key = "birth:" + _hash(folded, birth)
        else:
            self.import_key = "name:" + _hash(folded, str(self.branch.pk))


def _hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=28).hexdigest()


def names_a_branch(source: SourceList) -> bool:
    columns = source.headings.columns.get(Field.BRANCH, ())
    return any(
        not cells.is_blank(cells.plain_text(row[column]))
        for column in columns
        for _number, row in source.data_rows
        if column < len(row)
    )


class RowReader:
    """Reads the rows of one list for one branch, or for those its branch column names.

    Without a branch of the list's own every row must name hers.
    """

    def __init__(
        self,
        source: SourceList,
        *,
        branch: Branch | None,
        branches: Sequence[Branch],
        tags: ListTags,
        today: date,
    ) -> None:
        self.headings: Headings = source.headings
        self.branch = branch
        self.otherwise = branch or branches[0]
        self.branches = {key: b for b in branches for key in (b.code.casefold(), b.name.casefold())}
        self.branch_names = ", ".join(f"{b.name} ({b.code})" for b in branches)
        self.tags, self.today = tags, today
        birth = self.headings.columns.get(Field.BIRTH_DATE, ())
        self.is_month_first = is_month_first_column(
            row[birth[0]] for _number, row in source.data_rows if birth and len(row) > birth[0]
        )

    def read(self, number: int, row: Sequence[Cell]) -> Entry | list[Problem]:
        """Return the customer that a row tells of, or everything that is wrong with the row."""
        problems: list[Problem] = []

        def take(name: Field, parse: Callable[[Cell], T], otherwise: T) -> T:
            if name not in self.headings.columns:
                return otherwise
            try:
                return parse(self._cell(row, name))
            except BadCell as error:
                problems.append(Problem(self._title(name), str(error)))
                return otherwise

        phone, more_phones = self._phones(row, problems)
        entry = Entry(
            row=number,
            name=take(Field.NAME, cells.read_name, ""),
            phone=phone,
            birth_date=take(Field.BIRTH_DATE, self._birth_date, None),
            member=take(Field.MEMBER, cells.read_member, ""),
            branch=take(Field.BRANCH, self._branch, self.otherwise),
            call_name=take(Field.CALL_NAME, lambda cell: cells.read_words(cell, 40), ""),
            honorific=take(Field.HONORIFIC, cells.read_honorific, str(Honorific.KAK)),
            address=take(Field.ADDRESS, lambda cell: cells.read_words(cell, 200), ""),
            allergies=take(Field.ALLERGIES, cells.read_allergies, ""),
            notes=self._notes(row, more_phones, problems),
            email=take(Field.EMAIL, cells.read_email, ""),
            tags=take(Field.TAGS, self.tags.read, []),
        )
        if entry.member in SAMPLE_MEMBERS:
            reason = _("Ini baris contoh dari formulir kosong; hapus saja.")
            problems.append(Problem(self._title(Field.MEMBER), reason))
        for column in _CONSENTS:
            granted = take(column, cells.read_consent, None)
            if granted is not None:
                entry.consents.append(self._consent(row, column, is_granted=granted))
        return problems or entry

    def _cell(self, row: Sequence[Cell], name: Field) -> Cell:
        column = self.headings.columns[name][0]
        return row[column] if column < len(row) else ""

    def _title(self, name: Field) -> str:
        return self.headings.title_of(name)

    def _phones(self, row: Sequence[Cell], problems: list[Problem]) -> tuple[str, list[str]]:
        """Return the first number of the phone columns, and the others for the notes."""
        phone, others = "", []
        for column in self.headings.columns.get(Field.PHONE, ()):
            if column >= len(row):
                continue
            try:
                found, more = cells.read_phone(row[column])
            except BadCell as error:
                problems.append(Problem(self.headings.titles[column], str(error)))
                continue
            if found and phone and found != phone:
                others.append(found)
            phone = phone or found
            others.extend(more)
        return phone, others

    def _notes(self, row: Sequence[Cell], more_phones: list[str], problems: list[Problem]) -> str:
        lines = []
        for column in self.headings.columns.get(Field.NOTES, ()):
            try:
                lines.append(cells.read_notes(row[column] if column < len(row) else ""))
            except BadCell as error:
                problems.append(Problem(self.headings.titles[column], str(error)))
        if more_phones:
            lines.append(_("HP lain: %(phones)s") % {"phones": ", ".join(more_phones)})
        return "\n".join(line for line in lines if line)

    def _birth_date(self, cell: Cell) -> date | None:
        return cells.read_birth_date(cell, today=self.today, is_month_first=self.is_month_first)

    def _branch(self, cell: Cell) -> Branch:
        text = cells.plain_text(cell)
        if cells.is_blank(text):
            if self.branch is None:
                raise BadCell(
                    _("Cabangnya belum diisi; pilih salah satu: %(known)s.")
                    % {"known": self.branch_names}
                )
            return self.branch
        found = self.branches.get(text.casefold())
        if found is None:
            raise BadCell(
                _("Cabang “%(text)s” tidak ada di antara cabang Anda: %(known)s.")
                % {"text": cells.quote(text), "known": self.branch_names}
            )
        return found

    def _consent(self, row: Sequence[Cell], column: Field, *, is_granted: bool) -> Consent:
        """Return her answer with the words of the list, which are all that is known of it."""
        said = f"{self._title(column)}: {cells.plain_text(self._cell(row, column))}"
        return Consent(_CONSENTS[column], is_granted, said[:400])
