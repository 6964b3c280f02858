from django.urls import path

from customers import import_views

urlpatterns = [
    path("", import_views.import_list, name="import_list"),
    path("new/", import_views.import_new, name="import_new"),
    path("sample/", import_views.import_sample, name="import_sample"),
    path("<int:job_id>/", import_views.import_show, name="import_show"),
    path("<int:job_id>/progress/", import_views.import_progress, name="import_progress"),
    path("<int:job_id>/take/", import_views.import_take, name="import_take"),
    path("<int:job_id>/refused/", import_views.import_refused, name="import_refused"),
]
