import json

import pytest

from notifications.providers.codes import ErrorClass, classify, words
from notifications.wording import content_variables, filled, numbered

BODY = "Halo {name}, {clinic} menunggu {name}."


def test_numbered_as_the_provider_wants_it():
    assert numbered(BODY, ["name", "clinic"]) == "Halo {{1}}, {{2}} menunggu {{1}}."


@pytest.mark.parametrize(
    "value, read",
    [
        ("Ibu Sari", "Ibu Sari"),
        (" Ibu\n\tSari  A ", "Ibu Sari A"),
        ("", "-"),
        ("{clinic}", "{clinic}"),
    ],
)
def test_values_are_fit_for_a_variable(value, read):
    values = {"name": value, "clinic": "Seruni"}

    assert filled(BODY, values) == f"Halo {read}, Seruni menunggu {read}."
    assert json.loads(content_variables(["name", "clinic"], values)) == {"1": read, "2": "Seruni"}


def test_a_missing_value_leaves_no_hole():
    assert filled(BODY, {}) == "Halo -, - menunggu -."


@pytest.mark.parametrize(
    "code, expected",
    [
        ("63024", ErrorClass.NO_WHATSAPP),
        (21610, ErrorClass.OPTED_OUT),
        ("99999", ErrorClass.REVIEW),
        ("", ErrorClass.REVIEW),
        ("nonsense", ErrorClass.REVIEW),
    ],
)
def test_each_code_has_a_class_and_words(code, expected):
    assert classify(code) == expected
    assert bool(words(code)) == bool(code)
