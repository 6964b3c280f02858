"""The database keeps the words of every name, so that no way of writing a customer can forget it."""

from django.db import migrations

# Set-based on insert: a list of 50,000 people is one statement. The words are written in order, so
# that two lists read at once cannot wait for each other in a circle.
WORDS = """
CREATE FUNCTION public.add_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.customers_nameword (word, customer_id)
    SELECT DISTINCT word, id
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

CREATE FUNCTION public.change_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM public.customers_nameword WHERE customer_id = NEW.id;
  INSERT INTO public.customers_nameword (word, customer_id)
    SELECT DISTINCT word, NEW.id FROM unnest(string_to_array(NEW.name_folded, ' ')) AS word
    WHERE word <> '';
  INSERT INTO public.customers_vocabulary (word)
    SELECT DISTINCT word FROM unnest(string_to_array(NEW.name_folded, ' ')) AS word
    WHERE word <> '' ORDER BY word
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER name_words_added AFTER INSERT ON public.customers_customer
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.add_name_words();

CREATE TRIGGER name_words_changed AFTER UPDATE OF name ON public.customers_customer
  FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
  EXECUTE FUNCTION public.change_name_words();
"""

REVERSE = """
DROP TRIGGER name_words_changed ON public.customers_customer;
DROP TRIGGER name_words_added ON public.customers_customer;
DROP FUNCTION public.change_name_words();
DROP FUNCTION public.add_name_words();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [migrations.RunSQL(WORDS, REVERSE)]
