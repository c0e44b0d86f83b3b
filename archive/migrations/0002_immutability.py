"""Versions, stored bytes and the bytes of a capture never change and never go: the database itself says so.

The one way out is a confirmed legal erasure, which sets `archive.erasure` to the number of its request for the length
of its transaction.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION archive_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('archive.erasure', true), '') <> '' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% rows are immutable: write a new one instead', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER version_is_immutable BEFORE UPDATE OR DELETE ON archive_version
    FOR EACH ROW EXECUTE FUNCTION archive_refuse_change();
CREATE TRIGGER blob_is_immutable BEFORE UPDATE OR DELETE ON archive_blob
    FOR EACH ROW EXECUTE FUNCTION archive_refuse_change();
CREATE TRIGGER capture_stays BEFORE DELETE ON archive_capture
    FOR EACH ROW EXECUTE FUNCTION archive_refuse_change();
CREATE TRIGGER capture_keeps_its_bytes BEFORE UPDATE ON archive_capture
    FOR EACH ROW
    WHEN ((OLD.blob_id, OLD.captured_at, OLD.file, OLD.format) IS DISTINCT FROM
          (NEW.blob_id, NEW.captured_at, NEW.file, NEW.format))
    EXECUTE FUNCTION archive_refuse_change();
"""

REVERSE = """
DROP TRIGGER capture_keeps_its_bytes ON archive_capture;
DROP TRIGGER capture_stays ON archive_capture;
DROP TRIGGER blob_is_immutable ON archive_blob;
DROP TRIGGER version_is_immutable ON archive_version;
DROP FUNCTION archive_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
