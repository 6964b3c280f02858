from django.urls import path

from notifications.views import log, webhooks

app_name = "notifications"
urlpatterns = [
    # Short, because they stand in every message that is sent.
    path("tw/s/<uuid:public_id>/", webhooks.status_callback, name="status_callback"),
    path("tw/in/", webhooks.inbound, name="inbound"),
    path("messages/", log.message_list, name="message_list"),
    path("messages/<int:pk>/", log.message_show, name="message_show"),
]
