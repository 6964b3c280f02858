"""The square code on a printed slip, which a scanner types into the search."""

import segno
from django.utils.safestring import SafeString, mark_safe

# With the white of the paper around it two modules do, and the code itself stays over 20 mm.
QUIET_MODULES = 2


def svg(code: str) -> SafeString:
    """Return a slip's code as an SVG without size or style: the sheet gives it both."""
    drawn = segno.make(code, error="m", micro=False).svg_inline(
        border=QUIET_MODULES, omitsize=True, svgclass=None, lineclass=None, title=code
    )
    return mark_safe(drawn)  # noqa: S308  # nosec B308 B703: segno escapes the title, the rest is drawn
