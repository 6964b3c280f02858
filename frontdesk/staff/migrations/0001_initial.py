import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce


class Migration(TablesAtOnce):
    dependencies = [
        ("branches", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "username",
                    models.CharField(max_length=40, unique=True, verbose_name="nama pengguna"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nama lengkap")),
                ("nickname", models.CharField(max_length=40, verbose_name="panggilan")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        max_length=16,
                        validators=[django.core.validators.RegexValidator("^\\+\\d{8,15}$")],
                        verbose_name="nomor HP",
                    ),
                ),
                ("pin_hash", models.CharField(blank=True, max_length=200)),
                (
                    "language",
                    models.CharField(
                        choices=[("id", "Bahasa Indonesia"), ("en", "Bahasa Inggris")],
                        default="id",
                        max_length=2,
                        verbose_name="bahasa",
                    ),
                ),
                (
                    "single_keys",
                    models.BooleanField(default=True, verbose_name="pintasan satu tombol"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "staf",
                "verbose_name_plural": "staf",
                "ordering": ["name"],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="eb335765b705df7a370b0fe731fe313d695b0e7b",
                            operation="DELETE",
                            pgid="pgtrigger_kept_626a4",
                            table="staff_staff",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="branches.branch",
                        verbose_name="cabang",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("front_officer", "Front officer"),
                            ("beautician", "Beautician"),
                            ("doctor", "Dokter"),
                            ("warehouse", "Gudang produk"),
                            ("branch_manager", "Pengelola cabang"),
                            ("chain_admin", "Administrator jaringan"),
                        ],
                        max_length=20,
                        verbose_name="peran",
                    ),
                ),
            ],
            options={
                "verbose_name": "penugasan",
                "verbose_name_plural": "penugasan",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff", "branch", "role"),
                        name="staff_assignment_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("branch__isnull", True), ("role", "chain_admin")),
                            models.Q(
                                models.Q(("role", "chain_admin"), _negated=True),
                                ("branch__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="staff_assignment_branch_unless_chain",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="branches.branch"
                    ),
                ),
                ("business_date", models.DateField()),
                ("is_on", models.BooleanField(default=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch", "business_date", "staff"), name="staff_duty_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terminal",
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
                        related_name="terminals",
                        to="branches.branch",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="nama")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "enrolled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("enrolled_at", models.DateTimeField()),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PinAttempts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="staff.terminal"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("terminal", "staff"), name="staff_pinattempts_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_in", "Masuk dengan kata sandi"),
                            ("signed_in_by_pin", "Masuk dengan PIN"),
                            ("pin_refused", "PIN salah"),
                            ("locked", "Terminal dikunci"),
                            ("unlocked", "Terminal dibuka dengan PIN"),
                            ("signed_out", "Keluar"),
                            ("terminal_enrolled", "Terminal didaftarkan"),
                            ("terminal_revoked", "Terminal dicabut"),
                            ("duty_set", "Jadwal tugas diubah"),
                            ("pin_set", "PIN diganti"),
                            ("password_set", "Kata sandi diganti"),
                            ("role_given", "Peran diberikan"),
                            ("role_taken", "Peran dicabut"),
                            ("deactivated", "Staf dinonaktifkan"),
                            ("reactivated", "Staf diaktifkan kembali"),
                            ("notice_set", "Setelan pesan diubah"),
                            ("exported", "Data diekspor"),
                            ("imported", "Data diimpor"),
                            ("tag_changed", "Daftar label diubah"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="branches.branch"
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="staff.terminal"
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["branch", "-at"], name="staff_staffevent_branch_at"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="28af1af7390e63e610e5fb14efb4d3cef2c08903",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_6a858",
                            table="staff_staffevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "terminal",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="staff.terminal"
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SubmittedForm",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("location", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at"], name="staff_submittedform_at"),
                ],
            },
        ),
    ]
