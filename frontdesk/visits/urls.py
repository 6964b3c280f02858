from django.urls import path

from frontdesk.visits import views

app_name = "visits"
urlpatterns = [
    path("new/", views.visit_new, name="visit_new"),
    path("<int:pk>/", views.visit_show, name="visit_show"),
    path("<int:pk>/ticket/", views.visit_ticket, name="visit_ticket"),
    path("<int:pk>/call/", views.visit_call, name="visit_call"),
    path("<int:pk>/start/", views.visit_start, name="visit_start"),
    path("<int:pk>/hold/", views.visit_hold, name="visit_hold"),
    path("<int:pk>/put-back/", views.visit_put_back, name="visit_put_back"),
    path("<int:pk>/finish/", views.visit_finish, name="visit_finish"),
    path("<int:pk>/left/", views.visit_left, name="visit_left"),
    path("<int:pk>/no-show/", views.visit_no_show, name="visit_no_show"),
    path("<int:pk>/undo/", views.visit_undo, name="visit_undo"),
    path("<int:pk>/note/", views.visit_note, name="visit_note"),
]
