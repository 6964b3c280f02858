from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    WAITING = "waiting", _("Menunggu")
    RUNNING = "running", _("Sedang dibaca")
    DONE = "done", _("Selesai")
    FAILED = "failed", _("Gagal")


TRANSITIONS: dict[ImportState, set[ImportState]] = {
    ImportState.WAITING: {ImportState.RUNNING},
    # A worker that died leaves its job to the next one.
    ImportState.RUNNING: {ImportState.RUNNING, ImportState.DONE, ImportState.FAILED},
    ImportState.DONE: set(),
    ImportState.FAILED: set(),
}
