"""`counterfoil customers persons`: list, edit and add contact persons."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, customer_text, edit_text
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import NotFound

if TYPE_CHECKING:
    from counterfoil.edits.edit import EditResult
    from counterfoil.mirror.models import ContactPerson

app = typer.Typer(help="List, edit and add the contact persons of a customer.", no_args_is_help=True)
PERSON = "The contact person's id in the connected system or, while there is none, '#' and the number here."
ANYWAY = "Save an e-mail or a phone number even if it cannot be right."
_FIELDS = ("salutation", "first_name", "last_name", "designation", "department", "email", "phone", "mobile")


@app.command("list")
def list_(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the contact persons of a customer, with the edits that wait."""
    ready()
    from counterfoil.mirror.models import ContactPerson

    customer = customer_text.find(connection, external_id)
    rows = ContactPerson.objects.filter(customer=customer).exclude(state="tombstone").defer("raw")
    persons = list(rows.select_related("connection"))
    if as_json:
        print_json([_record(person) for person in persons])
        return
    if not persons:
        err.print(f"{escape(customer.name)} has no contact persons.")
        return
    columns: list[Column] = [("id", "keep"), "name", "function", "e-mail", "phone", "mobile", "waiting"]
    cells = [
        (
            escape(customer_text.shown_id(person)),
            *(escape(getattr(person, name) or "") for name in ("name", "designation", "email", "phone", "mobile")),
            ", ".join(_record(person)["edits"]),
        )
        for person in persons
    ]
    out.print(table(columns, cells))


@app.command("set")
def set_(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    person_id: Annotated[str, typer.Argument(help=PERSON, metavar="PERSON")],
    values: Annotated[
        list[str], typer.Argument(help="As in phone='03 234 56 78'; phone= clears it.", metavar="FIELD=VALUE...")
    ],
    anyway: Annotated[bool, typer.Option("--anyway", help=ANYWAY)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Edit fields of a contact person, which the next push sends. If one value is unusable, nothing is changed."""
    ready()
    from counterfoil.edits import person

    found = _find(connection, person_id)
    with edit_text.naming_anyway():
        made = person.edit_person(found, edit_text.parse(values), acting_user.person(), with_invalid=anyway)
    found.refresh_from_db()
    _print(found, made, as_json=as_json)


@app.command("add")
def add(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    external_id: Annotated[str, typer.Argument(help=customer_text.ID)],
    values: Annotated[
        list[str],
        typer.Argument(
            help="As in first_name=An last_name=Peeters. One of them is required.", metavar="FIELD=VALUE..."
        ),
    ],
    anyway: Annotated[bool, typer.Option("--anyway", help=ANYWAY)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add a contact person to a customer. The next push creates it in the connected system, once."""
    ready()
    from counterfoil.edits import person

    customer = customer_text.find(connection, external_id)
    typed, user = edit_text.parse(values), acting_user.person()
    with edit_text.naming_anyway():
        made = person.create_person(customer, typed, user, with_invalid=anyway)
    _print(made, None, as_json=as_json)


@app.command("discard")
def discard(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    person_id: Annotated[str, typer.Argument(help=PERSON, metavar="PERSON")],
) -> None:
    """Discard a contact person that exists only here, so that no push sends it."""
    ready()
    from counterfoil.edits import person

    found = _find(connection, person_id)
    person.discard_person(found, acting_user.person())
    out.print(f"Discarded [bold]{escape(found.name)}[/].", soft_wrap=True)


def _find(connection: str, person_id: str) -> "ContactPerson":
    """Find a contact person by its id in the connected system, or by `#` and its key here. Raises NotFound."""
    from counterfoil.mirror.models import ContactPerson

    chosen = acting_user.connection(connection)
    rows = ContactPerson.objects.select_related("connection", "customer").filter(connection=chosen)
    found = rows.filter(external_id=person_id).first()
    number = person_id.removeprefix("#")
    if found is None and person_id.startswith("#") and number.isdecimal() and len(number) <= edit_text.DIGITS:
        found = rows.filter(pk=int(number)).first()
    if found is None:
        raise NotFound(
            f"{chosen.name} has no contact person {person_id[:40]} in this copy.",
            "Find it with `counterfoil customers persons list`.",
        )
    return found


def _print(person: "ContactPerson", made: "EditResult | None", *, as_json: bool) -> None:
    """Print a person after an edit, or after it was added."""
    if as_json:
        result = (
            {} if made is None else {"pending": made.pending, "taken_back": made.undone, "invalid": made.invalid}
        )
        print_json({**_record(person), **result})
        return
    system = escape(wording.system(person.connection))
    name = f"[bold]{escape(person.name)}[/] ({escape(customer_text.shown_id(person))})"
    if made is None:
        out.print(f"{name} is added here, and to {system} with the next push.", soft_wrap=True)
    elif made.pending:
        fields = ", ".join(customer_text.label(field, system) for field in made.pending)
        out.print(f"{name}: {fields} sent to {system} with the next push.", soft_wrap=True)
    else:
        out.print(f"{name}: nothing to send.", soft_wrap=True)
    for field, problem in person.invalid.items():
        err.print(f"[yellow]{customer_text.label(field, system)}: {escape(problem)}[/]")
    if person.customer is not None:
        err.print(f"[dim]Next: {edit_text.push_next(person.customer)}[/]", soft_wrap=True)


def _record(person: "ContactPerson") -> dict[str, Any]:
    from counterfoil.mirror import edit_status
    from counterfoil.mirror.models import PendingEdit

    edits = PendingEdit.objects.for_record(person.pk, "contact_person").select_related("made_by")
    return {
        "connection": person.connection.name,
        "key": person.pk,
        "external_id": person.external_id,
        "customer": person.customer_external_id,
        "name": person.name,
        **{name: getattr(person, name) for name in _FIELDS},
        "is_primary": person.is_primary,
        "state": person.state,
        "edits": {one.field: edit_text.about(one, edit_status.state_of_edit(one)) for one in edits},
    }
