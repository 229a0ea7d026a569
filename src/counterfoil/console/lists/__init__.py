"""Code shared by all lists: pagination, filters, selections, the page of one record."""
