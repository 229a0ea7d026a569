-- What each page of one listing attempt said of the listing, and how many entries it held.
SELECT number, total, last, fingerprint, json_array_length(ids) + unidentified
  FROM {run_page}
 WHERE run_id = %(run)s AND attempt = %(attempt)s
 ORDER BY number
