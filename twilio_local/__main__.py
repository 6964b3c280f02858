"""python -m twilio_local --port 8001 --data DIR"""

import argparse
import asyncio
import json
import os
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo

from twilio_local.server import Options, Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="twilio_local", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="where messages are kept")
    parser.add_argument("--account-sid", default=os.environ.get("TWILIO_ACCOUNT_SID", ""))
    parser.add_argument("--auth-token", default=os.environ.get("TWILIO_AUTH_TOKEN", ""))
    parser.add_argument("--inbound-url", default=os.environ.get("TWILIO_INBOUND_URL", ""))
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("Asia/Jakarta"))
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    account_sid, auth_token = given.account_sid, given.auth_token
    if not account_sid or not auth_token:
        account_sid, auth_token = own_account(given.data)
    server = Server(
        Options(
            host=given.host,
            port=given.port,
            data=given.data,
            account_sid=account_sid,
            auth_token=auth_token,
            inbound_url=given.inbound_url,
            zone=given.timezone,
        )
    )
    asyncio.run(server.run())


def own_account(folder: Path) -> tuple[str, str]:
    """The account of this data folder, made at the first start."""
    path = folder / "account.json"
    if not path.exists():
        account = {"account_sid": f"AC{secrets.token_hex(16)}", "auth_token": secrets.token_hex(16)}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(account, file)
    account = json.loads(path.read_text())
    return account["account_sid"], account["auth_token"]


if __name__ == "__main__":
    main()
