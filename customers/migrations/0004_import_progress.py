"""A reading of a list can be taken over, and a list may bring its own member numbers."""

import django.db.models.deletion
from django.db import migrations, models

# A clinic's cards may already bear M000061: the series steps over the numbers that are taken.
SKIPPING = """
CREATE OR REPLACE FUNCTION public.next_member_number() RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  number text;
BEGIN
  LOOP
    number := pg_catalog.nextval('public.customers_member_number')::text;
    number := 'M' || pg_catalog.lpad(number, greatest(6, pg_catalog.length(number)), '0');
    EXIT WHEN NOT EXISTS (SELECT FROM public.customers_customer WHERE member_number = number);
  END LOOP;
  RETURN number;
END $$
"""

COUNTING = """
CREATE OR REPLACE FUNCTION public.next_member_number() RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT 'M' || pg_catalog.lpad(n, greatest(6, pg_catalog.length(n)), '0')
  FROM (SELECT pg_catalog.nextval('public.customers_member_number')::text AS n) AS next
$$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_words_by_branch")]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importjob",
            name="dry_run",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="run",
                to="customers.importjob",
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="report",
            field=models.JSONField(default=dict),
        ),
        migrations.RunSQL(SKIPPING, COUNTING),
    ]
