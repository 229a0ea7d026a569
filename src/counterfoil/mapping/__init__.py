"""Map an upstream payload to our columns. Pure: no database, no network, no clock."""
