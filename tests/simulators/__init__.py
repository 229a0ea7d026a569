"""Tests of the simulators over real HTTP; each names the contract section that it covers."""
