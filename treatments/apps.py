from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = pgettext_lazy("plural", "Perawatan")

    def ready(self) -> None:
        from treatments import notices  # noqa: F401
