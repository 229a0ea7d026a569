"""A simulator of the Zoho Books API v3: OAuth, organisations, contacts, invoices, webhooks, limits, and faults.

    with ZohoBooksSimulator(organizations=2, contacts=100, seed=1) as sim:
        ...  # sim.accounts_url, sim.api_url, sim.client_id, sim.refresh_token, sim.organization_ids, sim.control

It knows the public contract and nothing of the rest of the product.
"""

from counterfoil_simulators.zoho_books.control import ZohoControl
from counterfoil_simulators.zoho_books.simulator import ZohoBooksSimulator
from counterfoil_simulators.zoho_books.switches import ZohoSwitches

__all__ = ["ZohoBooksSimulator", "ZohoControl", "ZohoSwitches"]
