import uuid

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce


class Migration(TablesAtOnce):
    dependencies = [
        ("branches", "0001_initial"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="nama")),
                (
                    "message_class",
                    models.CharField(
                        choices=[
                            ("transactional", "Layanan"),
                            ("marketing", "Promo"),
                            ("personal", "Pribadi"),
                        ],
                        max_length=14,
                        verbose_name="jenis",
                    ),
                ),
                (
                    "current",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.templateversion",
                    ),
                ),
                ("is_archived", models.BooleanField(default=False)),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refused_code", models.CharField(blank=True, max_length=12)),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "templat pesan",
                "verbose_name_plural": "templat pesan",
                "ordering": ["key"],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="6b681b89573124021747cdbe9d69ef5dffac7f2d",
                            operation="DELETE",
                            pgid="pgtrigger_kept_c80c5",
                            table="notifications_template",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="notifications.template",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("sms_body", models.TextField(blank=True)),
                ("variables", models.JSONField(default=list)),
                ("content_sid", models.CharField(blank=True, max_length=40)),
                (
                    "approval",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unsubmitted", "Belum diajukan ke WhatsApp"),
                            ("received", "Diajukan ke WhatsApp"),
                            ("pending", "Menunggu persetujuan WhatsApp"),
                            ("approved", "Disetujui WhatsApp"),
                            ("rejected", "Ditolak WhatsApp"),
                            ("paused", "Dijeda WhatsApp karena keluhan penerima"),
                            ("disabled", "Dimatikan WhatsApp"),
                        ],
                        max_length=12,
                    ),
                ),
                ("approval_note", models.CharField(blank=True, max_length=300)),
                ("approval_seen_at", models.DateTimeField(null=True)),
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
                "ordering": ["template", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "number"), name="notifications_templateversion_once"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="words_stay",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."sms_body" IS DISTINCT FROM (NEW."sms_body") OR OLD."template_id" IS DISTINCT FROM (NEW."template_id") OR OLD."variables" IS DISTINCT FROM (NEW."variables"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="38af8f099e9f3e3515b22f658d566fcbe7642835",
                            operation="UPDATE",
                            pgid="pgtrigger_words_stay_e6f4e",
                            table="notifications_templateversion",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="0475a262cfd54f06ec629bbc887f95cc901bfd52",
                            operation="DELETE",
                            pgid="pgtrigger_kept_eecf3",
                            table="notifications_templateversion",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Portfolio",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="nama")),
                (
                    "people_a_day",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="orang per 24 jam"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReachedPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reached",
                        to="notifications.portfolio",
                    ),
                ),
                ("phone", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["portfolio", "at"], name="notifications_reachedphone_at"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("portfolio", "phone"), name="notifications_reachedphone_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        max_length=10,
                        verbose_name="saluran",
                    ),
                ),
                ("address", models.CharField(max_length=254, verbose_name="alamat")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="nama")),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="senders",
                        to="branches.branch",
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="senders",
                        to="notifications.portfolio",
                    ),
                ),
                ("per_second", models.FloatField(default=80, verbose_name="pesan per detik")),
                (
                    "reserve_percent",
                    models.PositiveSmallIntegerField(default=10, verbose_name="cadangan (%)"),
                ),
                ("is_paused", models.BooleanField(default=False, verbose_name="dijeda")),
                (
                    "paused_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="alasan"),
                ),
            ],
            options={
                "verbose_name": "pengirim",
                "ordering": ["channel", "address"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "address"), name="notifications_sender_address"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_second__gt", 0)), name="notifications_sender_pace"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reserve_percent__lte", 90)),
                        name="notifications_sender_reserve",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="69f42a00249fc6a53cc9470bb2a1496e9303bfc9",
                            operation="DELETE",
                            pgid="pgtrigger_kept_65cc1",
                            table="notifications_sender",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SenderPace",
            fields=[
                (
                    "sender",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pace",
                        serialize=False,
                        to="notifications.sender",
                    ),
                ),
                ("tokens", models.FloatField(default=0)),
                ("refilled_at", models.DateTimeField()),
                (
                    "circuit",
                    models.CharField(
                        choices=[
                            ("closed", "Sehat"),
                            ("open", "Berhenti sementara"),
                            ("half_open", "Mencoba lagi"),
                        ],
                        default="closed",
                        max_length=10,
                    ),
                ),
                ("open_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last_success_at", models.DateTimeField(null=True)),
                ("last_failure_at", models.DateTimeField(null=True)),
                ("last_error_code", models.CharField(blank=True, max_length=12)),
                ("campaigns_rest_until", models.DateTimeField(null=True)),
                ("inbound_seen_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE notifications_senderpace SET (fillfactor = 20,"
            " autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)",
            "ALTER TABLE notifications_senderpace RESET (fillfactor,"
            " autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        ),
        migrations.CreateModel(
            name="PricePull",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_pulls",
                        to="notifications.sender",
                    ),
                ),
                ("day", models.DateField()),
                ("token", models.CharField(blank=True, max_length=200)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at"],
                        name="notifications_pricepull_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sender", "day"), name="notifications_pricepull_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Berjalan"),
                            ("paused", "Dijeda"),
                            ("cancelled", "Dibatalkan"),
                            ("done", "Selesai"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.template",
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="a18068c1b7ecf36e3d55ecf12d22a9a5f1844052",
                            operation="DELETE",
                            pgid="pgtrigger_kept_b1e50",
                            table="notifications_batch",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=120)),
                ("notice", models.CharField(blank=True, max_length=60)),
                (
                    "branch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="branches.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="customers.customer",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="notifications.batch",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="notifications.message",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.template",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.templateversion",
                    ),
                ),
                (
                    "message_class",
                    models.CharField(
                        choices=[
                            ("transactional", "Layanan"),
                            ("marketing", "Promo"),
                            ("personal", "Pribadi"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        default="whatsapp",
                        max_length=10,
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="notifications.sender",
                    ),
                ),
                (
                    "lane",
                    models.PositiveSmallIntegerField(
                        choices=[(10, "Segera"), (20, "Pengingat"), (30, "Promo")], default=20
                    ),
                ),
                ("variables", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                ("segments", models.PositiveSmallIntegerField(null=True)),
                ("one_a_day", models.BooleanField(default=False)),
                ("merges", models.BooleanField(db_default=False, default=False)),
                (
                    "carrier",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carries",
                        to="notifications.message",
                    ),
                ),
                ("may_sms", models.BooleanField(default=False)),
                ("may_call", models.BooleanField(default=False)),
                ("to_phone", models.CharField(blank=True, max_length=16)),
                ("to_email", models.EmailField(blank=True, max_length=254)),
                ("from_address", models.CharField(blank=True, max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Direncanakan"),
                            ("sending", "Sedang dikirim"),
                            ("accepted", "Diterima penyedia"),
                            ("unknown", "Belum pasti"),
                            ("failed", "Gagal"),
                            ("abandoned", "Perlu dilihat"),
                            ("suppressed", "Tidak dikirim"),
                            ("expired", "Kedaluwarsa"),
                            ("cancelled", "Dibatalkan"),
                            ("merged", "Disatukan"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("intent_at", models.DateTimeField(null=True)),
                ("unknown_since", models.DateTimeField(null=True)),
                ("absent_seen", models.PositiveSmallIntegerField(default=0)),
                ("absent_seen_at", models.DateTimeField(null=True)),
                ("provider_sid", models.CharField(max_length=80, null=True)),
                (
                    "provider_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Diterima penyedia"),
                            ("scheduled", "Dijadwalkan penyedia"),
                            ("queued", "Antre di penyedia"),
                            ("sending", "Sedang dikirim"),
                            ("sent", "Terkirim"),
                            ("failed", "Gagal terkirim"),
                            ("undelivered", "Tidak sampai"),
                            ("canceled", "Dibatalkan penyedia"),
                            ("delivered", "Sampai"),
                            ("read", "Dibaca"),
                        ],
                        max_length=12,
                    ),
                ),
                ("provider_rank", models.PositiveSmallIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=12)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("ask_again_at", models.DateTimeField(null=True)),
                ("price_micros", models.BigIntegerField(null=True)),
                ("price_currency", models.CharField(blank=True, max_length=3)),
                (
                    "written_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("final_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "pesan",
                "verbose_name_plural": "pesan",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["sender", "batch", "lane", "due_at", "id"],
                        name="notifications_message_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")),
                        fields=["lease_until"],
                        name="notifications_message_leased",
                    ),
                    models.Index(
                        condition=models.Q(("state", "unknown")),
                        fields=["unknown_since"],
                        name="notifications_message_unkn",
                    ),
                    models.Index(
                        condition=models.Q(("ask_again_at__isnull", False)),
                        fields=["ask_again_at"],
                        name="notifications_message_ask",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("may_sms", True), ("may_call", True), _connector="OR"),
                            ("final_at", None),
                            ("state", "accepted"),
                        ),
                        fields=["expires_at"],
                        name="notifications_message_late",
                    ),
                    models.Index(
                        condition=models.Q(("carrier__isnull", False)),
                        fields=["carrier"],
                        name="notifications_message_parts",
                    ),
                    models.Index(
                        fields=["customer", "-created_at"], name="notifications_message_customer"
                    ),
                    models.Index(fields=["branch", "id"], name="notifications_message_branch"),
                    models.Index(
                        fields=["to_phone", "-accepted_at"], name="notifications_message_phone"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("key",), name="notifications_message_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("provider_sid__isnull", False)),
                        fields=("provider_sid",),
                        name="notifications_message_sid",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("parent__isnull", False)),
                        fields=("parent",),
                        name="notifications_message_one_child",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("provider_sid__isnull", False),
                                ("state", "accepted"),
                            ),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("channel", "by_hand"),
                                ("state", "accepted"),
                                ("written_by__isnull", False),
                            ),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True),
                                ("accepted_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="notifications_message_accepted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease__isnull", False),
                                ("lease_until__isnull", False),
                                ("state", "sending"),
                            ),
                            models.Q(("state", "sending"), _negated=True),
                            _connector="OR",
                        ),
                        name="notifications_message_leased_while_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "unknown"), ("unknown_since__isnull", False)),
                            models.Q(("state", "unknown"), _negated=True),
                            _connector="OR",
                        ),
                        name="notifications_message_unknown_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("template__isnull", False),
                            models.Q(("body", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="notifications_message_has_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("carrier__isnull", False), ("state", "merged")),
                            models.Q(
                                models.Q(("state", "merged"), _negated=True),
                                ("carrier__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="notifications_message_carried_when_merged",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("batch__isnull", False)),
                        fields=("batch", "to_phone", "parent"),
                        name="notifications_message_once_a_batch",
                        nulls_distinct=False,
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="0e6b1772b6a81e49cfb8e75f7fe1cec48b25c284",
                            operation="DELETE",
                            pgid="pgtrigger_kept_443cb",
                            table="notifications_message",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="legal_moves",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{queued:accepted,queued:cancelled,queued:expired,queued:merged,queued:sending,queued:suppressed,sending:accepted,sending:failed,sending:queued,sending:unknown,unknown:abandoned,unknown:accepted,unknown:queued,abandoned:accepted,suppressed:queued,cancelled:queued,merged:cancelled,merged:queued}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="a72ad0b4936b8860e8058194df50002eefba1aa5",
                            operation="UPDATE",
                            pgid="pgtrigger_legal_moves_4b767",
                            table="notifications_message",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="carried_while_waiting",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."carrier_id" IS DISTINCT FROM (NEW."carrier_id"))',
                            declare="DECLARE carrier_state TEXT;",
                            func="\n                    SELECT state INTO carrier_state FROM notifications_message\n                    WHERE id = COALESCE(OLD.carrier_id, NEW.carrier_id) FOR NO KEY UPDATE;\n                    IF carrier_state <> 'queued'\n                        OR (OLD.carrier_id IS NOT NULL AND NEW.carrier_id IS NOT NULL) THEN\n                        RAISE EXCEPTION 'message % has left with others', OLD.id;\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="64c35c8046756f7453167f1cfca2cdfb8ce41385",
                            operation="UPDATE",
                            pgid="pgtrigger_carried_while_waiting_66ea4",
                            table="notifications_message",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="nothing_left_behind",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NEW.\"state\" = 'cancelled' AND OLD.\"notice\" = 'together' AND OLD.\"state\" = 'queued')",
                            func="\n                    IF EXISTS (SELECT FROM notifications_message WHERE carrier_id = OLD.id) THEN\n                        RAISE EXCEPTION 'message % still speaks for others', OLD.id;\n                    END IF;\n                    RETURN NEW;\n                ",
                            hash="5aa0886cec2fcdae97d073fc277a8ffc3e160586",
                            operation="UPDATE",
                            pgid="pgtrigger_nothing_left_behind_460e4",
                            table="notifications_message",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        # Five versions of each row come and go while a message is on its way.
        migrations.RunSQL(
            "ALTER TABLE notifications_message SET (fillfactor = 75,"
            " autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE notifications_message RESET (fillfactor,"
            " autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)",
        ),
        migrations.CreateModel(
            name="MessageEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="notifications.message",
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("queued", "Direncanakan"),
                            ("sending", "Sedang dikirim"),
                            ("accepted", "Diterima penyedia"),
                            ("unknown", "Belum pasti"),
                            ("failed", "Gagal"),
                            ("abandoned", "Perlu dilihat"),
                            ("suppressed", "Tidak dikirim"),
                            ("expired", "Kedaluwarsa"),
                            ("cancelled", "Dibatalkan"),
                            ("merged", "Disatukan"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("queued", "Direncanakan"),
                            ("sending", "Sedang dikirim"),
                            ("accepted", "Diterima penyedia"),
                            ("unknown", "Belum pasti"),
                            ("failed", "Gagal"),
                            ("abandoned", "Perlu dilihat"),
                            ("suppressed", "Tidak dikirim"),
                            ("expired", "Kedaluwarsa"),
                            ("cancelled", "Dibatalkan"),
                            ("merged", "Disatukan"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "provider_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Diterima penyedia"),
                            ("scheduled", "Dijadwalkan penyedia"),
                            ("queued", "Antre di penyedia"),
                            ("sending", "Sedang dikirim"),
                            ("sent", "Terkirim"),
                            ("failed", "Gagal terkirim"),
                            ("undelivered", "Tidak sampai"),
                            ("canceled", "Dibatalkan penyedia"),
                            ("delivered", "Sampai"),
                            ("read", "Dibaca"),
                        ],
                        max_length=12,
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=12)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["message", "id"], name="notifications_event_message"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="6c905e0542e36e16e4f97960cb9ccde3917a1630",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_4ee3d",
                            table="notifications_messageevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DaySlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=16)),
                ("day", models.DateField()),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("phone", "day"), name="notifications_dayslot_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallEntry",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_entries",
                        to="branches.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_entries",
                        to="customers.customer",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Perlu ditelepon"),
                            ("done", "Selesai"),
                            ("dropped", "Tidak perlu lagi"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "daftar telepon",
                "indexes": [
                    models.Index(
                        fields=["branch", "state", "due_at"], name="notifications_callentry_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("branch", "customer"),
                        name="notifications_callentry_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reasons",
                        to="notifications.callentry",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_reason",
                        to="notifications.message",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="dc78a13abfc7d84f7ad6e819af8a1ba372ceccf3",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_7fc79",
                            table="notifications_callreason",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="notifications.callentry",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("spoke", "Berbicara dengan pelanggan"),
                            ("no_answer", "Tidak diangkat"),
                            ("call_back", "Minta ditelepon lagi"),
                            ("wrong_number", "Nomor salah"),
                            ("refused", "Tidak ingin dihubungi"),
                        ],
                        max_length=14,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e6cb022c81df52348054fc9ee74c72034e599fdf",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3ba32",
                            table="notifications_callattempt",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=16)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="branches.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="customers.customer",
                    ),
                ),
                ("profile_name", models.CharField(blank=True, max_length=80)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_open", models.BooleanField(default=True)),
                ("unread", models.PositiveIntegerField(default=0)),
                ("maybe_stop_at", models.DateTimeField(null=True)),
                ("last_inbound_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "percakapan",
                "indexes": [
                    models.Index(
                        fields=["branch", "is_open", "-last_at"],
                        name="notifications_conversation_box",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("phone", "channel"), name="notifications_conversation_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="notifications.conversation",
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.branch",
                    ),
                ),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="branches.branch",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="d5c83e4d518584c7628ff72d848be2b8d3b1782d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e0f1b",
                            table="notifications_handover",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_sid", models.CharField(max_length=40, unique=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbound",
                        to="notifications.conversation",
                    ),
                ),
                ("from_phone", models.CharField(max_length=16)),
                ("to_address", models.CharField(max_length=40)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbound_messages",
                        to="customers.customer",
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("media_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "meaning",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("stop", "Berhenti"),
                            ("stop_promo", "Berhenti promo"),
                            ("maybe_stop", "Mungkin berhenti"),
                            ("start", "Mulai lagi"),
                            ("yes", "Ya"),
                            ("no", "Tidak"),
                            ("", "Lainnya"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reply_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="notifications.message",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-at"], name="notifications_inbound_customer"),
                    models.Index(fields=["conversation", "-at"], name="notifications_inbound_talk"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="dfcb5599efde88ef9bc12298db30f7fc3bff4f83",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a66f0",
                            table="notifications_inboundmessage",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundMedia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "inbound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="media",
                        to="notifications.inboundmessage",
                    ),
                ),
                ("provider_sid", models.CharField(blank=True, max_length=40)),
                ("content_type", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b66b8e1b4f7cf5800f1331c561a6c0f309044a0c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_fc9c1",
                            table="notifications_inboundmedia",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notice", models.CharField(max_length=60)),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_settings",
                        to="branches.branch",
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="aktif")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.template",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        default="whatsapp",
                        max_length=10,
                        verbose_name="saluran",
                    ),
                ),
                ("offsets", models.JSONField(default=list)),
                ("send_at", models.TimeField(blank=True, null=True, verbose_name="jam")),
                (
                    "may_sms",
                    models.BooleanField(
                        default=False, verbose_name="SMS bila WhatsApp tidak sampai"
                    ),
                ),
                (
                    "may_call",
                    models.BooleanField(default=False, verbose_name="telepon bila tidak sampai"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("notice", "branch"),
                        name="notifications_noticesetting_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeReplan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notice", models.CharField(max_length=60)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="branches.branch",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("notice", "branch"), name="notifications_noticereplan_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeWatermark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notice", models.CharField(max_length=60)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="branches.branch",
                    ),
                ),
                ("planned_until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("notice", "branch"), name="notifications_noticewatermark_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=16)),
                (
                    "scope",
                    models.CharField(
                        choices=[("all", "Semua pesan"), ("promo", "Promo")], max_length=6
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("whatsapp", "WhatsApp"),
                            ("sms", "SMS"),
                            ("email", "E-mail"),
                            ("by_hand", "WhatsApp manual"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("reply", "Balasan pelanggan"),
                            ("link", "Tautan berhenti"),
                            ("staff", "Dicatat petugas"),
                            ("provider", "Penyedia"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=400)),
                ("at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("phone", "scope", "channel"),
                        name="notifications_suppression_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneStanding",
            fields=[
                ("phone", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("no_whatsapp_until", models.DateTimeField(null=True)),
                ("bad_since", models.DateTimeField(null=True)),
                ("bad_code", models.CharField(blank=True, max_length=12)),
                ("last_inbound_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OptOutLink",
            fields=[
                ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("phone", models.CharField(max_length=16, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LinkTries",
            fields=[
                ("place", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.PositiveIntegerField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
