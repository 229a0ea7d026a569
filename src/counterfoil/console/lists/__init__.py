"""What lists of all screens share: pages, filters, selections, the page of one record."""
