"""Tests of the Zoho Books simulator: each pins a fact of the contract, and asks over real HTTP."""
