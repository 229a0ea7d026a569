"""PostgreSQL, with statements and connections that end in time, whatever the server does."""
