import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce

# Names as they are searched: lower case, without accents, one space between words. Immutable, so that
# a generated column may use it; every name is qualified, so that a restored dump finds it.
FOLD_NAME = """
CREATE FUNCTION public.fold_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    pg_catalog.lower(public.unaccent('public.unaccent'::pg_catalog.regdictionary, name)),
    '[''’`.]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$
"""

# A clinic's cards may already bear M000061: the series steps over the numbers that are taken. And
# lpad() alone would cut what is longer: the millionth customer would get the 100,000th one's number.
MEMBER_NUMBER = """
CREATE SEQUENCE public.customers_member_number;
CREATE FUNCTION public.next_member_number() RETURNS text
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

# The database keeps the words of every name, so that no way of writing a customer can forget it,
# and a branch's own customers are found first, however many bear the same name in the chain.
# Set-based on insert: a list of 50,000 people is one statement. The words are written in order, so
# that two lists read at once cannot wait for each other in a circle.
NAME_WORDS = """
CREATE FUNCTION public.add_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION public.change_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER name_words_added AFTER INSERT ON public.customers_customer
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.add_name_words();

CREATE TRIGGER name_words_changed AFTER UPDATE OF name, home_branch_id ON public.customers_customer
  FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.home_branch_id <> NEW.home_branch_id)
  EXECUTE FUNCTION public.change_name_words();
"""

NO_NAME_WORDS = """
DROP TRIGGER name_words_changed ON public.customers_customer;
DROP TRIGGER name_words_added ON public.customers_customer;
DROP FUNCTION public.change_name_words();
DROP FUNCTION public.add_name_words();
"""


class Migration(TablesAtOnce):
    dependencies = [
        ("branches", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD_NAME, "DROP FUNCTION public.fold_name(text)"),
        migrations.RunSQL(
            MEMBER_NUMBER,
            "DROP FUNCTION public.next_member_number(); DROP SEQUENCE public.customers_member_number",
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=30,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[^,;]*$", "Tulis tanpa koma dan titik koma."
                            )
                        ],
                        verbose_name="nama",
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("grey", "Abu-abu"),
                            ("plum", "Ungu"),
                            ("blue", "Biru"),
                            ("green", "Hijau"),
                            ("amber", "Kuning"),
                        ],
                        default="grey",
                        max_length=8,
                        verbose_name="warna",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="dipakai")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "label",
                "verbose_name_plural": "label",
                "ordering": [django.db.models.functions.text.Lower("name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="customers_tag_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[^,;\\s]([^,;]*[^,;\\s])?$")),
                        name="customers_tag_one_word",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "member_number",
                    models.CharField(
                        db_default=models.Func(
                            function="next_member_number", output_field=models.CharField()
                        ),
                        max_length=20,
                        unique=True,
                        verbose_name="nomor anggota",
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="E.164; kosong bila tidak diberikan. Keluarga boleh berbagi nomor.",
                        max_length=16,
                        validators=[django.core.validators.RegexValidator("^\\+\\d{8,15}$")],
                        verbose_name="nomor HP",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nama lengkap")),
                (
                    "call_name",
                    models.CharField(blank=True, max_length=40, verbose_name="panggilan"),
                ),
                (
                    "honorific",
                    models.CharField(
                        choices=[
                            ("kak", "Kak"),
                            ("ibu", "Ibu"),
                            ("bapak", "Bapak"),
                            ("mbak", "Mbak"),
                            ("mas", "Mas"),
                        ],
                        default="kak",
                        max_length=8,
                        verbose_name="sapaan",
                    ),
                ),
                (
                    "birth_date",
                    models.DateField(blank=True, null=True, verbose_name="tanggal lahir"),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="alamat")),
                (
                    "email",
                    models.EmailField(
                        blank=True, db_default="", default="", max_length=254, verbose_name="e-mail"
                    ),
                ),
                ("allergies", models.CharField(blank=True, max_length=300, verbose_name="alergi")),
                ("notes", models.TextField(blank=True, verbose_name="catatan")),
                (
                    "home_branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="branches.branch",
                        verbose_name="cabang asal",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "import_key",
                    models.CharField(editable=False, max_length=64, null=True, unique=True),
                ),
                (
                    "name_folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("name"), function="fold_name"),
                        output_field=models.CharField(db_collation="C", max_length=240),
                    ),
                ),
                (
                    "phone_reversed",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Reverse("phone"),
                        output_field=models.CharField(db_collation="C", max_length=16),
                    ),
                ),
                (
                    "tags",
                    models.ManyToManyField(
                        related_name="customers",
                        through="customers.CustomerTag",
                        to="customers.tag",
                        verbose_name="label",
                    ),
                ),
            ],
            options={
                "verbose_name": "pelanggan",
                "verbose_name_plural": "pelanggan",
                "indexes": [
                    models.Index(fields=["phone"], name="customers_customer_phone"),
                    models.Index(fields=["phone_reversed"], name="customers_customer_phone_rev"),
                    models.Index(
                        fields=["home_branch", "phone_reversed"],
                        name="customers_customer_branch_rev",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["phone"],
                        name="customers_customer_phone_trgm",
                        opclasses=["gin_trgm_ops"],
                    ),
                    models.Index(fields=["name_folded"], name="customers_customer_name"),
                    models.Index(
                        models.F("home_branch"),
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.functions.datetime.ExtractMonth("birth_date"),
                                "*",
                                models.Value(100),
                            ),
                            "+",
                            django.db.models.functions.datetime.ExtractDay("birth_date"),
                        ),
                        name="customers_customer_birthday",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone", ""), ("phone__regex", "^\\+\\d{8,15}$"), _connector="OR"
                        ),
                        name="customers_customer_phone_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="customers_customer_named",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="2cb868d369133a2780a2bc9e535a1bc51f8956e7",
                            operation="DELETE",
                            pgid="pgtrigger_kept_093a1",
                            table="customers_customer",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="customers.customer",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="customers.tag",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tag", "customer"], name="customers_customertag_tag"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "tag"), name="customers_customertag_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(db_collation="C", max_length=120)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                    ),
                ),
                (
                    "home_branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.branch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["word", "customer"], name="customers_nameword_word"),
                    models.Index(
                        fields=["home_branch", "word", "customer"], name="customers_nameword_branch"
                    ),
                    models.Index(fields=["customer", "word"], name="customers_nameword_customer"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Vocabulary",
            fields=[
                (
                    "word",
                    models.CharField(
                        db_collation="C", max_length=120, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"],
                        name="customers_vocabulary_trgm",
                        opclasses=["gin_trgm_ops"],
                    ),
                ],
            },
        ),
        migrations.RunSQL(NAME_WORDS, NO_NAME_WORDS),
        migrations.CreateModel(
            name="CustomerEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="customers.customer",
                    ),
                ),
                ("field", models.CharField(max_length=40)),
                ("old", models.TextField(blank=True)),
                ("new", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-at"], name="customers_event_customer_at"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="67bbcdaa8b0ad9058ebdd1abf75818e71639ffeb",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_92226",
                            table="customers_customerevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="customers.customer",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "Pengingat layanan"), ("promo", "Promo")],
                        max_length=10,
                    ),
                ),
                ("is_granted", models.BooleanField()),
                ("text_shown", models.CharField(blank=True, max_length=400)),
                (
                    "covers_email",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(("text_shown__iregex", "\\me-?mail\\M")),
                            output_field=models.BooleanField(),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "source",
                    models.CharField(
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
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["customer", "purpose", "-at", "-id"],
                        name="customers_consent_latest",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="4f79b7ff9f3e25a63df7b8aaf4b7773cb88ff1bb",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ffafd",
                            table="customers_consentevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="branches.branch"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("file", models.FileField(upload_to="imports/%Y/%m/")),
                ("file_name", models.CharField(max_length=200)),
                ("is_dry_run", models.BooleanField()),
                (
                    "dry_run",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="run",
                        to="customers.importjob",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Menunggu"),
                            ("running", "Sedang dibaca"),
                            ("done", "Selesai"),
                            ("failed", "Gagal"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("rows_total", models.PositiveIntegerField(default=0)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("rows_new", models.PositiveIntegerField(default=0)),
                ("rows_known", models.PositiveIntegerField(default=0)),
                ("rows_refused", models.PositiveIntegerField(default=0)),
                ("refused_file", models.FileField(blank=True, upload_to="imports/%Y/%m/")),
                ("report", models.JSONField(default=dict)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", False), ("state__in", ["done", "failed"])
                            ),
                            models.Q(
                                ("finished_at__isnull", True), ("state__in", ["waiting", "running"])
                            ),
                            _connector="OR",
                        ),
                        name="customers_importjob_finished_at",
                    ),
                ],
            },
        ),
    ]
