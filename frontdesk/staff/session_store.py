"""Django's sessions in PostgreSQL, each with its person and terminal beside it."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from frontdesk.staff.models import Staff, StaffSession
from frontdesk.staff.signed_in import session_and_staff

BRANCH_KEY = "branch_id"
TERMINAL_KEY = "terminal_id"
LOCKED_KEY = "locked"
ACTIVE_KEY = "active_at"
# She showed a PIN only: enough for the counter, not for the administration of the chain.
BY_PIN_KEY = "by_pin"


class SessionStore(DatabaseStore):
    # Whose session it is, as read together with it.
    staff: Staff | None = None

    def load(self) -> dict[str, Any]:
        found = session_and_staff(self.session_key or "", at=timezone.now())
        if found is None:
            self._session_key = None
            return {}
        row, self.staff = found
        data: dict[str, Any] = self.decode(row.session_data)
        return data

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        row = super().create_model_instance(data)
        assert isinstance(row, StaffSession)
        row.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.terminal_id = data.get(TERMINAL_KEY)
        return row
