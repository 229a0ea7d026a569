-- When a run last had a page that held this record.
SELECT max(at) FROM run_page WHERE run_id = %(run)s AND ids ? %(external_id)s
