-- A row of the file.
INSERT INTO filed (external_id, line, total, balance, hash)
VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (external_id) DO UPDATE
   SET contradicted = filed.contradicted + CASE WHEN filed.hash = excluded.hash THEN 0 ELSE 1 END
