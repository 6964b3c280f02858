"""The words of the control reminder stand in treatments.notices."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("treatments", "0002_recap_slips"), ("notifications", "0001_initial")]

    operations: list[migrations.operations.base.Operation] = []
