"""Finding a customer among millions by whatever the clerk has heard of her.

Each step reads an index from one end and stops: the branch's own people first, then the chain's.
A later, dearer step runs only while the earlier ones have not filled the list.
"""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from customers.models import Customer, NameWord, Vocabulary
from frontdesk.branches.models import Branch
from frontdesk.quick_select import Question, among

MOST_TEXT = 100
MOST_WORDS = 4
# How far a word is counted to find the rarest.
COUNTED = 2_000
# How far words are counted that are all common. One that more people bear is soon met among
# those who bear the other; a rarer one is gathered first.
COUNTED_COMMON = 20_000
# How many name words are walked through for the others typed with them: a pair of single letters
# has filled the list long before.
WALKED = 30_000
WALKED_FOR_LETTERS = 5_000
# How many words with a fragment are followed, and how many people looked through for them.
FOLLOWED = 200
LOOKED_THROUGH = 500
# A trigram index answers from three letters on; below, a fragment would match half the chain.
SHORTEST_FRAGMENT = 3
LONG_NUMBER = 5
WHOLE_NUMBER = 10
MISSPELT = range(4, 21)
LEAST_SIMILAR = 0.4
# What a list of people tells of each; nothing of her health.
SHOWN = (
    *("name", "name_folded", "call_name", "honorific", "phone", "member_number", "birth_date"),
    "home_branch__name",
)
# Sorts after every word with the same beginning, in the columns' collation "C".
LAST = "\U0010ffff"

NUMBERED = """
SELECT id FROM customers_customer
WHERE member_number = ANY(%(numbers)s) {or_begins} LIMIT 5
"""
PHONED = """
SELECT id FROM customers_customer
WHERE phone >= %(start)s {before} ORDER BY phone LIMIT %(limit)s
"""
ENDING = """
SELECT id, name_folded FROM customers_customer
WHERE phone_reversed >= %(start)s AND phone_reversed < %(after)s {at_branch}
ORDER BY phone_reversed LIMIT %(limit)s
"""
# Said twice, or the planner thinks it too likely and reads the table.
HOLDING = """
SELECT id FROM customers_customer
WHERE phone LIKE '%%' || %s || '%%' AND phone LIKE '%%' || %s || '%%' LIMIT %s
"""
# A word is folded here as the database folds names; then counted, but never far.
COUNT_WORDS = """
SELECT wanted.word, (SELECT count(*) FROM (
    SELECT 1 FROM customers_nameword n
    WHERE n.word >= wanted.word AND n.word < wanted.word || %s LIMIT %s) AS counted)
FROM (SELECT DISTINCT word FROM unnest(string_to_array(fold_name(%s), ' ')) AS word) AS wanted
WHERE wanted.word <> ''
ORDER BY 2, length(wanted.word) DESC, 1
LIMIT %s
"""
# The walk stands in a query of its own, so that no plan can read more than it.
NAMED = """
SELECT customer_id FROM (
    SELECT word, customer_id FROM customers_nameword
    WHERE word >= %(word)s AND word < %(after)s {at_branch}
    ORDER BY word, customer_id LIMIT %(walked)s) AS named
WHERE NOT customer_id = ANY(%(found)s) {others}
LIMIT %(missing)s
"""
# Neither is a join: how to join is planned by how many are thought to bear a word, and to think
# of one where there are thousands takes seconds. This is read once into a hash,
GATHERED = """
AND (customer_id IN (SELECT customer_id FROM customers_nameword
    WHERE word >= %({key})s AND word < %({key}_after)s {at_branch})) IS TRUE
"""
# and this is one look-up a person.
LOOKED_UP = """
AND (SELECT true FROM customers_nameword other WHERE other.customer_id = named.customer_id
    AND other.word >= %({key})s AND other.word < %({key}_after)s LIMIT 1)
"""
WORDS_WITH = """
SELECT word FROM customers_vocabulary WHERE word LIKE '%%' || %s || '%%' LIMIT %s
"""
# Slips in the first two letters and elsewhere at once are not looked for.
WORDS_LIKE = """
SELECT word FROM customers_vocabulary
WHERE word >= %(start)s AND word < %(after)s AND similarity(word, %(word)s) >= %(least)s
ORDER BY similarity(word, %(word)s) DESC, word LIMIT 12
"""


@dataclass(frozen=True)
class Matches:
    customers: list[Customer]
    # Nothing was found as it was typed: these only look like it.
    is_guess: bool


def search_customers(text: str, *, branch: Branch, with_phones: bool, limit: int = 20) -> Matches:
    """Return the customers that `text` may mean, likeliest first.

    `text` is any part of a name, words in any order; a number in any spelling, its first, last or
    middle digits; a member number. Numbers are only looked at with `with_phones`: who may not see
    them shall not guess them either.
    """
    text = " ".join(text[:MOST_TEXT].replace("\0", "").encode("utf-8", "ignore").decode().split())
    digits = re.sub(r"\D", "", text) if re.fullmatch(r"[\d\s+().\-/]+", text) else ""
    search = _Search(branch=branch, limit=limit)
    search.take(_by_member_number(text))
    if digits and with_phones:
        search.take(_by_phone(search, text, digits))
    # Nobody is called by a number that somebody has.
    is_number = len(digits) >= LONG_NUMBER and bool(search.found)
    words = [] if is_number else _count_words(text)
    search.take(_by_words(search, words))
    if not digits:
        search.take(_by_fragments(search, words))
        if with_phones:
            search.take(_by_words_and_digits(search, words))
    is_guess = not search.found and not digits
    if is_guess:
        search.take(_by_similar_words(search, words))
    return Matches(search.customers([word for word, _count in words]), is_guess=is_guess)


class _Search:
    """What was found so far: customer → the step that found her."""

    def __init__(self, *, branch: Branch, limit: int) -> None:
        self.branch, self.limit = branch, limit
        self.found: dict[int, int] = {}
        self._step = 0

    @property
    def missing(self) -> int:
        return self.limit - len(self.found)

    def take(self, steps: Iterator[Iterable[int]]) -> None:
        """Run `steps` one by one, and none any more once the list is full."""
        while self.missing > 0:
            self._step += 1
            ids = next(steps, None)
            if ids is None:
                return
            for pk in ids:
                self.found.setdefault(pk, self._step)

    def customers(self, words: list[str]) -> list[Customer]:
        rows = _customers.ask(keys=list(self.found)) if self.found else []

        def likeliness(customer: Customer) -> tuple[int, bool, str, int]:
            is_exact = set(customer.name_folded.split()).issuperset(words)
            return self.found[customer.pk], not is_exact, customer.name_folded, customer.pk

        return sorted(rows, key=likeliness)[: self.limit]


@Question
def _customers() -> QuerySet[Customer]:
    found = Customer.objects.filter(among("pk", "keys")).select_related("home_branch")
    return found.only(*SHOWN).with_tags()


def _keys(question: str, values: Any) -> list[int]:
    """Return the first column of what a question finds."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [key for key, *_ in cursor.fetchall()]


def _by_member_number(text: str) -> Iterator[Iterable[int]]:
    number = text.replace(" ", "").upper()
    if not re.fullmatch(r"(?=.*\d)[A-Z0-9./-]{1,20}", number):
        return
    # None of these characters means anything to LIKE.
    values = {
        "numbers": [number, f"M{number.removeprefix('M').zfill(6)}"],
        "beginning": f"{number}%",
    }
    or_begins = "OR member_number LIKE %(beginning)s" if number[0].isalpha() else ""
    yield _keys(NUMBERED.format(or_begins=or_begins), values)


def _by_phone(search: _Search, text: str, digits: str) -> Iterator[Iterable[int]]:
    starts = _number_start(text, digits)
    # `0812`, `+62` and `62` begin a number; `7890` more likely ends one.
    if text[0] == "+" or digits.startswith(("0", "62")):
        yield _phones_from(starts, limit=search.limit)
        if search.found and len(digits) >= WHOLE_NUMBER:
            return
    if len(digits) >= SHORTEST_FRAGMENT:
        at_branch = _ending(digits, branch=search.branch, limit=search.limit)
        yield [pk for pk, _folded in at_branch]
        yield [pk for pk, _folded in _ending(digits, branch=None, limit=2 * search.limit)]
    yield _phones_from(starts, limit=search.limit)
    if SHORTEST_FRAGMENT <= len(digits) < WHOLE_NUMBER:
        yield _keys(HOLDING, [digits, digits[1:], search.limit])


def _number_start(text: str, digits: str) -> str:
    """Return the digits that a stored number would begin with, without its "+"."""
    if text[0] == "+" or digits.startswith("62"):
        number = digits
    elif digits.startswith("00"):
        number = digits[2:]
    else:
        number = "62" + digits.removeprefix("0")
    return re.sub(r"^62(62|0)(?=8)", "62", number)


def _phones_from(start: str, *, limit: int) -> Iterable[int]:
    if not start:
        return []
    # A range, so that the index serves in any collation; the next number is one higher.
    after = str(int(start) + 1)
    before = "AND phone < %(after)s" if len(after) == len(start) else ""
    values = {"start": f"+{start}", "after": f"+{after}", "limit": limit}
    return _keys(PHONED.format(before=before), values)


def _ending(digits: str, *, branch: Branch | None, limit: int) -> list[tuple[int, str]]:
    """Return whose number ends so, everywhere or at one branch, with their folded names."""
    backwards = digits[::-1]
    # ":" follows "9".
    values: dict[str, str | int] = {"start": backwards, "after": backwards + ":", "limit": limit}
    if branch:
        values["branch"] = branch.pk
    at_branch = "AND home_branch_id = %(branch)s" if branch else ""
    with connection.cursor() as cursor:
        cursor.execute(ENDING.format(at_branch=at_branch), values)
        return list(cursor.fetchall())


def _count_words(text: str, *, most: int = COUNTED) -> list[tuple[str, int]]:
    """Return the folded words of `text`, rarest first, and how many name words begin so."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_WORDS, [LAST, most, text, MOST_WORDS])
        return list(cursor.fetchall())


def _by_words(search: _Search, words: list[tuple[str, int]]) -> Iterator[Iterable[int]]:
    """Yield the people who have, for each word, a name word that begins with it."""
    if not words or not words[0][1]:
        return
    counted = COUNTED
    if len(words) > 1 and words[0][1] == counted and len(words[0][0]) >= SHORTEST_FRAGMENT:
        counted = COUNTED_COMMON
        words = _count_words(" ".join(word for word, _count in words), most=counted)
    (rarest, _count), *others = words
    values: dict[str, str | int | list[int]] = {
        "word": rarest,
        "after": rarest + LAST,
        "walked": WALKED if len(rarest) >= SHORTEST_FRAGMENT else WALKED_FOR_LETTERS,
        "branch": search.branch.pk,
    }
    for place, (word, _count) in enumerate(others):
        values |= {f"other{place}": word, f"other{place}_after": word + LAST}
    for at_branch in ("AND home_branch_id = %(branch)s", ""):
        clauses = "".join(
            (GATHERED if count < counted else LOOKED_UP).format(
                key=f"other{place}", at_branch=at_branch
            )
            for place, (_word, count) in enumerate(others)
        )
        # Two more than are missing: somebody may have two words that begin so.
        values |= {"found": list(search.found), "missing": search.missing + 2}
        yield _keys(NAMED.format(at_branch=at_branch, others=clauses), values)


def _by_fragments(search: _Search, words: list[tuple[str, int]]) -> Iterator[Iterable[int]]:
    """Yield the people in whose names each word stands somewhere.

    Several words are mostly typed from their beginnings: only if nobody has such ones.
    """
    if len(words) > 1 and search.found:
        return
    known = {w: _words_with(w) for w, _count in words if len(w) >= SHORTEST_FRAGMENT}
    yield from _holding(search, known, [w for w, _count in words if w not in known])


def _by_similar_words(search: _Search, words: list[tuple[str, int]]) -> Iterator[Iterable[int]]:
    """Yield the people whose names have, for each word, one that holds it or is nearly it."""
    # A word that thousands bear was meant as it was typed.
    misspelt = {w for w, count in words if len(w) in MISSPELT and count < COUNTED}
    if not misspelt:
        return
    known = {
        w: _words_with(w) | (_words_like(w) if w in misspelt else set())
        for w, _count in words
        if len(w) >= SHORTEST_FRAGMENT
    }
    yield from _holding(search, known, [w for w, _count in words if w not in known])


def _by_words_and_digits(search: _Search, words: list[tuple[str, int]]) -> Iterator[Iterable[int]]:
    """Yield the people who are called so and whose number ends so: `siti 7890`."""
    ends = [w for w, _count in words if w.isdecimal() and len(w) >= SHORTEST_FRAGMENT]
    names = [w for w, _count in words if w not in ends]
    if len(ends) != 1 or not names:
        return
    for branch in (search.branch, None):
        yield [
            pk
            for pk, folded in _ending(ends[0], branch=branch, limit=LOOKED_THROUGH)
            if all(any(part.startswith(name) for part in folded.split()) for name in names)
        ]


def _holding(
    search: _Search, known: dict[str, set[str]], short: list[str]
) -> Iterator[Iterable[int]]:
    """Yield the people who have one of the known words for each typed one.

    The typed word that the fewest people answer to leads; the others are looked for in the names
    of those people, of whom only so many are read.
    """
    if not known or not all(known.values()):
        return
    leading = (
        min(known.values(), key=_count_people) if len(known) > 1 else next(iter(known.values()))
    )
    named = NameWord.objects.filter(word__in=leading).order_by("word", "customer_id")
    folded_names = named.values_list("customer_id", "customer__name_folded")

    def fits(folded: str) -> bool:
        parts = folded.split()
        return all(
            typed in folded or not words.isdisjoint(parts) for typed, words in known.items()
        ) and all(any(part.startswith(typed) for part in parts) for typed in short)

    for people in (folded_names.filter(home_branch=search.branch), folded_names):
        yield [pk for pk, folded in people[:LOOKED_THROUGH] if fits(folded)]


def _count_people(words: set[str]) -> int:
    return NameWord.objects.filter(word__in=words)[:LOOKED_THROUGH].count()


def _words_with(fragment: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WORDS_WITH, [fragment, FOLLOWED])
        return {word for (word,) in cursor.fetchall()}


def _words_like(word: str) -> set[str]:
    """Return the known words that are one slip of the fingers away, else those that look alike."""
    one_slip = Vocabulary.objects.filter(word__in=_one_slip(word)).values_list("word", flat=True)
    if found := set(one_slip):
        return found
    start = word[:2]
    values: dict[str, str | float] = {
        "word": word,
        "start": start,
        "after": start + LAST,
        "least": LEAST_SIMILAR,
    }
    with connection.cursor() as cursor:
        cursor.execute(WORDS_LIKE, values)
        return {known for (known,) in cursor.fetchall()}


def _one_slip(word: str) -> set[str]:
    """Return every word with one letter of `word` left out, swapped, replaced or added."""
    letters = string.ascii_lowercase
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    left_out = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    replaced = {a + c + b[1:] for a, b in splits if b for c in letters}
    added = {a + c + b for a, b in splits for c in letters}
    return left_out | swapped | replaced | added
