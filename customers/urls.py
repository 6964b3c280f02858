from django.urls import URLPattern, path

app_name = "customers"
urlpatterns: list[URLPattern] = []
