-- A webhook as it came, with the newest ticket there was: its place in the order for good.
INSERT INTO {delivery} (connection_id, event_id, event, resource, external_id, state, reason, received_at, ended_at,
                      ticket, tries, calls, content_type, body, full_size, claim)
VALUES (%(connection)s, %(event_id)s, %(event)s, %(resource)s, %(external_id)s, %(state)s, %(reason)s, %(at)s, %(ended)s,
        (SELECT last_value FROM {ticket}), 0, 0, %(content_type)s, %(body)s, %(full_size)s, '')
