"""The square code says the printed code, and is large enough for a scanner."""

import re

import pytest
import segno

from treatments import qr


@pytest.mark.parametrize("code", ["JKT-261122-007", "MENTNG-261122-1007"])
def test_the_code_is_drawn_module_by_module(code: str) -> None:
    drawn = str(qr.svg(code))
    [path] = re.findall(r' d="([^"]+)"', drawn)
    symbol = segno.make(code, error="m", micro=False)

    assert _modules(path, border=qr.QUIET_MODULES) == {
        (x, y) for y, row in enumerate(symbol.matrix) for x, dark in enumerate(row) if dark
    }
    # The code and nothing else: as characters that a scanner types.
    assert symbol.mode == "alphanumeric"
    size = len(symbol.matrix)
    assert f'viewBox="0 0 {size + 4} {size + 4}"' in drawn
    # The sheet draws it 24 mm wide.
    assert 24 * size / (size + 2 * qr.QUIET_MODULES) >= 20
    assert "style" not in drawn


def _modules(path: str, *, border: int) -> set[tuple[int, int]]:
    """Read segno's strokes: `M x y`, `h` along dark modules, `m` over light ones."""
    dark: set[tuple[int, int]] = set()
    x = y = 0.0
    for step, args in re.findall(r"([Mmh])([-\d. ]+)", path):
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", args)]
        if step == "M":
            x, y = numbers
        elif step == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            row = int(y - 0.5) - border
            dark |= {(int(x) - border + i, row) for i in range(int(numbers[0]))}
            x += numbers[0]
    return dark
