"""Zoho Books, bookkeeping. What is known of its API stands in docs/zoho-books-contract.md."""
