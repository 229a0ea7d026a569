"""The connector for Robaws, a Belgian ERP. docs/robaws-contract.md describes its API."""

CONNECTOR = f"{__name__}.connector:Robaws"
READERS = {
    "customer": f"{__name__}.record:RobawsReader",
    "contact_person": f"{__name__}.contact_record:RobawsPersonReader",
}
WEBHOOK_PATH = "robaws/customers"
