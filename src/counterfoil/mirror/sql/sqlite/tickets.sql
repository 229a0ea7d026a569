-- Tickets. One row; drawing one is an update under the writer's lock.
CREATE TABLE {ticket} (last integer NOT NULL);
INSERT INTO {ticket} (last) VALUES (1)
