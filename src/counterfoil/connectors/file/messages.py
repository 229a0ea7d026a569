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
GIVE_CSV = Template("file_give_csv", "Give a CSV or JSON-lines file.")
MAY_NOT_READ = Template("file_may_not_read", "There is no permission to read the file {path}.")
CHANGE_PERMISSIONS = Template("file_change_permissions", "Change its permissions.")
UNKNOWN_ENCODING = Template("file_unknown_encoding", "There is no encoding called {encoding}.")
USUAL_ENCODINGS = Template("file_usual_encodings", "Use utf-8 or cp1252.")
EMPTY_FILE = Template("file_empty", "{file} is empty: it has no header line.")
GIVE_HEADER = Template("file_give_header", "Give a file with a header line.")
REPEATED_COLUMNS = Template("file_repeated_columns", "The header of {file} repeats columns: {columns}.")
RENAME_COLUMNS = Template("file_rename_columns", "Rename one of each.")
