"""How a webhook ended."""

from counterfoil.messages.message import Template

NEWER_HERE = Template("newer_here", "A newer version of this record is already here.")
NOT_IMPORTED = Template("not_imported", "Could not be imported: {reason}")
FETCHED_NOT_IMPORTED = Template("fetched_not_imported", "The record was fetched but could not be imported.")
ABOUT_NOTHING = Template("webhook_about_nothing", "It is about nothing that Counterfoil copies.")
CUT = Template(
    "webhook_cut", "Its body of {size:,} bytes was too large to keep in full; the record was read instead."
)
COVERED = Template("covered", "Covered by run {run}, which listed all changes.")
UNCLEAR_DELIVERY = Template("unclear_delivery", "Reading {record} gave no clear answer. {reason}")
MAYBE_REGISTERED = Template("maybe_registered", "{system} may or may not have registered {url}.")
REGISTER_AGAIN = Template(
    "register_again",
    "Its secret is unknown. Ask {system} support to remove it, run `counterfoil webhooks forget`, then register "
    "it again.",
)
DELETION_WAITS = Template(
    "webhook_deletion_waits",
    "The record does not exist any more. More were deleted than may go in a day, so this waits for approval.",
)
