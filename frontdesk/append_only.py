"""Tables whose rows are written once: history, consent, what a day was closed with."""

import pgtrigger


def append_only() -> pgtrigger.Protect:
    """Return the trigger that makes the database refuse to change or delete a row.

    The role the web runs as does not own the tables, so it cannot switch the trigger off.
    """
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
