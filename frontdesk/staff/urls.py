from django.urls import URLPattern, path

from frontdesk.staff.views import duty, history, me, pin, sign_in, terminals

app_name = "staff"
urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("lock/", pin.lock, name="lock"),
    path("still-here/", pin.still_here, name="still_here"),
    path("locked/", pin.locked, name="locked"),
    path("branch/", me.switch_branch, name="switch_branch"),
    path("language/", me.set_language, name="set_language"),
    path("me/", me.me, name="me"),
    path("me/keys/", me.set_single_keys, name="set_single_keys"),
    path("me/phone/", me.set_phone, name="set_phone"),
    path("me/pin/", me.change_pin, name="change_pin"),
    path("me/password/", me.change_password, name="change_password"),
    path("terminals/", terminals.terminals, name="terminals"),
    path("terminals/enrol/", terminals.terminal_enrol, name="terminal_enrol"),
    path("terminals/<int:pk>/revoke/", terminals.terminal_revoke, name="terminal_revoke"),
    path("duty/", duty.duty, name="duty"),
    path("duty/repeat/", duty.duty_repeat, name="duty_repeat"),
    path("duty/<int:pk>/", duty.duty_set, name="duty_set"),
    path("history/", history.history, name="history"),
]
