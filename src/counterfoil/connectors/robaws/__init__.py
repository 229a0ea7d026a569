"""Robaws, a Belgian ERP. What is known of its API stands in docs/robaws-contract.md."""
