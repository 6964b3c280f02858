from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_import_progress")]

    operations = [
        migrations.AlterField(
            model_name="consentevent",
            name="source",
            field=models.CharField(
                choices=[
                    ("counter", "Di meja depan"),
                    ("import", "Dari daftar lama"),
                    ("reply", "Balasan pelanggan"),
                    ("link", "Tautan berhenti"),
                    ("provider", "Penyedia pesan"),
                ],
                max_length=10,
            ),
        ),
    ]
