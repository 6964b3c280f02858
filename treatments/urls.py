from django.urls import path, register_converter

from frontdesk.converters import DayConverter
from treatments.views import (
    beauticians,
    controls,
    doctors,
    printing,
    recaps,
    slips,
    writing,
)

register_converter(DayConverter, "day")

app_name = "treatments"
urlpatterns = [
    # Slips at the desk
    path("slips/", slips.slip_list, name="slips"),
    path("slips/find/", slips.find_slip, name="find_slip"),
    path("slips/<int:pk>/", slips.slip_show, name="slip"),
    path("slips/<int:pk>/live/", slips.slip_live, name="slip_live"),
    path("slips/<int:pk>/issue/", slips.slip_issue, name="slip_issue"),
    path("slips/<int:pk>/reprint/", slips.slip_reprint, name="slip_reprint"),
    path("slips/<int:pk>/cancel/", slips.slip_cancel, name="slip_cancel"),
    path("slips/<int:pk>/pass-on/", slips.slip_pass_on, name="slip_pass_on"),
    path("slips/<int:pk>/edit/", writing.slip_edit, name="slip_edit"),
    path("slips/<int:pk>/save/", writing.slip_save, name="slip_save"),
    path("slips/<int:pk>/print/", printing.slip_print, name="slip_print"),
    path("slips/of-visit/<int:visit_pk>/", writing.visit_slips, name="visit_slips"),
    path("slips/of-visit/<int:visit_pk>/new/", writing.slip_new, name="slip_new"),
    path("slips/of-visit/<int:visit_pk>/create/", writing.slip_create, name="slip_create"),
    path("slips/of-visit/<int:visit_pk>/preview/", writing.slip_preview, name="slip_preview"),
    # Control schedules
    path("controls/", controls.control_list, name="controls"),
    path("controls/<int:pk>/move/", controls.control_move, name="control_move"),
    path("controls/<int:pk>/keep/", controls.control_keep, name="control_keep"),
    path("controls/<int:pk>/cancel/", controls.control_cancel, name="control_cancel"),
    # The beautician's phone
    path("my/slips/", beauticians.my_slips, name="my_slips"),
    path("my/slips/<int:slip_id>/accept/", beauticians.my_slip_accept, name="my_slip_accept"),
    path("my/slips/<int:slip_id>/start/", beauticians.my_slip_start, name="my_slip_start"),
    path("my/slips/<int:slip_id>/finish/", beauticians.my_slip_finish, name="my_slip_finish"),
    # The doctor
    path("approvals/", doctors.approvals, name="approvals"),
    path("approvals/<int:slip_id>/approve/", doctors.slip_approve, name="slip_approve"),
    path("approvals/<int:slip_id>/refuse/", doctors.slip_refuse, name="slip_refuse"),
    # The evening
    path("recap/", recaps.recap_today, name="recap"),
    path("recap/<day:on>/", recaps.recap_day, name="recap_day"),
    path("recap/<day:on>/print/", recaps.recap_print, name="recap_print"),
    path("recap/<day:on>/export/", recaps.recap_export, name="recap_export"),
    path("recap/<day:on>/close/", recaps.recap_close, name="recap_close"),
    path("supplies/", recaps.supplies_today, name="supplies_used"),
    path("supplies/<day:on>/", recaps.supplies_day, name="supplies_day"),
]
