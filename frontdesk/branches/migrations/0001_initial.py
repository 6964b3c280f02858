import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce


class Migration(TablesAtOnce):
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=6, unique=True, verbose_name="kode")),
                ("name", models.CharField(max_length=80, verbose_name="nama")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="alamat")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telepon")),
                (
                    "time_zone",
                    models.CharField(
                        choices=[
                            ("Asia/Jakarta", "WIB"),
                            ("Asia/Makassar", "WITA"),
                            ("Asia/Jayapura", "WIT"),
                        ],
                        default="Asia/Jakarta",
                        max_length=32,
                        verbose_name="zona waktu",
                    ),
                ),
                (
                    "day_starts_at",
                    models.TimeField(default=datetime.time(4, 0), verbose_name="hari kerja mulai"),
                ),
                ("opens_at", models.TimeField(default=datetime.time(9, 0), verbose_name="buka")),
                ("closes_at", models.TimeField(default=datetime.time(20, 0), verbose_name="tutup")),
                (
                    "quiet_from",
                    models.TimeField(
                        default=datetime.time(20, 0), verbose_name="jangan kirim pesan sejak"
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(
                        default=datetime.time(8, 0), verbose_name="jangan kirim pesan sampai"
                    ),
                ),
                (
                    "quiet_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Senin"),
                                (1, "Selasa"),
                                (2, "Rabu"),
                                (3, "Kamis"),
                                (4, "Jumat"),
                                (5, "Sabtu"),
                                (6, "Minggu"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="hari tanpa pesan",
                    ),
                ),
                (
                    "quiet_dates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tanggal tanpa pesan",
                    ),
                ),
                (
                    "drink_after",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="tawarkan minum setelah (menit)"
                    ),
                ),
                (
                    "paper",
                    models.CharField(
                        choices=[("58", "Termal 58 mm"), ("80", "Termal 80 mm"), ("a5", "A5")],
                        default="80",
                        max_length=3,
                        verbose_name="kertas slip",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
            ],
            options={
                "verbose_name": "cabang",
                "verbose_name_plural": "cabang",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("time_zone__in", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
                        ),
                        name="branches_branch_time_zone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9]{2,6}$")),
                        name="branches_branch_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quiet_weekdays__contains", [0, 1, 2, 3, 4, 5, 6]), _negated=True
                        ),
                        name="branches_branch_a_day_to_write_on",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="2f53d0f27f20395c7ff971f21ef2173254c94a74",
                            operation="DELETE",
                            pgid="pgtrigger_kept_32525",
                            table="branches_branch",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
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
                ("business_date", models.DateField()),
                ("series", models.CharField(max_length=12)),
                ("last", models.PositiveIntegerField(db_default=0)),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch", "business_date", "series"),
                        name="branches_numberseries_once",
                    ),
                ],
            },
        ),
    ]
