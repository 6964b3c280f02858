from django.urls import URLPattern, URLResolver, include, path

from customers import tag_views, views

app_name = "customers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("phone/", views.phone_lookup, name="phone_lookup"),
    path("<int:pk>/edit/", views.customer_edit, name="customer_edit"),
    path("<int:pk>/consent/", views.consent_record, name="consent_record"),
    path("<int:pk>/tags/", tag_views.customer_tags, name="customer_tags"),
    path("tags/", tag_views.tag_list, name="tag_list"),
    path("tags/<int:tag_id>/", tag_views.tag_edit, name="tag_edit"),
    path("imports/", include("customers.import_urls")),
]
