from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_sending_at_pace"),
        ("customers", "0005_consent_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="maybe_stop_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="inboundmessage",
            name="meaning",
            field=models.CharField(
                blank=True,
                choices=[
                    ("stop", "Berhenti"),
                    ("stop_promo", "Berhenti promo"),
                    ("maybe_stop", "Mungkin berhenti"),
                    ("start", "Mulai lagi"),
                    ("yes", "Ya"),
                    ("no", "Batal"),
                    ("", "Lainnya"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    models.Q(("may_sms", True), ("may_call", True), _connector="OR"),
                    ("final_at", None),
                    ("state", "accepted"),
                ),
                fields=["expires_at"],
                name="notifications_message_late",
            ),
        ),
    ]
