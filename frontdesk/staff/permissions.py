"""Who may do what: the whole table on one page."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    CHECK_IN = "check_in"
    RUN_QUEUE = "run_queue"
    SEE_CUSTOMERS = "see_customers"
    SEE_PHONES = "see_phones"
    EDIT_CUSTOMERS = "edit_customers"
    IMPORT_CUSTOMERS = "import_customers"
    KEEP_TAGS = "keep_tags"
    WRITE_SLIPS = "write_slips"
    SEE_SLIPS = "see_slips"
    TREAT = "treat"
    APPROVE_SLIPS = "approve_slips"
    PLAN_CONTROLS = "plan_controls"
    SEE_SUPPLIES = "see_supplies"
    SEE_RECAP = "see_recap"
    CLOSE_RECAP = "close_recap"
    SEE_MESSAGES = "see_messages"
    SEE_INBOX = "see_inbox"
    SEE_CALLS = "see_calls"
    SET_NOTICES = "set_notices"
    WRITE_TEMPLATES = "write_templates"
    RUN_PROMOS = "run_promos"
    MANAGE_SENDERS = "manage_senders"
    SET_DUTY = "set_duty"
    MANAGE_TERMINALS = "manage_terminals"
    SEE_HISTORY = "see_history"
    MANAGE_CHAIN = "manage_chain"


class Role(models.TextChoices):
    FRONT_OFFICER = "front_officer", _("Front officer")
    BEAUTICIAN = "beautician", _("Beautician")
    DOCTOR = "doctor", _("Dokter")
    WAREHOUSE = "warehouse", _("Gudang produk")
    BRANCH_MANAGER = "branch_manager", _("Pengelola cabang")
    CHAIN_ADMIN = "chain_admin", _("Administrator jaringan")


_FRONT_OFFICER = frozenset(
    {
        Permission.CHECK_IN,
        Permission.RUN_QUEUE,
        Permission.SEE_CUSTOMERS,
        Permission.SEE_PHONES,
        Permission.EDIT_CUSTOMERS,
        Permission.WRITE_SLIPS,
        Permission.SEE_SLIPS,
        Permission.PLAN_CONTROLS,
        Permission.SEE_RECAP,
        Permission.SET_DUTY,
        Permission.SEE_INBOX,
        Permission.SEE_CALLS,
    }
)
_BRANCH_MANAGER = _FRONT_OFFICER | {
    Permission.IMPORT_CUSTOMERS,
    Permission.CLOSE_RECAP,
    Permission.SEE_MESSAGES,
    Permission.SET_NOTICES,
    Permission.WRITE_TEMPLATES,
    Permission.RUN_PROMOS,
    Permission.SEE_SUPPLIES,
    Permission.MANAGE_TERMINALS,
    Permission.SEE_HISTORY,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_OFFICER: _FRONT_OFFICER,
    Role.BEAUTICIAN: frozenset({Permission.TREAT}),
    Role.DOCTOR: frozenset(
        {Permission.APPROVE_SLIPS, Permission.SEE_SLIPS, Permission.SEE_CUSTOMERS, Permission.TREAT}
    ),
    Role.WAREHOUSE: frozenset({Permission.SEE_SUPPLIES}),
    Role.BRANCH_MANAGER: _BRANCH_MANAGER,
    Role.CHAIN_ADMIN: _BRANCH_MANAGER
    | {Permission.MANAGE_CHAIN, Permission.MANAGE_SENDERS, Permission.KEEP_TAGS},
}
