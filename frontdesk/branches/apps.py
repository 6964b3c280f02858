from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class BranchesConfig(AppConfig):
    name = "frontdesk.branches"
    verbose_name = pgettext_lazy("plural", "Cabang")
