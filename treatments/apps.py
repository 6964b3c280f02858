from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = pgettext_lazy("plural", "Perawatan")

    def ready(self) -> None:
        from frontdesk.visits.permissions import doubts_about_finishing
        from treatments import actions, audiences, notices  # noqa: F401
        from treatments.permissions import why_ask_before_finishing

        doubts_about_finishing.append(why_ask_before_finishing)
