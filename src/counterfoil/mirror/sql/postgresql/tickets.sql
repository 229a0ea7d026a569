-- Tickets. A sequence is never rolled back and never hands out a number twice.
CREATE SEQUENCE {ticket};
SELECT nextval('{ticket}')
