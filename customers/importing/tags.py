"""The tags a list brings: known ones, and new ones where the reader keeps the chain's list."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from customers.actions import CannotKeepTag, create_tag
from customers.importing.cells import BadCell, Cell, quote, read_tag_names
from customers.models import Tag, TagColour
from customers.permissions import why_not_keep_tags
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff

# A column of remarks under the heading "Label" would otherwise become a thousand tags.
MOST_NEW = 20
SHOWN = 12


class ListTags:
    """What one list may mean by its tags; a new one is created with the first who gets it."""

    def __init__(self, *, by: Staff | None, at: datetime) -> None:
        self.by, self.at = by, at
        self.may_create = not why_not_keep_tags(by=by)
        self.known = {tag.name.casefold(): tag for tag in Tag.objects.all()}
        self.unknown: dict[str, str] = {}
        # Those of the same reading, broken off and begun again, are new as well.
        self.new = {key: tag.name for key, tag in self.known.items() if tag.created_at == at}

    def read(self, cell: Cell) -> list[str]:
        """Return the names in a cell as the chain writes them."""
        return [self._judged(name) for name in read_tag_names(cell)]

    def _judged(self, name: str) -> str:
        key = name.casefold()
        if tag := self.known.get(key):
            if not tag.is_active:
                raise BadCell(_("Label “%(name)s” tidak dipakai lagi.") % {"name": tag.name})
            return tag.name
        if not self.may_create:
            raise BadCell(
                _(
                    "Label “%(name)s” tidak ada. Pilih: %(known)s; "
                    "administrator jaringan dapat menambahkannya."
                )
                % {"name": quote(name), "known": self._choice()}
            )
        if key not in self.unknown and len(self.unknown) >= MOST_NEW:
            raise BadCell(
                _("Label “%(name)s” tidak ada, dan daftar ini sudah membawa %(most)s label baru.")
                % {"name": quote(name), "most": MOST_NEW}
            )
        return self.unknown.setdefault(key, name)

    def _choice(self) -> str:
        names = sorted(tag.name for tag in self.known.values() if tag.is_active)
        return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "") or "-"

    def note(self, names: Iterable[str]) -> None:
        """Note which names will be created."""
        for name in names:
            if name.casefold() not in self.known:
                self.new.setdefault(name.casefold(), name)

    def tag(self, name: str, *, branch: Branch) -> Tag:
        """Return the tag of a name that was read, created where it is new."""
        key = name.casefold()
        if key not in self.known:
            self.known[key] = self._create(name, branch)
        return self.known[key]

    def _create(self, name: str, branch: Branch) -> Tag:
        try:
            return create_tag(
                name=name, colour=TagColour.GREY, by=self.by, branch=branch, at=self.at
            )
        except CannotKeepTag:
            # Another list, or a person, was faster.
            return Tag.objects.named(name).get()
