"""Why an import cannot run."""

from counterfoil.messages.message import Template

NO_FILE = Template("no_file", "The background worker does not have the file of an import.")
NO_FILE_ADVICE = Template("no_file_advice", "Import the file again.")
