from django.db import migrations, models

STATES = [
    ("planned", "Terjadwal"),
    ("confirmed", "Dikonfirmasi"),
    ("freed", "Minta hari lain"),
    ("kept", "Ditepati"),
    ("missed", "Terlewat"),
    ("cancelled", "Batal"),
]


class Migration(migrations.Migration):
    dependencies = [("treatments", "0003_control_reminder")]

    operations = [
        migrations.AlterField(
            model_name="control",
            name="state",
            field=models.CharField(choices=STATES, default="planned", max_length=10),
        ),
        migrations.AlterField(
            model_name="controlevent",
            name="old",
            field=models.CharField(blank=True, choices=STATES, max_length=10),
        ),
        migrations.AlterField(
            model_name="controlevent",
            name="new",
            field=models.CharField(choices=STATES, max_length=10),
        ),
    ]
