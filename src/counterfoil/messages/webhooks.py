"""How a webhook ended."""

from counterfoil.messages.message import Template

NEWER_HERE = Template("newer_here", "A newer version of this record is already here.")
NOT_IMPORTED = Template("not_imported", "Could not be imported: {reason}")
FETCHED_NOT_IMPORTED = Template("fetched_not_imported", "The record was fetched but could not be imported.")
COVERED = Template("covered", "Covered by run {run}, which listed all changes.")
UNCLEAR_DELIVERY = Template("unclear_delivery", "Reading {record} gave no clear answer. {reason}")
