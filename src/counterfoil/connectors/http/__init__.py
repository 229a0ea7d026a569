"""HTTP to upstreams: one client, its errors, and access tokens."""
