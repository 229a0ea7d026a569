"""Counterfoil: your own copy of the customers that live in your ERP."""
