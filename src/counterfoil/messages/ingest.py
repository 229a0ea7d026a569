"""Why a record could not be imported."""

from counterfoil.messages.message import Template

KEPT_CHANGING = Template("kept_changing", "The record kept changing while it was being read.")
TWO_VERSIONS = Template(
    "two_versions", "Two versions arrived at the same time, and reading the record failed. {reason}"
)
READ_FAILED = Template("read_failed", "Reading this record failed. {reason}")
OWNED_READ_FAILED = Template(
    "owned_read_failed", "The {resource:nouns} of customer {customer} could not be read. {reason}"
)
CONTENDED = Template("contended", "Other processes keep changing the same records.")
TRY_LATER = Template("try_later", "Try again later.")
NAME_IS_OBJECT = Template("name_is_object", "The name is an object instead of text.")
NAME_IS_LIST = Template("name_is_list", "The name is a list instead of text.")
OTHERS_ANSWER = Template(
    "others_answer",
    "Record {other} answers for this id, and others for unusually many: something in between may be answering.",
)
NAME_IS_BLANK = Template("name_is_blank", "The name is blank: nothing of it can be seen.")
UNKNOWN_FIELD = Template("unknown_field", "There is no customer field called {fields}.")
NAME_MISSING = Template("name_missing", "A customer needs a name.")
NAME_MISSING_ADVICE = Template("name_missing_advice", "Enter one.")
FIELDS_ARE = Template("fields_are", "Fields are: {fields}.")
PAYLOAD_UNREADABLE = Template("payload_unreadable", "Customer {record} can no longer be read.")
SYNC_FIRST = Template("sync_first", "Sync it first.")
NESTED_TOO_DEEP = Template(
    "nested_too_deep", "The record has more than {deepest} lists and objects in one another."
)
NUL_CHARACTER = Template("nul_character", "The record has a NUL character in “{key}”, which cannot be stored.")
TOO_LONG = Template("value_too_long", "The value of “{field}” is too long to be found again ({size:,} bytes).")
VALUE_REFUSED = Template("value_refused", "{database} cannot store a value of this record ({kind}).")
RECORD_NOT_JSON = Template("record_not_json", "The record is not valid JSON, or not UTF-8.")
RECORD_NOT_MAPPED = Template("record_not_mapped", "The record cannot be mapped ({kind}).")
NO_CONTROL = Template(
    "no_control", "There is no other record to compare with, so this does not prove that it was deleted."
)
OTHERS_UNREADABLE = Template(
    "others_unreadable", "Other records could not be read either, so this does not prove that it was deleted."
)
OTHER_NOT_FOUND = Template(
    "other_not_found",
    "An id that never existed gets another answer, so this does not prove that the record was deleted.",
)
DELETIONS_WAIT = Template(
    "deletions_wait",
    "{count:,} {resource:nouns} do not exist any more, as reads say, besides those that may go without approval "
    "({allowed:,} in 24 hours).",
    one="1 {resource:noun} does not exist any more, as a read says, besides those that may go without approval "
    "({allowed:,} in 24 hours).",
)
DELETIONS_REFUTED = Template("deletions_refuted", "All of them answer again; nothing was deleted.")
