-- How many of the latest deliveries of a connection there are, and the longest time between two of them, in seconds.
SELECT count(*), extract(epoch FROM max(gap))
  FROM (SELECT received_at - lag(received_at) OVER (ORDER BY received_at) AS gap
          FROM (SELECT received_at FROM {delivery}
                 WHERE connection_id = %(connection)s AND received_at >= %(since)s
                 ORDER BY received_at DESC LIMIT %(most)s) AS latest) AS gaps
