from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    # Short, because they stand in every message that is sent.
    path("tw/s/<uuid:public_id>/", views.status_callback, name="status_callback"),
    path("tw/in/", views.inbound, name="inbound"),
    path("messages/", views.message_list, name="message_list"),
    path("messages/<int:pk>/", views.message_show, name="message_show"),
]
