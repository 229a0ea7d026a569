"""Robaws, a Belgian ERP. What is known of its API stands in the connector's README."""
