"""What a pass says of itself."""

from counterfoil.messages.message import Template

LISTED_AGAIN = Template("listed_again", "The listing was started again. {reason}")
LISTING_UNPROVEN = Template("listing_unproven", "The listing is not provably complete. {reason}")
LISTING_UNPROVEN_ADVICE = Template(
    "listing_unproven_advice",
    "What was read is kept, and nothing was marked as missing. Listing again would not help.",
)
LISTING_CHANGED = Template(
    "listing_changed",
    "{system} was listed {attempts} times in a row, and no listing was provably complete. {reason}",
)
LISTING_CHANGED_ADVICE = Template(
    "listing_changed_advice",
    "What was read is kept, and nothing was marked as missing. Run a sync again later.",
)
EDGE_MOVED = Template(
    "edge_moved", "Records moved between two pages while they were read, so that one may have been skipped."
)
CLOCK_WENT_BACK = Template(
    "clock_went_back",
    "The clock of {system} was put back. Everything that changed there since {since:moment} was listed again.",
)
UNANNOUNCED = Template(
    "unannounced",
    "{system} changes these fields of {resource:nouns} without a new modified time: {fields}. Only full syncs "
    "are sure to notice.",
)
SKIPPED = Template(
    "skipped",
    "{count:,} {resource:nouns} exist but were not listed, so the listing was started again.",
    one="1 {resource:noun} exists but was not listed, so the listing was started again.",
)
FILTER_IGNORED = Template("filter_ignored", "{system} ignores the filter for changes, so this became a full sync.")
WOULD_DELETE = Template(
    "would_delete",
    "{count:,} of {total:,} {resource:nouns} ({share:.0%}) would be marked as not found; the limit is {limit:,}.",
)
WOULD_RENAME = Template(
    "would_rename",
    "{count:,} of {total:,} {resource:nouns} ({share:.0%}) would get another {resource:title}; the limit is "
    "{limit:,}.",
)
FORM_OPEN = Template(
    "form_open",
    "Some values of {resource:nouns} can be read in two ways and are left empty: {fields}. Choose with "
    "`counterfoil mapping forms`.",
)
COLUMNS_GONE = Template(
    "columns_gone",
    "The file no longer has {columns}, which the mapping uses, so {count:,} {resource:nouns} would change. "
    "Put it back, or map another column; approve only if these values are to be removed.",
    one="The file no longer has {columns}, which the mapping uses, so 1 {resource:noun} would change. "
    "Put it back, or map another column; approve only if these values are to be removed.",
)
COLUMNS_GONE_FOR_ONE = Template(
    "columns_gone_for_one",
    "The file no longer has {columns}, which the mapping uses; a record read now would lose its value.",
)
SYNC_ALL_TO_DECIDE = Template(
    "sync_all_to_decide", "Put it back, or map another column. A sync of the whole file asks what to do."
)
IDS_RETYPED = Template(
    "ids_retyped",
    "{count:,} ids are here in another form, such as {before} for {now}: often a spreadsheet has changed them. If "
    "these are the same {resource:nouns}, cancel this run and save the file with the ids as text; approved, they "
    "are added as new ones.",
    one="1 id is here in another form, {before} for {now}: often a spreadsheet has changed it. If this is the "
    "same {resource:noun}, cancel this run and save the file with the ids as text; approved, it is added as a "
    "new one.",
)
WOULD_SETTLE = Template(
    "would_settle",
    "{count:,} of {total:,} unpaid {resource:nouns} ({share:.0%}) are not listed as unpaid any more; the limit is "
    "{limit:,}.",
)
NOT_LISTED = Template(
    "not_listed",
    "{count:,} {resource:nouns} were not listed with their customer; the next full sync checks them.",
)
UNIDENTIFIED = Template(
    "unidentified",
    "{count:,} entries have no readable id and may be any {resource:noun}, so none was marked as not found. "
    "Those not listed were read one by one.",
    one="1 entry has no readable id and may be any {resource:noun}, so none was marked as not found. "
    "Those not listed were read one by one.",
)
UNLINKED = Template(
    "unlinked",
    "{count:,} {resource:nouns} name customers that are not here; they are linked when those are synced.",
    one="1 {resource:noun} names a customer that is not here; it is linked when the customer is synced.",
)
UNCLEAR_READS = Template(
    "unclear_reads",
    "{count:,} reads had no clear answer; their records were not changed.",
    one="1 read had no clear answer; its record was not changed.",
)
UNCLEAR_READ = Template("unclear_read", "{system} gave no clear answer for {record}. {reason}")
UNCLEAR_READ_ADVICE = Template("unclear_read_advice", "Nothing was changed. Try again later.")
REFUSED_READ_ADVICE = Template(
    "refused_read_advice",
    "Nothing was changed. Check the id, and whether the connection's user may see this record.",
)
UNREAD = Template(
    "unread",
    "{count:,} records could not be read; they are listed as import problems and read again later.",
    one="1 record could not be read; it is listed as an import problem and read again later.",
)
LEFT_OUT = Template(
    "left_out", "No {resource:nouns} are synced from {system}; everything else is. {reason} {advice}"
)
NOT_CONFIRMED = Template(
    "not_confirmed", "Everything was listed, but records that were not found could not be confirmed. {reason}"
)
UNKNOWN_RECORD = Template(
    "unknown_record", "{system} has no {resource:noun} {record}, and neither does Counterfoil."
)
UNKNOWN_RECORD_ADVICE = Template(
    "unknown_record_advice", "Check the id: it is {system}'s own, not the customer number on invoices."
)
DETAILS_SPENT = Template(
    "details_spent", "Today's {share:,} calls for details are used; {left:,} {resource:nouns} are left."
)
RESUMES_AT = Template("resumes_at", "The run resumes at {until:moment}.")
DELETIONS_WAIT = Template(
    "deletions_await_approval",
    "More {resource:nouns} seem to be deleted than may go in a day without approval: see run {run}.",
)
STILL_MISSING = Template(
    "still_missing",
    "{count:,} records that were not found stay so: {reason}",
    one="1 record that was not found stays so: {reason}",
)
