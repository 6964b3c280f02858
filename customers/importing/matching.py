"""Who of a list is known already: in the database, or from a row above."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from customers.importing.rows import MEMBER_KEY, Entry


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a row may mean; `row` is 0 for one who stands in the database."""

    folded: str
    phone: str
    birth_date: date | None
    member: str
    has_own_member: bool
    import_key: str
    taken_at: datetime | None = None
    row: int = 0


class MemberTaken(Exception):
    """A member number belongs to somebody with another name; the message says to whom."""


class People:
    """The people one row is compared with, by each thing that tells them apart."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._by_member: dict[str, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._by_phone: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self._by_birth: dict[tuple[str, date], list[Person]] = defaultdict(list)
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        if person.member:
            self._by_member.setdefault(person.member, person)
        if person.import_key:
            self._by_key.setdefault(person.import_key, person)
        if person.phone:
            self._by_phone[person.folded, person.phone].append(person)
        if person.birth_date:
            self._by_birth[person.folded, person.birth_date].append(person)

    def find(self, entry: Entry) -> Person | None:
        """Return the person an entry means, or None; raise `MemberTaken` for a number in dispute.

        A name with a phone is not enough where birth dates or the list's own member numbers differ:
        a father and his son may share both.
        """
        key = entry.import_key
        if entry.member and (person := self._by_member.get(entry.member)):
            if person.folded != entry.folded and person.import_key != key:
                raise MemberTaken(_taken_sentence(entry, person))
            return person
        if found := self._by_key.get(key):
            return found
        alike: list[Person] = []
        if entry.phone:
            alike += self._by_phone.get((entry.folded, entry.phone), ())
        if entry.birth_date:
            alike += self._by_birth.get((entry.folded, entry.birth_date), ())
        return next((person for person in alike if _may_be_same(entry, person)), None)


def person_of(entry: Entry) -> Person:
    return Person(
        folded=entry.folded,
        phone=entry.phone,
        birth_date=entry.birth_date,
        member=entry.member,
        has_own_member=bool(entry.member),
        import_key=entry.import_key,
        row=entry.row,
    )


def _may_be_same(entry: Entry, person: Person) -> bool:
    if entry.birth_date and person.birth_date and entry.birth_date != person.birth_date:
        return False
    return not (entry.member and person.has_own_member and entry.member != person.member)


def _taken_sentence(entry: Entry, person: Person) -> str:
    if person.row:
        return _(
            "Nomor %(member)s sudah dipakai di baris %(row)s dengan nama lain. "
            "Periksa nomornya, atau kosongkan."
        ) % {"member": entry.member, "row": person.row}
    return _(
        "Nomor %(member)s sudah milik pelanggan lain dengan nama yang berbeda. "
        "Periksa nomor dan namanya, atau kosongkan nomornya."
    ) % {"member": entry.member}


# The database -----------------------------------------------------------------------------------


def fold_names(entries: Sequence[Entry]) -> None:
    """Fill in each entry's name as the database folds it, so that both sides compare the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fold_name(name) FROM unnest(%s::text[]) WITH ORDINALITY AS t (name, n) "
            "ORDER BY n",
            [[entry.name for entry in entries]],
        )
        for entry, (folded,) in zip(entries, cursor.fetchall(), strict=True):
            entry.identify(folded)


_COLUMNS = "id, name_folded, phone, birth_date, member_number, import_key, created_at"
_FIND = f"""
    SELECT {_COLUMNS} FROM customers_customer WHERE import_key = ANY(%(keys)s)
    UNION
    SELECT {_COLUMNS} FROM customers_customer WHERE member_number = ANY(%(members)s)
    UNION
    SELECT {_COLUMNS} FROM customers_customer
    WHERE name_folded = ANY(%(names)s) AND phone = ANY(%(phones)s)
    UNION
    SELECT {_COLUMNS} FROM customers_customer
    WHERE name_folded = ANY(%(names)s) AND birth_date = ANY(%(births)s::date[])
    ORDER BY id
"""  # noqa: S608


def load_people(entries: Sequence[Entry]) -> People:
    """Return the customers that any of these entries might mean: one read through the indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND,
            {
                "keys": [entry.import_key for entry in entries],
                "members": [entry.member for entry in entries if entry.member],
                "names": [entry.folded for entry in entries],
                "phones": [entry.phone for entry in entries if entry.phone],
                "births": [entry.birth_date for entry in entries if entry.birth_date],
            },
        )
        return People(_person(*row) for row in cursor.fetchall())


def _person(
    _pk: int,
    folded: str,
    phone: str,
    birth_date: date | None,
    member: str,
    import_key: str | None,
    created_at: datetime,
) -> Person:
    return Person(
        folded=folded,
        phone=phone,
        birth_date=birth_date,
        member=member,
        has_own_member=bool(import_key and import_key.startswith(MEMBER_KEY)),
        import_key=import_key or "",
        taken_at=created_at,
    )
