"""`make bench`: the product measured against a ceiling in the same run."""
