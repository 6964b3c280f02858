"""Which replies mean "stop": the whole message, not a word in a sentence ("jangan berhenti ya")."""

import re
from enum import StrEnum


class OptOut(StrEnum):
    ALL = "all"
    PROMO = "promo"


STOP = {
    "stop", "stopall", "stop all", "berhenti", "stop pesan", "berhenti langganan",
    "berhenti berlangganan", "unsub", "unsubscribe", "unreg", "optout", "opt out", "hentikan",
    "hentikan pesan", "jangan kirim lagi", "jangan hubungi lagi", "jangan wa lagi",
}  # fmt: skip
STOP_PROMO = {
    "stop promo", "berhenti promo", "hentikan promo", "jangan kirim promo",
    "jangan kirim promo lagi", "stop iklan", "stop promosi", "berhenti promosi",
}  # fmt: skip
# Politeness around the word changes nothing.
POLITE = {"ya", "yah", "kak", "min", "admin", "mbak", "mas", "dong", "deh", "tolong", "mohon",
          "please", "pls", "terima", "kasih", "trims", "makasih", "saja", "aja", "dulu", "wa",
          "whatsapp"}  # fmt: skip
SIGNS = re.compile(r"[^\w\s]|_")


def opt_out(text: str) -> OptOut | None:
    words = SIGNS.sub(" ", text.casefold()).split()
    for said in (" ".join(words), " ".join(word for word in words if word not in POLITE)):
        if said in STOP:
            return OptOut.ALL
        if said in STOP_PROMO:
            return OptOut.PROMO
    return None
