-- Where the invoices of a file are put beside those of the mirror. The first row with an id counts; of others with
-- that id it is counted how many say something else.
CREATE TEMPORARY TABLE filed (
    external_id text PRIMARY KEY, line bigint NOT NULL, total text, balance text,
    hash text NOT NULL, contradicted integer NOT NULL DEFAULT 0
)
