"""Rows the database keeps: history is written once, and what others point to stays."""

import pgtrigger


def append_only() -> pgtrigger.Protect:
    """Return the trigger that makes the database refuse to change or delete a row.

    The role the web runs as does not own the tables, so it cannot switch the trigger off.
    """
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def kept() -> pgtrigger.Protect:
    """Return the trigger that makes the database refuse to delete a row.

    It lets tables with very many rows point here without a check of each new row
    (`db_constraint=False`): what was there when they were written is there for ever.
    """
    return pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)
