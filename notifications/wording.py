"""Texts with named variables: as the customer reads them, and as the provider numbers them."""

import json
import re
from collections.abc import Mapping, Sequence

VARIABLE = re.compile(r"\{([a-z_]+)\}")
# WhatsApp takes no line breaks, tabs or long gaps inside a variable, and none that is empty.
GAPS = re.compile(r"\s+")
NOTHING = "-"


def filled(body: str, variables: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: _value(variables, found[1]), body)


def numbered(body: str, names: Sequence[str]) -> str:
    """The text with the provider's {{1}}, {{2}} … in place of the names."""
    return VARIABLE.sub(lambda found: f"{{{{{names.index(found[1]) + 1}}}}}", body)


def content_variables(names: Sequence[str], variables: Mapping[str, str]) -> str:
    values = {str(number): _value(variables, name) for number, name in enumerate(names, 1)}
    return json.dumps(values, ensure_ascii=False)


def _value(variables: Mapping[str, str], name: str) -> str:
    return GAPS.sub(" ", str(variables.get(name, ""))).strip() or NOTHING
