"""Names as the database folds them, which is how they are searched."""

from django.db import connection

# As wide as the columns that the database derives from a name.
FOLDED_MOST, WORD_MOST = 240, 120


def fold_name(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_name(%s)", [name])
        (folded,) = cursor.fetchone() or ("",)
    return str(folded)


def is_searchable(folded: str) -> bool:
    """Say whether a folded name fits the columns that customers are found by."""
    return 0 < len(folded) <= FOLDED_MOST and all(len(w) <= WORD_MOST for w in folded.split())
