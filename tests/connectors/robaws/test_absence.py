"""Law 3: which 404s of a single read are the API's own, and which have to be controlled."""

import pytest

from counterfoil.connectors.page import Read, ReadOutcome, Resource
from counterfoil.connectors.port import NamesUnusedId
from tests.connectors.robaws.tenant import Tenant

FOREIGN = ["empty", "json", "html", "other_id"]


def read(tenant: Tenant, external_id: str) -> Read:
    (found,) = tenant.connector.collection(Resource.CUSTOMER).read([external_id])
    return found


def test_law_3_the_apis_own_404_about_that_id_means_gone(tenant: Tenant) -> None:
    tenant.sim.control.delete(["7"])
    found = read(tenant, "7")
    assert (found.answer, found.not_found_form) == (ReadOutcome.GONE, "")


@pytest.mark.parametrize("form", FOREIGN)
def test_law_3_any_other_404_is_unclear_and_has_a_form(tenant: Tenant, form: str) -> None:
    tenant.sim.control.fault("not_found", form=form, path="/clients/*")
    found = read(tenant, "7")
    assert found.answer == ReadOutcome.UNCLEAR
    assert found.not_found_form
    assert "not in the API's own form" in found.reason


@pytest.mark.parametrize("form", ["empty", "json", "html"])
@pytest.mark.parametrize("resource", [Resource.CUSTOMER, Resource.CONTACT_PERSON])
def test_law_3_an_unused_id_gets_the_form_that_a_deleted_one_gets(
    tenant: Tenant, form: str, resource: Resource
) -> None:
    control = tenant.sim.control
    control.switch(not_found_form=form)
    collection = tenant.connector.collection(resource)
    assert isinstance(collection, NamesUnusedId)
    owner = next(one for one in control.ids() if control.contacts(one))
    deleted = control.contacts(owner)[0]["id"] if resource == Resource.CONTACT_PERSON else "7"
    if resource == Resource.CONTACT_PERSON:
        control.delete_contact(deleted)
    else:
        control.delete([deleted])
    unused = collection.unused_id()
    gone, never = collection.read([deleted, unused], {deleted: owner, unused: owner})
    assert gone.not_found_form == never.not_found_form != ""
