import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from frontdesk.tables_at_once import TablesAtOnce


class Migration(TablesAtOnce):
    dependencies = [
        ("branches", "0001_initial"),
        ("customers", "0001_initial"),
        ("visits", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Treatment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="kode")),
                ("name", models.CharField(max_length=80, verbose_name="nama")),
                (
                    "public_name",
                    models.CharField(
                        blank=True,
                        help_text="Disebut dalam pesan kepada pelanggan. Kosong: tidak disebut.",
                        max_length=60,
                        verbose_name="nama netral",
                    ),
                ),
                ("category", models.CharField(max_length=40, verbose_name="kelompok")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="lama (menit)",
                    ),
                ),
                (
                    "price",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(100000000)],
                        verbose_name="harga (Rp)",
                    ),
                ),
                (
                    "needs_doctor",
                    models.BooleanField(default=False, verbose_name="perlu persetujuan dokter"),
                ),
                (
                    "control_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="kontrol setelah (hari)",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="ditawarkan")),
            ],
            options={
                "verbose_name": "perawatan",
                "verbose_name_plural": "perawatan",
                "ordering": ["category", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1)), name="treatments_treatment_minutes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
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
                        related_name="qualifications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staf",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="qualifications",
                        to="treatments.treatment",
                    ),
                ),
            ],
            options={
                "verbose_name": "keahlian",
                "verbose_name_plural": "keahlian",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff", "treatment"), name="treatments_qualification_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="nama")),
                ("unit", models.CharField(max_length=12, verbose_name="satuan")),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
            ],
            options={
                "verbose_name": "produk ruang perawatan",
                "verbose_name_plural": "produk ruang perawatan",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TreatmentSupply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supplies",
                        to="treatments.treatment",
                    ),
                ),
                (
                    "supply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="treatments.supply",
                        verbose_name="produk",
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="jumlah")),
            ],
            options={
                "verbose_name": "pemakaian produk",
                "verbose_name_plural": "pemakaian produk",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("treatment", "supply"), name="treatments_treatmentsupply_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recap",
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
                        related_name="recaps",
                        to="branches.branch",
                    ),
                ),
                ("business_date", models.DateField()),
                ("carried_in", models.PositiveIntegerField()),
                ("issued", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField()),
                ("cancelled", models.PositiveIntegerField()),
                ("carried_over", models.PositiveIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                ("total", models.PositiveBigIntegerField()),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="catatan")),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rekap slip",
                "verbose_name_plural": "rekap slip",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch", "business_date"), name="treatments_recap_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "carried_over",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("carried_in"), "+", models.F("issued")
                                        ),
                                        "-",
                                        models.F("done"),
                                    ),
                                    "-",
                                    models.F("cancelled"),
                                ),
                            )
                        ),
                        name="treatments_recap_balanced",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2ffca118bc172065da3cce3da30c092d134428ea",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ec1ed",
                            table="treatments_recap",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecapLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "recap",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="treatments.recap",
                    ),
                ),
                (
                    "beautician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("treatment_name", models.CharField(max_length=80)),
                ("count", models.PositiveIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                ("total", models.PositiveBigIntegerField()),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="13d895cbc77524b96c478116f869682eaf113d67",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e1304",
                            table="treatments_recapline",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slip",
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
                        related_name="slips",
                        to="branches.branch",
                    ),
                ),
                ("business_date", models.DateField()),
                ("number", models.PositiveIntegerField(null=True)),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="visits.visit",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="customers.customer",
                    ),
                ),
                (
                    "beautician",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("issued", "Diterbitkan"),
                            ("passed_on", "Dialihkan"),
                            ("accepted", "Diterima"),
                            ("in_progress", "Dirawat"),
                            ("done", "Selesai"),
                            ("recapped", "Direkap"),
                            ("cancelled", "Batal"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="pesan untuk beautician"
                    ),
                ),
                (
                    "result_note",
                    models.CharField(blank=True, max_length=500, verbose_name="catatan perawatan"),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("minutes", models.PositiveIntegerField(default=0)),
                ("needs_doctor", models.BooleanField(default=False)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="alasan")),
                (
                    "recap",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="treatments.recap",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "slip perawatan",
                "verbose_name_plural": "slip perawatan",
                "indexes": [
                    models.Index(
                        fields=["customer", "-created_at"], name="treatments_slip_customer"
                    ),
                    models.Index(
                        fields=["beautician", "business_date"], name="treatments_slip_beautician"
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                ["accepted", "done", "draft", "in_progress", "issued", "passed_on"],
                            )
                        ),
                        fields=["branch", "state"],
                        name="treatments_slip_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("branch", "business_date", "number"),
                        name="treatments_slip_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_at__isnull", True),
                                ("number__isnull", True),
                                ("state", "draft"),
                            ),
                            ("state", "cancelled"),
                            models.Q(
                                ("beautician__isnull", False),
                                ("issued_at__isnull", False),
                                ("number__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="treatments_slip_issued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["done", "in_progress", "recapped"]), _negated=True
                            ),
                            ("started_at__isnull", False),
                            _connector="OR",
                        ),
                        name="treatments_slip_started_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["done", "in_progress", "recapped"]), _negated=True
                            ),
                            ("needs_doctor", False),
                            models.Q(
                                ("approved_at__isnull", False), ("approved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="treatments_slip_doctor_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", False), ("state__in", ["done", "recapped"])
                            ),
                            models.Q(
                                models.Q(("state__in", ["done", "recapped"]), _negated=True),
                                ("finished_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="treatments_slip_finished_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("state", "cancelled"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "cancelled"), _negated=True),
                                ("cancelled_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="treatments_slip_cancelled_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recap__isnull", False), ("state", "recapped")),
                            models.Q(
                                models.Q(("state", "recapped"), _negated=True),
                                ("recap__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="treatments_slip_recapped",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="recapped_stays",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.\"state\" = 'recapped')",
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7345344e6001b9eb25aab4bf941bfe2df02a583c",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_recapped_stays_4bafd",
                            table="treatments_slip",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecapSlip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "recap",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recap_slips",
                        to="treatments.recap",
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recap_slips",
                        to="treatments.slip",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("issued", "Diterbitkan"),
                            ("passed_on", "Dialihkan"),
                            ("accepted", "Diterima"),
                            ("in_progress", "Dirawat"),
                            ("done", "Selesai"),
                            ("recapped", "Direkap"),
                            ("cancelled", "Batal"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "beautician",
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
                        fields=("recap", "slip"), name="treatments_recapslip_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["done", "cancelled"])),
                        fields=("slip",),
                        name="treatments_recapslip_settled_once",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="be2b6e67cf98ed839ac92d0b1914cc80f5d58452",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0d4ef",
                            table="treatments_recapslip",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlipLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="treatments.slip",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treatments.treatment",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("price", models.PositiveIntegerField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("needs_doctor", models.BooleanField()),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("slip", "position"), name="treatments_slipline_position_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlipSupply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplies",
                        to="treatments.slip",
                    ),
                ),
                (
                    "supply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="treatments.supply",
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField()),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("slip", "supply"), name="treatments_slipsupply_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="treatments_slipsupply_some"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="dcdfab22be746f2183fd4625e0284d1295f58983",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_dc291",
                            table="treatments_slipsupply",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlipEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="treatments.slip",
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
                            ("created", "Dibuat"),
                            ("edited", "Diubah"),
                            ("moved", "Pindah keadaan"),
                            ("approved", "Disetujui dokter"),
                            ("refused", "Ditolak dokter"),
                            ("printed", "Dicetak"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draf"),
                            ("issued", "Diterbitkan"),
                            ("passed_on", "Dialihkan"),
                            ("accepted", "Diterima"),
                            ("in_progress", "Dirawat"),
                            ("done", "Selesai"),
                            ("recapped", "Direkap"),
                            ("cancelled", "Batal"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("draft", "Draf"),
                            ("issued", "Diterbitkan"),
                            ("passed_on", "Dialihkan"),
                            ("accepted", "Diterima"),
                            ("in_progress", "Dirawat"),
                            ("done", "Selesai"),
                            ("recapped", "Direkap"),
                            ("cancelled", "Batal"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "beautician",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        fields=["branch", "business_date", "id"], name="treatments_slipevent_mark"
                    ),
                    models.Index(fields=["slip", "id"], name="treatments_slipevent_slip"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="28ad03107ca28a6063e35ab81b595ebb4551811d",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_a1ec4",
                            table="treatments_slipevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Control",
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
                        related_name="controls",
                        to="branches.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="controls",
                        to="customers.customer",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="controls",
                        to="treatments.slipline",
                    ),
                ),
                ("after_days", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Terjadwal"),
                            ("confirmed", "Dikonfirmasi"),
                            ("freed", "Minta hari lain"),
                            ("kept", "Ditepati"),
                            ("missed", "Terlewat"),
                            ("cancelled", "Batal"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                (
                    "kept_by_visit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept_controls",
                        to="visits.visit",
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "jadwal kontrol",
                "verbose_name_plural": "jadwal kontrol",
                "indexes": [
                    models.Index(fields=["customer", "due_on"], name="treatments_control_customer"),
                    models.Index(
                        fields=["branch", "state", "due_on"], name="treatments_control_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "after_days"), name="treatments_control_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_by_visit__isnull", False), ("state", "kept")),
                            models.Q(
                                models.Q(("state", "kept"), _negated=True),
                                ("kept_by_visit__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="treatments_control_kept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ControlEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "control",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="treatments.control",
                    ),
                ),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("planned", "Terjadwal"),
                            ("confirmed", "Dikonfirmasi"),
                            ("freed", "Minta hari lain"),
                            ("kept", "Ditepati"),
                            ("missed", "Terlewat"),
                            ("cancelled", "Batal"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("planned", "Terjadwal"),
                            ("confirmed", "Dikonfirmasi"),
                            ("freed", "Minta hari lain"),
                            ("kept", "Ditepati"),
                            ("missed", "Terlewat"),
                            ("cancelled", "Batal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
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
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["pk"],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="bd4da8aca6d893d3d0f0875c0b22af859d65cb97",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_0c19c",
                            table="treatments_controlevent",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
    ]
