from django.urls import URLPattern, URLResolver, include, path

app_name = "customers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", include("customers.import_urls")),
]
