"""What every page knows of the desk it stands on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from frontdesk.staff.permissions import Permission


def desk(request: HttpRequest) -> dict[str, Any]:
    granted: frozenset[Permission] = getattr(request, "may", frozenset())
    return {
        "branch": getattr(request, "branch", None),
        "terminal": getattr(request, "terminal", None),
        "may": {permission.value: True for permission in granted},
        "clinic_name": settings.CLINIC_NAME,
        "idle_lock_seconds": int(settings.IDLE_LOCK.total_seconds()),
    }
