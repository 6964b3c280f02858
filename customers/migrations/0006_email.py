from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_consent_sources")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="email",
            field=models.EmailField(
                blank=True, db_default="", default="", max_length=254, verbose_name="e-mail"
            ),
        ),
    ]
