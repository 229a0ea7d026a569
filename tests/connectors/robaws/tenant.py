"""The connector for Robaws with a simulated tenant."""

from dataclasses import dataclass
from typing import Any, Self

from counterfoil.connectors.login import Settings
from counterfoil.connectors.page import Resource
from counterfoil.connectors.port import Collection
from counterfoil.connectors.robaws.connector import Robaws
from counterfoil.connectors.write_port import Writable
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.upstream import Listed, Notes, listed


@dataclass
class Tenant:
    """`notes` is the allowance."""

    sim: RobawsSimulator
    connector: Robaws
    notes: Notes

    @classmethod
    def of(cls, sim: RobawsSimulator) -> Self:
        """Build a connector with the tenant's key."""
        notes = Notes()
        secrets = {"api_key": sim.api_key, "api_secret": sim.api_secret}
        return cls(sim, Robaws(Settings({"base_url": sim.base_url}, secrets), notes), notes)

    @property
    def clients(self) -> Writable:
        """Customers, which can be written."""
        found = self.connector.collection(Resource.CUSTOMER)
        assert isinstance(found, Writable)
        return found

    @property
    def persons(self) -> Collection:
        """Contact persons."""
        return self.connector.collection(Resource.CONTACT_PERSON)

    def listed(self, **how: Any) -> Listed:
        """All persons, by pages of 100 clients."""
        return listed(self.persons, **{"size": 100, **how})

    def ids(self, clients: list[str] | None = None) -> set[str]:
        """Of the persons of these clients, or of all, as the tenant has them."""
        owners = self.sim.control.ids() if clients is None else clients
        return {person["id"] for owner in owners for person in self.sim.control.contacts(owner)}
