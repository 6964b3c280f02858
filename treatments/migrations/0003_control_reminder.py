"""The words of the control reminder; from here on the chain may change them."""

from django.db import migrations

TEMPLATE = {
    "key": "control_reminder",
    "message_class": "transactional",
    # No treatment is named, everybody is greeted alike, and the last line can be answered yes or no.
    "body": (
        "Halo {name}, kami dari {clinic} cabang {branch}. Terima kasih atas kepercayaan Anda. "
        "Jadwal kontrol Anda adalah {day}. "
        "Balas YA bila Anda dapat hadir, atau TIDAK bila ingin memilih hari lain. "
        "Apakah Anda dapat hadir pada hari itu?"
    ),
    # Their order is the provider's {{1}}, {{2}} …
    "variables": ["name", "clinic", "branch", "day"],
}


def write(apps, schema_editor):
    Template = apps.get_model("notifications", "Template")
    Template.objects.get_or_create(
        key=TEMPLATE["key"], defaults={k: v for k, v in TEMPLATE.items() if k != "key"}
    )


class Migration(migrations.Migration):
    dependencies = [("treatments", "0002_recap_slips"), ("notifications", "0001_initial")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
