"""Robaws, a Belgian ERP. What is known of its API stands in docs/robaws-contract.md."""

CONNECTOR = f"{__name__}.connector:Robaws"
READERS = {
    "customer": f"{__name__}.record:RobawsReader",
    "contact_person": f"{__name__}.contact_record:RobawsPersonReader",
}
WEBHOOK_PATH = "robaws/customers"
