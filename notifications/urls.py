from django.urls import path

from notifications.views import (
    by_hand,
    calls,
    inbox,
    log,
    notices,
    opt_out,
    senders,
    templates,
    webhooks,
)

app_name = "notifications"
urlpatterns = [
    # Short, because they stand in every message that is sent.
    path("tw/s/<uuid:public_id>/", webhooks.status_callback, name="status_callback"),
    path("tw/in/", webhooks.inbound, name="inbound"),
    # Short, because it is paid for by the letter.
    path("b/<slug:code>/", opt_out.opt_out, name="opt_out"),
    path("customers/<int:pk>/opt-out/", opt_out.opt_out_record, name="opt_out_record"),
    path("customers/<int:pk>/opt-in/", opt_out.opt_out_lift, name="opt_out_lift"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows/", inbox.inbox_rows, name="inbox_rows"),
    path("inbox/waiting/", inbox.inbox_waiting, name="inbox_waiting"),
    path("inbox/<int:pk>/", inbox.talk, name="talk"),
    path("inbox/<int:pk>/lines/", inbox.talk_lines, name="talk_lines"),
    path("inbox/<int:pk>/reply/", inbox.talk_reply, name="talk_reply"),
    path("inbox/<int:pk>/template/", inbox.talk_template, name="talk_template"),
    path("inbox/<int:pk>/take/", inbox.talk_take, name="talk_take"),
    path("inbox/<int:pk>/media/<int:media>/", inbox.talk_media, name="talk_media"),
    path("inbox/<int:pk>/hand-over/", inbox.talk_hand_over, name="talk_hand_over"),
    path("inbox/<int:pk>/close/", inbox.talk_close, name="talk_close"),
    path("inbox/<int:pk>/reopen/", inbox.talk_reopen, name="talk_reopen"),
    path("inbox/<int:pk>/stop/", inbox.talk_stop, name="talk_stop"),
    path("inbox/<int:pk>/link/", inbox.talk_link, name="talk_link"),
    path("inbox/<int:pk>/people/", inbox.talk_people, name="talk_people"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<int:pk>/note/", calls.call_note, name="call_note"),
    path("by-hand/", by_hand.by_hand, name="by_hand"),
    path("by-hand/<int:pk>/sent/", by_hand.by_hand_sent, name="by_hand_sent"),
    path("by-hand/<int:pk>/skip/", by_hand.by_hand_skip, name="by_hand_skip"),
    path("messages/notices/", notices.notice_list, name="notice_list"),
    path("messages/notices/<str:key>/", notices.notice_edit, name="notice_edit"),
    path("messages/notices/<str:key>/forget/", notices.notice_forget, name="notice_forget"),
    path("messages/quiet/", notices.quiet_times, name="quiet_times"),
    path("messages/templates/", templates.template_list, name="template_list"),
    path("messages/templates/new/", templates.template_new, name="template_new"),
    path("messages/templates/preview/", templates.template_preview, name="template_preview"),
    path("messages/templates/<int:pk>/", templates.template_show, name="template_show"),
    path(
        "messages/templates/<int:pk>/restore/",
        templates.template_restore,
        name="template_restore",
    ),
    path("messages/templates/<int:pk>/test/", templates.template_test, name="template_test"),
    path(
        "messages/templates/<int:pk>/archive/", templates.template_archive, name="template_archive"
    ),
    path("messages/templates/<int:pk>/resume/", templates.template_resume, name="template_resume"),
    path("messages/figures/", senders.figures, name="figures"),
    path("messages/senders/", senders.sender_list, name="sender_list"),
    path("messages/senders/<int:pk>/", senders.sender_edit, name="sender_edit"),
    path("messages/senders/<int:pk>/pause/", senders.sender_pause, name="sender_pause"),
    path("messages/senders/<int:pk>/resume/", senders.sender_resume, name="sender_resume"),
    path("messages/", log.message_list, name="message_list"),
    path("messages/<int:pk>/", log.message_show, name="message_show"),
]
