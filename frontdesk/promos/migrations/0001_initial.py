import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce


class Migration(TablesAtOnce):
    dependencies = [
        ("branches", "0001_initial"),
        ("notifications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
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
                        related_name="campaigns",
                        to="branches.branch",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nama")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="catatan")),
                ("conditions", models.JSONField(default=list)),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notifications.template",
                        verbose_name="templat",
                    ),
                ),
                ("variables", models.JSONField(default=dict)),
                (
                    "channel",
                    models.CharField(
                        choices=[("whatsapp", "WhatsApp"), ("sms", "SMS")],
                        default="whatsapp",
                        max_length=10,
                        verbose_name="saluran",
                    ),
                ),
                (
                    "may_sms",
                    models.BooleanField(
                        default=False, verbose_name="SMS bila WhatsApp tidak sampai"
                    ),
                ),
                ("start_at", models.DateTimeField(null=True, verbose_name="mulai")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="jangan kirim setelah")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("scheduled", "Terjadwal"),
                            ("preparing", "Disiapkan"),
                            ("running", "Berjalan"),
                            ("paused", "Dijeda"),
                            ("done", "Selesai"),
                            ("cancelled", "Dibatalkan"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "batch",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign",
                        to="notifications.batch",
                    ),
                ),
                ("cursor", models.BigIntegerField(default=0)),
                ("audience", models.PositiveIntegerField(default=0)),
                ("timetable", models.JSONField(default=dict)),
                ("planned", models.JSONField(default=dict)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("prepared_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "branches",
                    models.ManyToManyField(
                        related_name="+", to="branches.branch", verbose_name="pelanggan dari cabang"
                    ),
                ),
            ],
            options={
                "verbose_name": "promo",
                "verbose_name_plural": "promo",
                "indexes": [
                    models.Index(fields=["branch", "-created_at"], name="promos_campaign_branch"),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["draft", "done", "cancelled"]), _negated=True
                        ),
                        fields=["state", "start_at"],
                        name="promos_campaign_live",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("batch__isnull", False),
                                ("state__in", ["done", "paused", "preparing", "running"]),
                            ),
                            models.Q(
                                ("batch__isnull", True), ("state__in", ["draft", "scheduled"])
                            ),
                            ("state", "cancelled"),
                            _connector="OR",
                        ),
                        name="promos_campaign_batch",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "cancelled"]),
                            models.Q(("start_at__isnull", False), ("template__isnull", False)),
                            _connector="OR",
                        ),
                        name="promos_campaign_ready",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="promos_campaign_named",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="legal_moves",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:cancelled,draft:scheduled,scheduled:cancelled,scheduled:draft,scheduled:preparing,preparing:cancelled,preparing:running,running:cancelled,running:done,running:paused,paused:cancelled,paused:running}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="927f33728e866ba8100e332e0da41007b810aecc",
                            operation="UPDATE",
                            pgid="pgtrigger_legal_moves_dd2cd",
                            table="promos_campaign",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="promos.campaign",
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draf"),
                            ("scheduled", "Terjadwal"),
                            ("preparing", "Disiapkan"),
                            ("running", "Berjalan"),
                            ("paused", "Dijeda"),
                            ("done", "Selesai"),
                            ("cancelled", "Dibatalkan"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("scheduled", "Terjadwal"),
                            ("preparing", "Disiapkan"),
                            ("running", "Berjalan"),
                            ("paused", "Dijeda"),
                            ("done", "Selesai"),
                            ("cancelled", "Dibatalkan"),
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
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["campaign", "id"], name="promos_event_campaign"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="4f3fa4741f35f3b8d510f500bb2251ea639008e8",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_f89dd",
                            table="promos_campaignevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignFigures",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="figures",
                        serialize=False,
                        to="promos.campaign",
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("replies", models.PositiveIntegerField(default=0)),
                ("opt_outs", models.PositiveIntegerField(default=0)),
                ("outcomes", models.JSONField(default=dict)),
                ("finish_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=0)),
                ("counted_at", models.DateTimeField(null=True)),
                ("count_again_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("count_again_at__isnull", False)),
                        fields=["count_again_at"],
                        name="promos_figures_due",
                    ),
                ],
            },
        ),
    ]
