import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_once_a_batch"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="message",
            name="legal_moves",
        ),
        migrations.AddField(
            model_name="message",
            name="carrier",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="carries",
                to="notifications.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="merges",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="messageevent",
            name="new",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="messageevent",
            name="old",
            field=models.CharField(
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
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("carrier__isnull", False)),
                fields=["carrier"],
                name="notifications_message_parts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
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
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("carrier__isnull", False), ("state", "merged")),
                    models.Q(
                        models.Q(("state", "merged"), _negated=True), ("carrier__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="notifications_message_carried_when_merged",
            ),
        ),
    ]
