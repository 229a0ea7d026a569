"""The SQL of the documentation runs on both databases."""

import re

import pytest
from django.db import connection

from tests.docs.pages import DOCS, name

BLOCKS = [
    pytest.param(block, id=f"{name(page)}-{number}")
    for page in DOCS
    for number, block in enumerate(re.findall(r"^```sql\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL))
]


@pytest.mark.django_db
@pytest.mark.parametrize("block", BLOCKS)
def test_sql_of_the_documentation_runs(block: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(block)
        assert cursor.fetchall() == []
