"""Parts of addresses that are more than a word or a number."""

from datetime import date

# No branch kept its books here before.
FIRST_YEAR = 2000


class DayConverter:
    """A day as in `/recap/2026-11-22/`; an impossible one is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if day.year < FIRST_YEAR:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()
