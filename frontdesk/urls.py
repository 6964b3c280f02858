"""Every address of the product. Django's admin is for catalogue, branches and staff only."""

from django.contrib import admin
from django.urls import include, path

from frontdesk.home.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("frontdesk.home.urls")),
    path("staff/", include("frontdesk.staff.urls")),
    path("customers/", include("customers.urls")),
    path("visits/", include("frontdesk.visits.urls")),
    path("promos/", include("frontdesk.promos.urls")),
    path("", include("treatments.urls")),
    path("", include("notifications.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "frontdesk.home.errors.bad_request"
handler403 = "frontdesk.home.errors.forbidden"
handler404 = "frontdesk.home.errors.not_found"
handler500 = "frontdesk.home.errors.server_error"
