"""A simulator of the Robaws REST API v2: wire format, limits, webhooks, and everything that can go wrong.

    with RobawsSimulator(customers=4017, seed=1) as sim:
        ...  # sim.base_url, sim.api_key, sim.api_secret, sim.control

It knows the public contract and nothing of the rest of the product.
"""

from counterfoil_simulators.robaws.control import RobawsControl
from counterfoil_simulators.robaws.foreground import run
from counterfoil_simulators.robaws.simulator import RobawsSimulator
from counterfoil_simulators.robaws.switches import RobawsSwitches

__all__ = ["RobawsControl", "RobawsSimulator", "RobawsSwitches", "run"]
