from django.urls import URLPattern, path

app_name = "treatments"
urlpatterns: list[URLPattern] = []
