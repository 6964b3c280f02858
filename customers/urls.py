from django.urls import URLPattern, URLResolver, include, path

from customers import views

app_name = "customers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("phone/", views.phone_lookup, name="phone_lookup"),
    path("<int:pk>/edit/", views.customer_edit, name="customer_edit"),
    path("<int:pk>/consent/", views.consent_record, name="consent_record"),
    path("imports/", include("customers.import_urls")),
]
