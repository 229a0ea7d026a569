"""Tests of the Zoho Books simulator over real HTTP; each names the contract section that it covers."""
