from django.urls import URLPattern, path

app_name = "staff"
urlpatterns: list[URLPattern] = []
