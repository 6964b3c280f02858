"""`python -m frontdesk.home.bench`: make the data, measure, print. `manage.py bench` starts it."""

import argparse
import os

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="frontdesk.home.bench", description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--slips", type=int, required=True)
    parser.add_argument("--asks", type=int, required=True)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.settings")
    django.setup()

    from frontdesk.home.bench.data import CLIENTS, make_world
    from frontdesk.home.bench.measure import Bench

    writes = (CLIENTS + 3) * (1 + given.asks)
    world = make_world(customers=given.customers, slips=given.slips, writes=writes)
    print(
        f"\n{given.customers:,} customers, {given.slips:,} slips, {given.asks} asks a client;"
        " milliseconds, median / p95",
        flush=True,
    )
    heads = ("bare SQL", "bare view", "page, 1 client", f"page, {CLIENTS} clients")
    print(f"{'':27}" + "".join(f"{head:>18}" for head in heads) + f"{'per second':>13}")
    for row in Bench(given.address, world, asks=given.asks).rows():
        timings = (row.sql, row.bare_view, row.one, row.many)
        cells = (f"{timing.median:.1f} / {timing.p95:.1f}" for timing in timings)
        print(
            f"{row.name:27}"
            + "".join(f"{cell:>18}" for cell in cells)
            + f"{row.many.per_second:>13,.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
