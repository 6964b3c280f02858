from django.urls import path

from frontdesk.promos.views import steering, watching, writing

app_name = "promos"
urlpatterns = [
    path("", watching.promo_list, name="promo_list"),
    path("new/", writing.promo_new, name="promo_new"),
    path("audience/", writing.promo_audience, name="promo_audience"),
    path("words/", writing.promo_words, name="promo_words"),
    path("<int:pk>/", watching.promo_show, name="promo_show"),
    path("<int:pk>/progress/", watching.promo_progress, name="promo_progress"),
    path("<int:pk>/look/", watching.promo_look, name="promo_look"),
    path("<int:pk>/edit/", writing.promo_edit, name="promo_edit"),
    path("<int:pk>/start/", steering.promo_start, name="promo_start"),
    path("<int:pk>/unschedule/", steering.promo_unschedule, name="promo_unschedule"),
    path("<int:pk>/pause/", steering.promo_pause, name="promo_pause"),
    path("<int:pk>/resume/", steering.promo_resume, name="promo_resume"),
    path("<int:pk>/cancel/", steering.promo_cancel, name="promo_cancel"),
]
