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
            name="Visit",
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
                        related_name="visits",
                        to="branches.branch",
                    ),
                ),
                ("business_date", models.DateField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("treatment", "Perawatan"),
                            ("consultation", "Konsultasi"),
                            ("product", "Produk"),
                            ("other", "Keperluan lain"),
                        ],
                        max_length=12,
                        verbose_name="keperluan",
                    ),
                ),
                ("series", models.CharField(max_length=2)),
                ("queue_number", models.PositiveIntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="customers.customer",
                    ),
                ),
                (
                    "guest_name",
                    models.CharField(blank=True, max_length=80, verbose_name="nama tamu"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="catatan")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Menunggu"),
                            ("called", "Dipanggil"),
                            ("serving", "Dilayani"),
                            ("held", "Ditahan"),
                            ("done", "Selesai"),
                            ("left", "Pulang"),
                            ("no_show", "Tidak hadir"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("arrived_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "kunjungan",
                "verbose_name_plural": "kunjungan",
                "indexes": [
                    models.Index(
                        fields=["branch", "business_date", "arrived_at"], name="visits_visit_queue"
                    ),
                    models.Index(fields=["customer", "-arrived_at"], name="visits_visit_customer"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch", "business_date", "series", "queue_number"),
                        name="visits_visit_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ["done", "left", "no_show"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", True),
                                ("state__in", ["called", "held", "serving", "waiting"]),
                            ),
                            _connector="OR",
                        ),
                        name="visits_visit_ended_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["done", "serving"]), _negated=True),
                            models.Q(("officer__isnull", False), ("started_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="visits_visit_served_by_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "called"), _negated=True),
                            ("called_at__isnull", False),
                            _connector="OR",
                        ),
                        name="visits_visit_called_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="visits.visit",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="branches.branch"
                    ),
                ),
                ("business_date", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("checked_in", "Ambil nomor"),
                            ("moved", "Pindah keadaan"),
                            ("undone", "Diurungkan"),
                            ("identified", "Pelanggan dikenali"),
                            ("noted", "Catatan diubah"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("waiting", "Menunggu"),
                            ("called", "Dipanggil"),
                            ("serving", "Dilayani"),
                            ("held", "Ditahan"),
                            ("done", "Selesai"),
                            ("left", "Pulang"),
                            ("no_show", "Tidak hadir"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("waiting", "Menunggu"),
                            ("called", "Dipanggil"),
                            ("serving", "Dilayani"),
                            ("held", "Ditahan"),
                            ("done", "Selesai"),
                            ("left", "Pulang"),
                            ("no_show", "Tidak hadir"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="visits.visitevent",
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
                    models.Index(
                        fields=["branch", "business_date", "id"], name="visits_event_mark"
                    ),
                    models.Index(fields=["visit", "id"], name="visits_event_visit"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="e5570e85b3827664bed2eb15b7c1b7ebdde09934",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_c3153",
                            table="visits_visitevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
