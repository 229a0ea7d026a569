"""What stands on edits, writes and push runs, and why an edit cannot be made."""

from counterfoil.messages.message import Template

READ_ONLY = Template("read_only", "{connection} is read-only.")
EDITS_STAY_HERE = Template("edits_stay_here", "Edits are kept here only, and every sync leaves them as they are.")
DELETED_HERE = Template("deleted_here", "{record} was deleted and cannot be edited.")
DELETED_HERE_ADVICE = Template("deleted_here_advice", "Settle its conflict, or create the customer again.")
MERGED = Template("merged", "{record} was merged into another customer.")
MERGED_ADVICE = Template("merged_advice", "Edit that customer instead.")
CREATED_ALREADY = Template("created_already", "Only a customer that is not in {system} yet can be discarded.")
CREATION_UNKNOWN = Template("creation_unknown", "It is not known yet whether {system} has created this customer.")
CREATION_UNKNOWN_ADVICE = Template("creation_unknown_advice", "Push it: the push looks it up.")
SETTLED_ALREADY = Template("settled_already", "This conflict is already settled.")
SETTLED_ALREADY_ADVICE = Template("settled_already_advice", "Look at it again.")
WRONG_DECISION = Template("wrong_decision", "“{decision}” does not settle this conflict.")
WRONG_DECISION_ADVICE = Template("wrong_decision_advice", "Choose {decisions}.")
SEVERAL_CREATED = Template("several_created", "Several customers may be the one that was created.")
SEVERAL_CREATED_ADVICE = Template("several_created_advice", "Say which.")

DOUBTFUL_VALUES = Template("doubtful_values", "Nothing was saved: {problems}.")
DOUBTFUL_VALUES_ADVICE = Template("doubtful_values_advice", "Correct it, or save it anyway.")

NOTHING_TO_CLEAR = Template("nothing_to_clear", "{system} has no value here that could be cleared.")
VALUE_NOT_KEPT = Template("value_not_kept", "{system} accepted the change but kept its own value.")
CREATED_WITHOUT_VALUE = Template(
    "created_without_value", "{system} has the record without this value: it was not kept, or was cleared since."
)

DELETED_THERE = Template("deleted_there", "The record was deleted in {system}.")
DELETED_BEFORE_READ = Template(
    "deleted_before_read", "The record was created in {system}, and deleted before it was read back."
)
ABSENCE_WAITS = Template(
    "deletion_awaits_approval", "{system} says that the record does not exist; its deletion waits for approval."
)
STILL_THERE_UNKNOWN = Template(
    "still_there_unknown", "Before it is created again, {system} is asked for it once more. {reason}"
)
STILL_THERE_UNKNOWN_ADVICE = Template(
    "still_there_unknown_advice", "Nothing was created, and the conflict stays open. Try again later."
)
NOT_CARRIED_OUT = Template("not_carried_out", "A later read shows that {system} did not make this change.")
OVERWRITTEN_SINCE = Template(
    "overwritten_since",
    "Others have changed these fields since, so nobody can tell whether {system} made this change.",
)
CHANGES_NOT_LISTED = Template("changes_not_listed", "The changes in {system} could not be listed to the end.")
MAY_EXIST = Template("may_exist", "The customer may be in {system} already; its conflict asks.")
EXISTED_ALREADY = Template("existed_already", "The customer was in {system} already, as {record}.")
NOT_UNDERSTOOD = Template(
    "not_understood", "{system} has {record}, but it cannot be imported, so no edit of it is sent."
)
PUSHED_LATER = Template("pushed_later", "The next push tries again.")

PERSON_NAME_MISSING = Template("person_name_missing", "A contact person needs a first or a last name.")
PERSON_NAME_ADVICE = Template("person_name_advice", "Add first_name=… or last_name=….")
PERSON_DELETED = Template("person_deleted", "Contact person {record} was deleted and cannot be edited.")
PERSON_CREATED_ALREADY = Template(
    "person_created_already", "Only a contact person that is not in {system} yet can be discarded."
)
PERSON_CREATION_UNKNOWN = Template(
    "person_creation_unknown", "It is not known yet whether {system} has created this contact person."
)
PERSONS_NOT_WRITTEN = Template("persons_not_written", "Counterfoil does not write contact persons to {system}.")
PERSON_MAY_EXIST = Template(
    "person_may_exist",
    "The contact person may be in {system} already: discard it here, or enter a value again to send it once more.",
)
CANNOT_DELETE = Template("cannot_delete", "Counterfoil does not delete customers in {system}.")
CANNOT_DEACTIVATE = Template("cannot_deactivate", "Counterfoil does not deactivate customers in {system}.")
DEACTIVATE_THERE = Template("deactivate_there", "Its API has no way to do so: do it there.")
NOT_THERE = Template("not_there", "This customer is not in {system}, as far as is known.")
SYNC_OR_PUSH_FIRST = Template("sync_or_push_first", "Fetch it, or send it there, first.")
CONSENT_LACKS = Template("consent_lacks", "{system} would refuse: the login lacks the right {scope}.")
LOG_IN_AGAIN = Template(
    "log_in_again", "Log in again on the connection's page in the console, or connect again under the same name."
)
NOTHING_DELETED = Template("nothing_deleted", "Nothing is deleted there.")
NEVER_CREATED = Template("never_created", "This customer was never created in the connected system.")
DISCARD_INSTEAD = Template("discard_instead", "Discard it instead.")
GONE_ALREADY = Template("gone_already", "{record} is not there any more.")
CHANGED_WHILE_ASKED = Template("changed_while_asked", "The customer has changed since this question was shown.")
LOOK_AGAIN = Template("look_again", "Look at it again, then confirm.")
DELETION_WAITS = Template("deletion_waits", "{record} is about to be deleted.")
UNDO_DELETION_FIRST = Template("undo_deletion_first", "Keep the customer first: undo its deletion.")
DELETION_UNKNOWN = Template("deletion_unknown", "It is not known yet whether {system} has deleted this customer.")
STILL_THERE = Template("still_there", "{system} was told to delete the customer, but still returns it.")
CHANGED_SINCE_CONFIRMED = Template(
    "changed_since_confirmed", "Changed since the deletion was confirmed: {fields}."
)
MORE_DEPENDS = Template(
    "more_depends", "More contact persons or invoices depend on the customer than when its deletion was confirmed."
)

WAITING_FOR_DECISION = Template(
    "waiting_for_decision", "{count:,} customers wait for a decision.", one="1 customer waits for a decision."
)
PUSHED_ELSEWHERE = Template(
    "pushed_elsewhere",
    "{count:,} customers are being pushed by another process.",
    one="1 customer is being pushed by another process.",
)
OUTCOME_UNKNOWN = Template(
    "outcome_unknown",
    "{count:,} results are not known yet; the next push looks them up.",
    one="1 result is not known yet; the next push looks it up.",
)
ABSENCES_WAIT = Template(
    "edits_wait_for_deletions",
    "{count:,} customers were not found; their edits wait until the deletion is approved.",
    one="1 customer was not found; its edits wait until the deletion is approved.",
)
SENT_INVALID = Template("sent_invalid", "{count:,} invalid values were sent.", one="1 invalid value was sent.")
KEPT_OTHERWISE = Template(
    "kept_otherwise",
    "{system} kept {count:,} values otherwise than they were sent.",
    one="{system} kept 1 value otherwise than it was sent.",
)
RECORD_NOT_PUSHED = Template("record_not_pushed", "{record}: {reason}")
NOT_PUSHED = Template(
    "not_pushed",
    "{count:,} customers could not be pushed; the next push tries again.",
    one="1 customer could not be pushed; the next push tries again.",
)
