from django.urls import path

from notifications.views import log, opt_out, webhooks

app_name = "notifications"
urlpatterns = [
    # Short, because they stand in every message that is sent.
    path("tw/s/<uuid:public_id>/", webhooks.status_callback, name="status_callback"),
    path("tw/in/", webhooks.inbound, name="inbound"),
    # Short, because it is paid for by the letter.
    path("b/<slug:code>/", opt_out.opt_out, name="opt_out"),
    path("customers/<int:pk>/opt-out/", opt_out.opt_out_record, name="opt_out_record"),
    path("customers/<int:pk>/opt-in/", opt_out.opt_out_lift, name="opt_out_lift"),
    path("messages/", log.message_list, name="message_list"),
    path("messages/<int:pk>/", log.message_show, name="message_show"),
]
