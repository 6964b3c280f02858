"""A branch's own customers are found first, however many bear the same name in the chain."""

import django.db.models.deletion
from django.db import migrations, models

WORDS = """
CREATE OR REPLACE FUNCTION public.add_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.customers_nameword (word, customer_id, home_branch_id)
    SELECT DISTINCT word, id, home_branch_id
    FROM added, unnest(string_to_array(name_folded, ' ')) AS word
    WHERE word <> '';
  INSERT INTO public.customers_vocabulary (word)
    SELECT DISTINCT word
    FROM added, unnest(string_to_array(name_folded, ' ')) AS word
    WHERE word <> ''
    ORDER BY word
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public.change_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM public.customers_nameword WHERE customer_id = NEW.id;
  INSERT INTO public.customers_nameword (word, customer_id, home_branch_id)
    SELECT DISTINCT word, NEW.id, NEW.home_branch_id
    FROM unnest(string_to_array(NEW.name_folded, ' ')) AS word
    WHERE word <> '';
  INSERT INTO public.customers_vocabulary (word)
    SELECT DISTINCT word FROM unnest(string_to_array(NEW.name_folded, ' ')) AS word
    WHERE word <> '' ORDER BY word
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

UPDATE public.customers_nameword n SET home_branch_id = c.home_branch_id
  FROM public.customers_customer c WHERE c.id = n.customer_id;
-- The checks that the update queued would stop the table from being altered below.
SET CONSTRAINTS ALL IMMEDIATE;

DROP TRIGGER name_words_changed ON public.customers_customer;
CREATE TRIGGER name_words_changed AFTER UPDATE OF name, home_branch_id ON public.customers_customer
  FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.home_branch_id <> NEW.home_branch_id)
  EXECUTE FUNCTION public.change_name_words();
"""

# lpad() cuts what is longer: the millionth customer would have got the number of the 100,000th.
MEMBER_NUMBER = """
CREATE OR REPLACE FUNCTION public.next_member_number() RETURNS text
LANGUAGE sql VOLATILE AS $$
  SELECT 'M' || pg_catalog.lpad(n, greatest(6, pg_catalog.length(n)), '0')
  FROM (SELECT pg_catalog.nextval('public.customers_member_number')::text AS n) AS next
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0001_initial"),
        ("customers", "0002_name_words"),
    ]

    operations = [
        migrations.RunSQL(MEMBER_NUMBER, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="nameword",
            name="home_branch",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="branches.branch",
            ),
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="nameword",
            name="home_branch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="branches.branch",
            ),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=models.Index(
                fields=["home_branch", "word", "customer"], name="customers_nameword_branch"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["home_branch", "phone_reversed"], name="customers_customer_branch_rev"
            ),
        ),
    ]
