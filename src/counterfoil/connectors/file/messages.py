"""Stored sentences about files."""

from counterfoil.messages import Template

FILE_CHANGED = Template("file_changed", "The file changed while it was read.")
NOT_READ_TO_END = Template("file_not_read_to_end", "The file was not read to its end.")
ROW_WITHOUT_ID = Template("file_row_without_id", "Line {line} has no id in column {column!r}.")
MAY_BE_A_ROW_WITHOUT_ID = Template(
    "file_may_be_a_row_without_id",
    "{count:,} rows of the file have no id that can be read; one of them may be this record.",
    one="1 row of the file has no id that can be read; it may be this record.",
)
REPEATED_ID = Template("file_repeated_id", "Line {line} repeats an id of an earlier line.")
UNREADABLE_LINE = Template("file_unreadable_line", "Line {line} cannot be read ({problem}).")
TOO_MANY_CELLS = Template("file_too_many_cells", "Line {line} has {cells} cells, the header has {columns}.")
CUT_OFF = Template("file_cut_off", "Line {line} is cut off: it has {cells} cells, the header has {columns}.")
LINE_OF_TOO_MANY_VALUES = Template("file_line_of_too_many_values", "Line {line} has more than {most:,} values.")
LINE_NOT_JSON = Template("file_line_not_json", "Line {line} is not readable JSON.")
LINE_TOO_DEEP = Template("file_line_too_deep", "Line {line} has too many lists and objects in one another.")
LINE_NOT_OBJECT = Template("file_line_not_object", "Line {line} is not an object.")

FILE_GONE = Template("file_gone", "The file {path} no longer exists.")
PUT_BACK = Template("file_put_back", "Put it back, then sync.")
NO_ID_COLUMN = Template("file_no_id_column", "{file} has no column {column!r}.")
COLUMNS_ARE = Template("file_columns_are", "Its columns are: {columns}.")
NO_COLUMNS = Template("file_no_columns", "It has no columns.")
NO_FILE = Template("file_not_found", "There is no file {path}.")
CHECK_PATH = Template("file_check_path", "Check the path, or connect the file again.")
IS_FOLDER = Template("file_is_folder", "{path} is a folder, not a file.")
GIVE_FILE = Template("file_give_file", "Give the file itself.")
NOT_PLAIN = Template("file_not_plain", "{path} is a device, a pipe or the like, not a file of data.")
FILE_TOO_LARGE = Template("file_too_large", "The file {path} has more than {megabytes:,} MB.")
RAISE_LARGEST = Template("file_raise_largest", "Split it, or allow larger files with {setting}.")
NO_NUMBER_OF_MEGABYTES = Template("file_no_number_of_megabytes", "{setting} is not a number of megabytes.")
SUCH_AS = Template("file_such_as", "Give one such as {example}, or leave it out.")
FILE_UNREADABLE = Template("file_unreadable", "The file {path} cannot be read ({problem}).")
NO_LINES = Template(
    "file_no_lines", "{file} is no CSV or JSON-lines file: its first line is longer than {megabytes} MB."
)
TOO_MANY_COLUMNS = Template("file_too_many_columns", "{file} has more than {most:,} columns.")
GIVE_CSV = Template("file_give_csv", "Give a CSV file, a workbook or a JSON file.")
MAY_NOT_READ = Template("file_may_not_read", "There is no permission to read the file {path}.")
CHANGE_PERMISSIONS = Template("file_change_permissions", "Change its permissions.")
STRAY_BYTES = Template("file_stray_bytes", "Line {line} has bytes that are no text in {encoding}: {bytes}.")
UNCLEAR_ENCODING = Template(
    "file_unclear_encoding", "It is not clear in which encoding {file} is. It may be one of {encodings}."
)
IS_UTF_8 = Template("file_is_utf_8", "{file} is in UTF-8 and not, as was chosen, in {encoding}.")
CONNECT_AS_UTF_8 = Template("file_connect_as_utf_8", "Connect it again with --encoding utf-8.")
CHOOSE_ENCODING = Template(
    "file_choose_encoding", "Connect it with --encoding, such as --encoding {example}, or save it as UTF-8."
)
NO_DELIMITER = Template("file_no_delimiter", "{delimiter!r} cannot be the delimiter of columns.")
USUAL_DELIMITERS = Template("file_usual_delimiters", "Use one character, such as ; or , or \\t for a tab.")
NO_HEADER_THERE = Template("file_no_header_there", "Line {line} of {file} is no header.")
GIVE_HEADER_LINE = Template("file_give_header_line", "Give the line with the columns' names.")
NO_DATA = Template("file_no_data", "{file} is a document, a picture or the like, not a table.")
IS_MARKUP = Template("file_is_markup", "{file} is a web page or an XML file, not a table.")
DAMAGED_GZIP = Template("file_damaged_gzip", "The file {path} cannot be unpacked: it is damaged or cut off.")
EXPORT_AGAIN = Template("file_export_again", "Export or copy it again.")
IS_ARCHIVE = Template("file_is_archive", "{path} is an archive of files.")
UNPACK = Template("file_unpack", "Unpack it, and give one of its files.")
HAS_PASSWORD = Template("file_has_password", "The workbook {path} is protected by a password.")
SAVE_WITHOUT_PASSWORD = Template("file_save_without_password", "Save it without one.")
DAMAGED_WORKBOOK = Template("file_damaged_workbook", "The workbook {path} cannot be read: it is damaged.")
NO_SHEET = Template("file_no_sheet", "{path} has no sheet {sheet!r}.")
SHEETS_ARE = Template("file_sheets_are", "Its sheets are: {sheets}.")
UNPACKS_TOO_LARGE = Template("file_unpacks_too_large", "The workbook {path} is too large to be read.")
SHEET_TOO_LARGE = Template(
    "file_sheet_too_large", "The sheet {sheet!r} of {path} reaches over more than {most:,} cells."
)
SAVE_AS_CSV = Template("file_save_as_csv", "Save the sheet as CSV.")
DOCUMENT_CUT_OFF = Template(
    "file_document_cut_off", "The file is no JSON from line {line} on: the rest was not read."
)
SEVERAL_LISTS = Template("file_several_lists", "{file} has several lists of objects: {names}.")
KEEP_ONE = Template("file_keep_one", "Give a file with one of them.")
SHORTENED_ID = Template(
    "file_shortened_id",
    "Line {line} has an id in column {column!r} that a spreadsheet has shortened; its last digits are lost.",
)
OTHER_CAPITALS = Template(
    "file_other_capitals", "Line {line} has an e-mail address as id that an earlier line has in other capitals."
)
LISTED_IN_OTHER_CAPITALS = Template(
    "file_listed_in_other_capitals", "The file has this e-mail address in other capitals."
)
UNKNOWN_ENCODING = Template("file_unknown_encoding", "There is no encoding called {encoding}.")
USUAL_ENCODINGS = Template("file_usual_encodings", "Use one such as utf-8, cp1252 or mac_roman.")
EMPTY_FILE = Template("file_empty", "{file} is empty: it has no header line.")
GIVE_HEADER = Template("file_give_header", "Give a file with a header line.")

# No longer said; older databases may keep them.
REPEATED_COLUMNS = Template("file_repeated_columns", "The header of {file} repeats columns: {columns}.")
RENAME_COLUMNS = Template("file_rename_columns", "Rename one of each.")
