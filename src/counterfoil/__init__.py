"""Counterfoil: your own copy of the customers in your ERP."""
