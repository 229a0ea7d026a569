"""Tests of the simulators: each names the contract fact that it guards, and asks over real HTTP."""
