-- Where a batch arrives by COPY. Made again in every transaction, so that it also works behind a pooler.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_{table} (
    id bigint, version integer, touch boolean, by_reference bigint, external_id text,
    {definitions}
)
