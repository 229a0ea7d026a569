"""Stored sentences about Robaws."""

from counterfoil.messages import Template

TEMP_BLOCKED = Template("robaws_temp_blocked", "Robaws has blocked this integration (temp-blocked)")
CLIENT_WITHOUT_ID = Template(
    "robaws_client_without_id", "This client has no id, so it is unknown whose contact persons these are."
)
CONTACTS_NOT_LIST = Template(
    "robaws_contacts_no_list",
    "The contact persons of client {client} are not a list. Those that were here before are kept.",
)
CONTACTS_ABSENT = Template(
    "robaws_contacts_absent",
    "Client {client} came without its contact persons. Those that were here before are kept.",
)
CONTACTS_SOME = Template(
    "robaws_contacts_some",
    "Client {client} came without some of its contact persons. Those that were here before are kept.",
)
NOT_WEBHOOK = Template("robaws_not_webhook", "This is not a webhook of Robaws: it has no event with an id.")

TOTAL_MISSING = Template("robaws_total_missing", "Robaws did not say how many clients there are.")
TOTAL_CHANGED = Template("robaws_total_changed", "The total changed between {low:,} and {high:,}.")
TOTAL_DIFFERS = Template("robaws_total_differs", "Robaws announced {total:,} clients but listed {listed:,}.")
CONTACTS_MISSING = Template(
    "robaws_contacts_missing", "{count:,} clients came without all of their contact persons.",
    one="1 client came without all of its contact persons.",
)  # fmt: skip
CONTACTS_IN_PART = Template(
    "robaws_contacts_in_part", "Robaws listed some clients with their contact persons and others without."
)
CONTACTS_DIFFER = Template(
    "robaws_contacts_differ", "Robaws announced {total:,} contact persons but listed {listed:,}."
)
CONTACTS_NOT_GIVEN = Template(
    "robaws_contacts_not_given",
    "Robaws lists clients without their contact persons, and refuses the list of contact persons too (status "
    "{status}).",
)
ALLOW_CONTACTS = Template(
    "robaws_allow_contacts",
    "Give the API user's role the right to see contacts in Robaws; the next sync tries again.",
)

NOT_THE_API = Template("robaws_not_the_api", "There is no Robaws API at this base URL (status {code}).")
NO_JSON_API = Template("robaws_no_json_api", "This base URL does not answer as the Robaws API does: no JSON.")
USUAL_URL = Template("robaws_usual_url", "It usually is https://app.robaws.com/api/v2.")
KEY_REFUSED = Template("robaws_key_refused", "Robaws does not accept this API key and secret.")
COPY_KEY = Template("robaws_copy_key", 'Copy both again from the "API only" user in Robaws and connect again.')
MAY_NOT_READ = Template("robaws_may_not_read", "Robaws accepts the key, but its user may not read clients.")
ALLOW_CLIENTS = Template("robaws_allow_clients", "Give the API user's role the clients module in Robaws.")
MAY_NOT_WRITE = Template("robaws_may_not_write", "Robaws accepts the key, but its user may not write clients.")
ALLOW_WRITING = Template(
    "robaws_allow_writing", "Give the API user's role that right in Robaws, or make the connection read-only."
)
MAY_NOT_DELETE = Template("robaws_may_not_delete", "Robaws accepts the key, but its user may not delete clients.")
ALLOW_DELETING = Template("robaws_allow_deleting", "Give the API user's role that right in Robaws.")
DELETION_REJECTED = Template("robaws_deletion_rejected", "Robaws does not delete this client (status {status}).")

NOT_THE_CLIENT = Template("robaws_not_the_client", "The response (status {status}) does not hold the client.")
NOT_ITS_FORM = Template("robaws_not_its_form", "The response (status {status}) does not look like the Robaws API.")
STILL_WORKING = Template("robaws_still_working", "Robaws is still processing this request (status 409).")
CLIENT_GONE = Template("robaws_client_gone", "Robaws says that this client does not exist.")
PERSON_GONE = Template("robaws_person_gone", "Robaws says that this contact person or its client does not exist.")
DELETED_THERE = Template("robaws_deleted_there", "It was deleted in Robaws.")
WRITE_REJECTED = Template("robaws_write_rejected", "Robaws rejected the values (status {status}).")
NO_BASE_URL = Template("robaws_no_base_url", "This connection has no base URL.")
