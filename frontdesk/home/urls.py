from django.urls import path

from frontdesk.home import customer_views, search_views, views

app_name = "home"
urlpatterns = [
    path("", views.counter, name="counter"),
    path("queue/", views.queue, name="queue"),
    path("queue/ended/", views.queue_ended, name="queue_ended"),
    path("queue/next/", views.idle_pane, name="idle_pane"),
    path("queue/call-next/", views.call_next, name="call_next"),
    path("check-in/", views.check_in_pane, name="check_in_pane"),
    path("check-in/save/", views.check_in, name="check_in"),
    path("visits/<int:pk>/pane/", views.visit_pane, name="visit_pane"),
    path("visits/<int:pk>/identify/", views.identify, name="identify"),
    path("visits/<int:pk>/identify/options/", views.identify_options, name="identify_options"),
    path("search/", search_views.search, name="search"),
    path("customers/new/", customer_views.customer_new, name="customer_new"),
    path("customers/new/typed/", customer_views.customer_typed, name="customer_typed"),
    path("customers/<int:pk>/", customer_views.customer, name="customer"),
    path(
        "customers/<int:pk>/controls/",
        customer_views.customer_controls,
        name="customer_controls",
    ),
]
