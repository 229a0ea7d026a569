"""Stored sentences: codes and values in the column, words when shown."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import messages
from counterfoil.messages import Message, Template

GREETING = Template("test_greeting", "{count:,} customers of {who} came.", one="One customer of {who} came.")
CAUSE = Template("test_cause", "the total moved from {low:,} to {high:,}")
WRAPPED = Template("test_wrapped", "Listed again: {cause}.")

VALUES = st.one_of(st.text(), st.integers(), st.none())


def test_a_message_reads_as_its_words() -> None:
    assert GREETING(count=1200, who="Robaws") == "1,200 customers of Robaws came."
    assert GREETING(count=1, who="Robaws") == "One customer of Robaws came."


def test_the_column_keeps_codes_and_values_and_no_words() -> None:
    stored = messages.store(WRAPPED(cause=CAUSE(low=1, high=2000)))
    assert json.loads(stored) == [
        {
            "code": "test_wrapped",
            "values": {"cause": [{"code": "test_cause", "values": {"low": 1, "high": 2000}}]},
        }
    ]
    assert "Listed" not in stored


def test_what_is_stored_is_worded_when_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = messages.store(WRAPPED(cause=CAUSE(low=1, high=2000)))
    monkeypatch.setattr(WRAPPED, "_text", "Opnieuw opgehaald: {cause}.")
    assert messages.read(stored) == "Opnieuw opgehaald: the total moved from 1 to 2,000."


def test_sentences_are_joined_with_their_codes() -> None:
    both = messages.join(GREETING(count=1, who="Zoho"), "", "Plain words.")
    assert both == "One customer of Zoho came. Plain words."
    assert isinstance(both, Message)
    assert both.codes == ("test_greeting",)
    assert messages.read(messages.store(both)) == both


@pytest.mark.parametrize("text", ["", "Plain words.", '[{"code":', '[{"code":1}]', '[{"code":"x","values":3}]'])
def test_text_that_no_code_wrote_is_shown_as_it_is(text: str) -> None:
    assert messages.read(messages.store(text)) == text


def test_a_message_whose_connector_is_gone_still_shows_its_values() -> None:
    assert messages.read('[{"code":"gone_rule","values":{"field":"email"}}]') == "gone_rule (field: email)"


def test_no_two_templates_have_one_code() -> None:
    with pytest.raises(ValueError, match="test_greeting"):
        Template("test_greeting", "Something else.")


@given(who=VALUES, count=st.integers())
def test_any_value_comes_back_from_its_column(who: object, count: int) -> None:
    message = GREETING(who=who, count=count)
    assert messages.read(messages.store(message)) == message
    assert pickle.loads(pickle.dumps(message)).parts == message.parts  # noqa: S301 - our own


@given(st.text())
def test_no_text_from_outside_is_ever_lost_or_fails(text: str) -> None:
    assert messages.read(messages.store(text)) == text or text.startswith('[{"code":')
