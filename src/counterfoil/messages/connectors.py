"""What connectors and the HTTP client report, the same for every system."""

from counterfoil.messages.message import Template

ENTRY_WITHOUT_ID = Template("entry_without_id", "This entry has no id.")
UNUSABLE_ID = Template(
    "unusable_id", "The id of this entry has a NUL character, or more than {longest} characters."
)
ENTRY_NOT_JSON = Template("entry_not_json", "This entry is not readable JSON.")
ENTRY_NOT_OBJECT = Template("entry_not_object", "This entry is not an object.")
NOT_FROM_API = Template("not_from_api", "The response (status {status}) is not in the API's own form.")
ANSWERED_BY = Template("answered_by", "Record {other} answers for this id.")
OWNER_UNKNOWN = Template(
    "owner_unknown", "A contact person can only be read through its customer, and the customer is unknown."
)
REFUSED_READ = Template("refused_read", "{system} answered with status {status} for this record.")
NO_ADDRESS = Template("no_address", "This id cannot be part of an address, so the record cannot be read.")
PAGES_MISSING = Template("pages_missing", "Pages are missing.")

KEPT_TRY_LATER = Template("kept_try_later", "Try again later. What was read before is kept.")
LOOKED_UP = Template("looked_up", "Whether the write was carried out is looked up before anything else is sent.")
CORRECT_AND_PUSH = Template("correct_and_push", "Correct the fields that it names and push again.")
CHECK_BASE_URL = Template("check_base_url", "Check the base URL.")
CHECK_URL_AND_NETWORK = Template("check_url_and_network", "Check the base URL and the network.")

RATE_LIMITED = Template("rate_limited", "{host} received too many requests.")
BLOCKED = Template("blocked", "{host} accepts no calls for a while: {reason}.")
CALLS_RESUME = Template("calls_resume", "Calls resume at {until:moment}.")
BAD_STATUS = Template("bad_status", "{host} answered with status {status}.")
UNEXPECTED_STATUS = Template(
    "unexpected_status", "{host} answered with status {status}, which its API does not use for this request."
)
NOT_JSON = Template("not_json", "{host} answered 200, but the body is cut off or is not JSON.")
BAD_BASE_URL = Template("bad_base_url", "The base URL is not valid.")
BASE_URL_FORM = Template("base_url_form", "It begins with https:// and a host name.")
NOT_HTTP = Template("not_http", "The base URL does not start with http:// or https://.")
CORRECT_IT = Template("correct_it", "Correct it.")

CONNECT_TIMEOUT = Template("connect_timeout", "{host} did not accept a connection in time.")
READ_TIMEOUT = Template("read_timeout", "{host} did not answer in time.")
UNREACHABLE = Template("unreachable", "{host} cannot be reached ({cause}).")
BAD_CERTIFICATE = Template("bad_certificate", "its certificate is not accepted")
EXPIRED_CERTIFICATE = Template(
    "expired_certificate", "The certificate of {host} has expired, so nothing was sent."
)
EXPIRED_ADVICE = Template(
    "expired_advice",
    "Tell whoever runs it to renew the certificate; if this machine's clock is wrong, correct it.",
)
EARLY_CERTIFICATE = Template(
    "early_certificate", "The certificate of {host} is not valid yet, so nothing was sent."
)
CHECK_CLOCK = Template("check_clock", "Check this machine's clock.")
OTHER_CERTIFICATE = Template(
    "other_certificate", "The certificate of {host} is for another host name, so nothing was sent."
)
USE_CERTIFIED_NAME = Template(
    "use_certified_name", "Check the host name in the address; the certificate has to name it."
)
UNKNOWN_ISSUER = Template(
    "unknown_issuer",
    "The certificate of {host} comes from an authority that this machine does not know, so nothing was sent.",
)
TRUST_ISSUER = Template(
    "trust_issuer",
    "Check the address. If the authority is your own, or your network's, name a file with its certificate in "
    "SSL_CERT_FILE.",
)
BAD_CERTIFICATE_FOR = Template(
    "bad_certificate_for", "The certificate of {host} is not accepted ({reason}), so nothing was sent."
)
RENEW_CERTIFICATE = Template("renew_certificate", "Tell whoever runs it; they need another certificate.")
NOT_TLS = Template("not_tls", "{host} does not answer by https at this port, so nothing was sent.")
CHECK_PORT = Template("check_port", "Check the port in the address, and whether it serves https.")
NO_TLS = Template("no_tls", "No encrypted connection to {host} could be made ({reason}), so nothing was sent.")
CERT_FILE_UNUSABLE = Template("cert_file_unusable", "SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({reason}).")
CERT_FILE_FORM = Template(
    "cert_file_form", "Name a file with the certificates of the authorities to trust, in PEM form."
)
PLAIN_HTTP = Template(
    "plain_http", "{host} is another machine, and by http:// the key would travel to it unencrypted."
)
USE_HTTPS = Template(
    "use_https",
    "Use https://. Where you trust the network between, connect it with `counterfoil connect` and --plain-http.",
)

NO_SUCH_HOST = Template("no_such_host", "no such host")
CONNECTION_REFUSED = Template("connection_refused", "connection refused")
NO_CONNECTION = Template("no_connection", "no connection")
TOO_LARGE = Template(
    "response_too_large", "The answer of {host} is too large: more than {megabytes} MB. The rest was not read."
)
TOO_MANY_VALUES = Template(
    "response_too_many_values",
    "The answer of {host} is too large: more than {count:,} values. It was not read.",
)
SMALLER_PAGES = Template(
    "smaller_pages", "Check the address; if it is right, sync with fewer records per page (--batch-size)."
)
INTERRUPTED_CONNECTION = Template("interrupted_connection", "The connection to {host} was interrupted.")
CANCELLED_REQUEST = Template("cancelled_request", "The request was cancelled.")

TOKEN_LIMIT = Template(
    "token_limit", "No access token may be requested from {system} now; it grants only a few in ten minutes."
)

BROKEN_CONNECTOR = Template("broken_connector", "The connector {name} ({package}) cannot be loaded: {reason}.")
UPDATE_PACKAGE = Template("update_package", "Update or remove the package that it comes from.")
