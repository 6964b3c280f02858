"""Opens a workbook in a process of its own: a broken file can make the reader abort or never end.

Run as a script with a file's path: writes the visible sheets with their first rows, reads the
number of the one that is wanted, and writes its rows. Knows nothing of the rest of the project.
"""

import json
import resource
import sys
from datetime import date, datetime
from typing import Any

MOST_MEMORY = 3 * 1024**3
MOST_SECONDS = 40
HEAD_ROWS = 30
BLOCK = 500
LOCKED, BROKEN = 3, 4


def main(path: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    # A crash is an answer here; nobody needs its core.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, PasswordError

    try:
        write_sheets(path)
    except PasswordError:
        return LOCKED
    except (CalamineError, OSError, ValueError):
        return BROKEN
    return 0


def write_sheets(path: str) -> None:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_path(path)
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    for name in names:
        head = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=HEAD_ROWS)
        say([name, [bare(row) for row in head]])
    say(None)
    wanted = sys.stdin.readline().strip()
    if not wanted:
        return
    block: list[list[Any]] = []
    for row in book.get_sheet_by_name(names[int(wanted)]).iter_rows():
        block.append(bare(row))
        if len(block) == BLOCK:
            say(block)
            block = []
    say(block)
    say(None)


def bare(row: list[Any]) -> list[Any]:
    """Return a row without the empty cells at its end, its days as `["d", "1990-11-22"]`."""
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return [plain(cell) for cell in row[:end]]


def plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    return cell if isinstance(cell, str | int | float) else str(cell)


def say(value: Any) -> None:
    print(json.dumps(value), flush=value is None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
