"""Telephone numbers as people in Indonesia write them, stored in E.164."""

import re

import phonenumbers

_SCIENTIFIC = re.compile(r"^\d([.,]\d+)?[eE]\+?\d+$")


class BadPhone(ValueError):
    """The number cannot be read without guessing."""


def parse_phone(text: str) -> str:
    """Return `text` in E.164 (`+628…`), or raise `BadPhone`.

    Accepts 0812…, 812…, 62812…, +62 812-… and a doubled 62; Excel's 8,13E+11 has lost digits and is
    refused. Indonesian numbers need libphonenumber's "+", otherwise 62 would be doubled.
    """
    text = text.strip()
    if _SCIENTIFIC.match(text):
        raise BadPhone(text)
    digits = re.sub(r"[^\d+]", "", text)
    if not digits or "+" in digits[1:]:
        raise BadPhone(text)
    if digits.startswith("+"):
        number = digits
    elif digits.startswith("00"):
        number = "+" + digits[2:]
    elif digits.startswith("0"):
        number = "+62" + digits[1:]
    elif digits.startswith("62"):
        number = "+" + digits
    else:
        number = "+62" + digits
    number = re.sub(r"^\+62(62|0)(?=8)", "+62", number)
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as error:
        raise BadPhone(text) from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadPhone(text)
    if (
        parsed.country_code == 62
        and number[3:4] == "8"
        and not re.match(r"^\+628[1-9]\d{7,10}$", number)
    ):
        raise BadPhone(text)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(phone: str) -> bool:
    """Say whether WhatsApp can be expected at this E.164 number."""
    kind = phonenumbers.number_type(phonenumbers.parse(phone, None))
    mobile = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    return kind in mobile
