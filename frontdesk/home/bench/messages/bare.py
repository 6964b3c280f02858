"""`python -m frontdesk.home.bench.messages.bare`: the official client in a loop, and nothing else.

No table, no consent, no lease: what is left is the least that a message can cost.
"""

import argparse
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="frontdesk.home.bench.messages.bare", description=__doc__)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--content-sid", required=True)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.settings")
    django.setup()

    from django.conf import settings

    from notifications.providers import twilio

    client, callback = twilio.client(), f"{settings.PUBLIC_BASE_URL}/tw/s/"

    def post(number: int) -> None:
        client.messages.create(
            to=f"whatsapp:+6281400{number:06}",
            from_=settings.TWILIO_FROM_WHATSAPP,
            status_callback=f"{callback}{number}/{twilio.CALLBACK_RETRIES}",
            validity_period=36_000,
            content_sid=given.content_sid,
            content_variables=json.dumps({"1": f"Pelanggan {number}"}),
        )

    with ThreadPoolExecutor(max_workers=given.threads) as threads:
        began, used = time.perf_counter(), time.process_time()
        for _ in threads.map(post, range(given.messages)):
            pass
        elapsed, used = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"messages": given.messages, "seconds": elapsed, "cpu": used}))


if __name__ == "__main__":
    main()
