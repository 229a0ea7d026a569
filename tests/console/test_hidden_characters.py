"""Characters that nobody sees are marked on every page; forms keep the values that they save."""

import pytest
from django.test import Client

from counterfoil.console.site.hidden_characters import mark
from counterfoil.normalize.hidden_characters import HIDDEN
from tests.console import making
from tests.console.asking import page

ODD = "Garage\u202eevil\u200b\x1b[31m"
MARK = '<abbr class="cf-hidden" title="U+202E right-to-left override">U+202E</abbr>'


@pytest.mark.parametrize(
    ("page_", "marked"),
    [
        ("<p>a\u202eb</p>\n", f"<p>a{MARK}b</p>\n"),
        ("<p>Café 株式会社\n\t</p>", "<p>Café 株式会社\n\t</p>"),
        ('<input value="a\u202eb">', '<input value="a\u202eb">'),
        ('<i title="a\u202eb" x-on="1 > 0">', '<i title="a&lt;U+202E&gt;b" x-on="1 > 0">'),
        ("<textarea>a\u202eb</textarea>", "<textarea>a\u202eb</textarea>"),
        ("<script>'a\u202eb<p>'</script>c\u202e", f"<script>'a\u202eb<p>'</script>c{MARK}"),
        ("<option value='\u202e'>a\u202e</option>", "<option value='\u202e'>a&lt;U+202E&gt;</option>"),
        ("<title>a\u202e &amp; b</title>", "<title>a&lt;U+202E&gt; &amp; b</title>"),
        ("a < b\u202e", f"a < b{MARK}"),
    ],
)
def test_hidden_characters_are_marked_where_people_read_and_nowhere_else(page_: str, marked: str) -> None:
    assert mark(page_) == marked


@pytest.mark.django_db
def test_a_customer_is_shown_with_the_codes_of_what_is_hidden_and_saved_as_it_was(boss: Client) -> None:
    customer = making.customer(making.connection(), ODD, city=ODD)
    for address in ("/customers/", f"/customers/{customer.pk}/"):
        shown = page(boss, address)
        assert f"Garage{MARK}evil" in shown
        assert [found for found in HIDDEN.findall(shown) if found not in "\n\r\t"] == []
    form = page(boss, f"/customers/{customer.pk}/edit/")
    assert 'value="Garage\u202eevil' in form
