"""Say who may be the same customer: candidates found by key, and how alike they are."""
