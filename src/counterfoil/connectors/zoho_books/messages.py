"""Stored sentences about Zoho Books."""

from counterfoil.messages import Template

TOO_MANY_IN_A_MINUTE = Template(
    "zoho_books_too_many_in_a_minute", "Zoho Books counted too many requests in a minute (code {code})"
)
UNREADABLE_STATUS = Template("zoho_books_unreadable_status", "The response has status {status} and code {code}.")
VENDOR = Template("zoho_books_vendor", "This contact is a vendor, not a customer.")
WEBHOOK_WITHOUT_RECORD = Template(
    "zoho_books_webhook_without_record", "This is not a webhook of Zoho Books: it has no contact and no invoice."
)
WEBHOOK_NOT_JSON = Template("zoho_books_webhook_not_json", "This is not a webhook of Zoho Books: it is not JSON.")

FIRST_PAGE_MISSING = Template("zoho_books_first_page_missing", "The first page is missing.")
LISTING_UNFINISHED = Template("zoho_books_listing_unfinished", "The listing did not reach its end.")
LISTED_TWICE = Template(
    "zoho_books_listed_twice", "{count:,} records were listed twice.", one="1 record was listed twice."
)
DIFFERENT_FILTERS = Template("zoho_books_different_filters", "Pages were listed with different filters.")
FILTER_UNCONFIRMED = Template(
    "zoho_books_filter_unconfirmed",
    "Zoho Books does not confirm that it used the requested filter and order.",
)
EMPTY_PAGE = Template("zoho_books_empty_page", "A page before the last one was empty.")
MORE_AFTER_LAST = Template("zoho_books_more_after_last", "More records were listed after the last page.")

NOT_THE_API = Template("zoho_books_not_the_api", "There is no Zoho Books API at this address (code {code}).")
NO_JSON_API = Template(
    "zoho_books_no_json_api", "This address does not answer as the Zoho Books API does: no JSON."
)
CHECK_API_URL = Template("zoho_books_check_api_url", "Check --api-url.")
API_ADDRESS_UNKNOWN = Template("zoho_books_api_address_unknown", "Zoho did not say where its API is.")
GIVE_API_URL = Template("zoho_books_give_api_url", "Give its address with --api-url.")
WRONG_ORGANISATION = Template(
    "zoho_books_wrong_organisation",
    "The user of this refresh token does not belong to this organisation (code {code}). The organisation or the "
    "data centre is wrong.",
)
COMPARE_ORGANISATION = Template(
    "zoho_books_compare_organisation",
    "Compare --organization and --dc with what Zoho Books shows under Organisation profile.",
)
UNAUTHORISED = Template(
    "zoho_books_unauthorised",
    "Zoho Books does not authorise this, even with a new access token (code {code}). The refresh token lacks a "
    "scope or was revoked, or its user has lost the right.",
)
NEW_REFRESH_TOKEN = Template(
    "zoho_books_new_refresh_token",
    "Make a refresh token with the scopes {scopes} and connect again under the same name.",
)
WRITING_UNAUTHORISED = Template(
    "zoho_books_writing_unauthorised",
    "Zoho Books does not authorise writing, even with a new access token (code {code}). The refresh token lacks a "
    "scope ({scopes}), or its user has lost the right.",
)
SCOPE_MISSING = Template(
    "zoho_books_scope_missing", "Zoho Books does not authorise this: the consent lacks the scope {scope}."
)
LOG_IN_WITH_SCOPES = Template(
    "zoho_books_log_in_with_scopes",
    "Log in again on the connection's page, or make a refresh token with the scopes {scopes} and connect again "
    "under the same name.",
)
OR_READ_ONLY = Template("zoho_books_or_read_only", "Or make the connection read-only.")
INTERNAL_ERROR = Template(
    "zoho_books_internal_error", "Zoho Books reports an internal error (status {status}, code {code})."
)
NOT_ALLOWED = Template("zoho_books_not_allowed", "This user of Zoho Books may not do this (code {code}).")
GIVE_READING_ROLE = Template(
    "zoho_books_give_reading_role", "Give the user a role in Zoho Books that may see contacts and invoices."
)
PERSONS_NOT_GIVEN = Template(
    "zoho_books_persons_not_given", "Zoho Books does not give the list of contact persons. {reason}"
)
ALLOW_PERSONS = Template(
    "zoho_books_allow_persons",
    "Check that the user's role in Zoho Books may see contact persons; the next sync tries again.",
)
INVALID_PARAMETER = Template(
    "zoho_books_invalid_parameter", "Zoho Books rejected the request: invalid value for {parameter} (code {code})."
)
REJECTED_REQUEST = Template(
    "zoho_books_rejected_request", "Zoho Books rejected the request (status {status}, code {code})."
)
REPORT_IT = Template(
    "zoho_books_report_it",
    "It is not sent again automatically. If a newer version of Counterfoil does not help, report this error.",
)

NOT_ITS_FORM = Template(
    "zoho_books_not_its_form", "The response (status {status}) does not look like the Zoho Books API."
)
UNNAMED_CONTACT = Template(
    "zoho_books_unnamed_contact", "Zoho Books created the contact but did not return its id."
)
MAY_NOT_WRITE = Template(
    "zoho_books_may_not_write", "This user of Zoho Books may not write contacts (code {code})."
)
GIVE_WRITING_ROLE = Template(
    "zoho_books_give_writing_role",
    "Give the user a role in Zoho Books that may, or make the connection read-only.",
)
WRITE_REJECTED = Template(
    "zoho_books_write_rejected", "Zoho Books rejected the values (status {status}, code {code})."
)
PERSON_GONE = Template("zoho_books_person_gone", "Zoho Books says that this contact person does not exist.")
DELETED_THERE = Template("zoho_books_deleted_there", "It was deleted in Zoho Books.")
UNNAMED_PERSON = Template(
    "zoho_books_unnamed_person", "Zoho Books created the contact person but did not return its id."
)
PERSON_REMOVED = Template(
    "zoho_books_person_removed", "The contact person was removed in Zoho Books just before it was written."
)
PUSH_AGAIN = Template(
    "zoho_books_push_again", "Push again: the values then go to the contact's new primary person."
)
CONTACT_GONE = Template("zoho_books_contact_gone", "Zoho Books says that this contact does not exist.")
DELETED_OR_MERGED = Template("zoho_books_deleted_or_merged", "It was deleted or merged in Zoho Books.")

ACCOUNTS_STATUS = Template("zoho_books_accounts_status", "Zoho's accounts server answered with status {status}.")
ACCOUNTS_NOT_JSON = Template("zoho_books_accounts_not_json", "Zoho's accounts server did not answer in JSON.")
NOT_ACCOUNTS = Template(
    "zoho_books_not_accounts", "The accounts address is not that of Zoho's accounts server (status {status})."
)
CHECK_DATA_CENTRE = Template(
    "zoho_books_check_data_centre",
    "Check the data centre (--dc), or the address given with --accounts-url.",
)
TOO_MANY_TOKENS = Template(
    "zoho_books_too_many_tokens", "Zoho's accounts server says that too many tokens were requested."
)
WAIT_FOR_TOKENS = Template(
    "zoho_books_wait_for_tokens",
    "Tokens are granted again after ten to thirty minutes without requests; you need not do anything.",
)
WAIT_AND_LOG_IN = Template(
    "zoho_books_wait_and_log_in",
    "Tokens are granted again after ten to thirty minutes without requests; log in again then.",
)
NO_ACCESS_TOKEN = Template(
    "zoho_books_no_access_token", "Zoho's accounts server granted no access token ({error})."
)
NO_REASON = Template("zoho_books_no_reason", "no reason given")
CLIENT_SECRET_REFUSED = Template("zoho_books_client_secret_refused", "Zoho does not accept this client secret.")
COPY_CLIENT_SECRET = Template(
    "zoho_books_copy_client_secret", "Copy it again from Zoho's API console and connect again."
)
CLIENT_ID_UNKNOWN = Template(
    "zoho_books_client_id_unknown",
    "Zoho does not know this client id: it is mistyped, or it is from another data centre.",
)
COMPARE_CLIENT_ID = Template(
    "zoho_books_compare_client_id",
    "Compare it with Zoho's API console, and --dc with the address you log in at.",
)
REFRESH_TOKEN_REFUSED = Template(
    "zoho_books_refresh_token_refused",
    "Zoho does not accept this refresh token: it was revoked, replaced by newer ones (a user has at most 20), or "
    "it is from another data centre.",
)
RENEW_REFRESH_TOKEN = Template(
    "zoho_books_renew_refresh_token",
    "Make a new one in Zoho's API console and connect again under the same name.",
)
MAKE_REFRESH_TOKEN = Template(
    "zoho_books_make_refresh_token", "Make a new refresh token in Zoho's API console and connect again."
)
CODE_REFUSED = Template(
    "zoho_books_code_refused",
    "Zoho does not accept the code of this login: it was used before, or it is older than two minutes.",
)
REDIRECT_REFUSED = Template("zoho_books_redirect_refused", "Zoho does not accept the redirect URI of this login.")
REGISTER_REDIRECT = Template(
    "zoho_books_register_redirect",
    "Register exactly the redirect URI that is shown here in Zoho's API console, and log in again.",
)
LOG_IN_AGAIN = Template("zoho_books_log_in_again", "Log in again.")
NO_REFRESH_TOKEN = Template(
    "zoho_books_no_refresh_token",
    "Zoho returned no refresh token, and without one the access ends after an hour. It returns one only after a "
    "new consent.",
)
REMOVE_CLIENT = Template(
    "zoho_books_remove_client",
    "Log in again. If that does not help, first remove this client under Connected apps in your Zoho account.",
)
BAD_ACCOUNTS_URL = Template(
    "zoho_books_bad_accounts_url",
    "The address of the accounts server does not start with http:// or https:// and a host name.",
)
CORRECT_OR_EMPTY = Template("zoho_books_correct_or_empty", "Correct it, or leave it empty.")
UNKNOWN_ACCOUNTS_SERVER = Template(
    "zoho_books_unknown_accounts_server",
    "Zoho named an accounts server of no known data centre, so the client secret was not sent there.",
)
LOG_IN_AT_DATA_CENTRE = Template(
    "zoho_books_log_in_at_data_centre", "Log in again, and choose the data centre of your account."
)
DECLINED = Template("zoho_books_declined", "You declined at Zoho, so nothing was connected.")
LOG_IN_AND_ACCEPT = Template("zoho_books_log_in_and_accept", "If that was a mistake, log in again and accept.")
LOGIN_WITHOUT_CODE = Template("zoho_books_login_without_code", "Zoho ended the login without a code ({error}).")
NO_SUCH_ORGANISATION = Template(
    "zoho_books_no_such_organisation",
    "This Zoho user has no organisation {organisation}. The organisation or the data centre is wrong.",
)
ORGANISATIONS_ARE = Template("zoho_books_organisations_are", "Its organisations are: {organisations}.")
NO_ORGANISATIONS = Template("zoho_books_no_organisations", "It has no organisations.")
UNKNOWN_DATA_CENTRE = Template(
    "zoho_books_unknown_data_centre", "{data_centre!r} is not a data centre of Zoho Books."
)
NO_DATA_CENTRE = Template("zoho_books_no_data_centre", "The data centre is missing.")
GIVE_DATA_CENTRE = Template(
    "zoho_books_give_data_centre", "Give one of {data_centres}: the one that you log in at."
)
ORGANISATION_NOT_DIGITS = Template(
    "zoho_books_organisation_not_digits", "The organisation must be its id, which is only digits."
)
FIND_ORGANISATION = Template("zoho_books_find_organisation", "Zoho Books shows it under Organisation profile.")
NOT_DAYS = Template("zoho_books_not_days", "{days!r} is not a number of days.")
GIVE_DAYS = Template("zoho_books_give_days", "Give 1 to {longest:,}; the default is {default}.")
