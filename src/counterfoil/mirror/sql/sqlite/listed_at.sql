-- When a run last had a page that held this record.
SELECT max(p.at) FROM run_page p, json_each(p.ids) AS i WHERE p.run_id = %(run)s AND i.value = %(external_id)s
