"""Django's database backends, extended by what no setting of theirs can do."""
