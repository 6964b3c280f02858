"""The clinics' rules for what is written to customers (SOP-K7), as reasons beside the text."""

from collections.abc import Callable, Iterator, Mapping

from notifications.linting import figures, form, language, tone
from notifications.linting.findings import Finding, Severity, Text
from notifications.models.text import MessageClass

__all__ = ["Finding", "Severity", "lint", "refuses"]

Rule = Callable[[Text], Iterator[Finding]]
ALWAYS: tuple[Rule, ...] = (
    tone.religion,
    tone.guesses,
    tone.shouting,
    tone.emoji,
    tone.health,
    language.abbreviations,
    language.doubled_by_digit,
    language.stretched,
    figures.money,
    figures.dates,
    form.left_open,
    form.gaps,
)


def lint(
    body: str,
    *,
    message_class: MessageClass,
    offered: Mapping[str, str],
    sms_body: str = "",
    by_sms: bool = False,
) -> list[Finding]:
    """Return every reason against a text, in the order of its places.

    `offered` holds the variables it may use, each with a value as long as they get.
    """
    text = Text.of(body)
    if not body.strip():
        return [form.nothing()]
    found = [finding for rule in ALWAYS for finding in rule(text)]
    found += form.variables(text, offered)
    found += form.length(text, offered)
    if message_class == MessageClass.TRANSACTIONAL:
        found += tone.promo(text)
    if message_class != MessageClass.PERSONAL:
        found += tone.greeting(text)
    if message_class == MessageClass.MARKETING:
        found += tone.way_out(text)
    else:
        found += tone.closing_question(text)
    found.sort(key=lambda finding: (finding.start, finding.end))
    if sms_body.strip():
        found += form.short(Text.of(sms_body), offered, ALWAYS)
        if message_class == MessageClass.TRANSACTIONAL:
            found += form.as_sms(tone.promo(Text.of(sms_body)))
    elif by_sms:
        found += form.segments(text, offered)
    return found


def refuses(findings: list[Finding]) -> bool:
    return any(finding.is_error for finding in findings)
