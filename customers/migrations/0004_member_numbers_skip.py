"""A list brings its own member numbers; the database's own series steps over the ones taken."""

from django.db import migrations

SKIPPING = """
CREATE OR REPLACE FUNCTION public.next_member_number() RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  candidate text;
BEGIN
  LOOP
    candidate := 'M' || pg_catalog.lpad(
      pg_catalog.nextval('public.customers_member_number')::text, 6, '0');
    EXIT WHEN NOT EXISTS (
      SELECT FROM public.customers_customer WHERE member_number = candidate);
  END LOOP;
  RETURN candidate;
END $$
"""

COUNTING = """
CREATE OR REPLACE FUNCTION public.next_member_number() RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT 'M' || pg_catalog.lpad(pg_catalog.nextval('public.customers_member_number')::text, 6, '0')
$$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_import_progress")]

    operations = [migrations.RunSQL(SKIPPING, COUNTING)]
