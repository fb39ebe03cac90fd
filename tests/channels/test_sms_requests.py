"""Numbers and requests as gateways are to get them, before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import ChannelError
from channels.sms.numbers import e164
from channels.sms.template import BadTemplate, Template
from tests.channels.test_gateways import FULL
from tests.house import text


@pytest.mark.parametrize(
    "written, number",
    [
        ("070-174 06 05", FULL),
        ("0701740605", FULL),
        ("+46 (0)70-174 06 05", FULL),
        ("0046 70 174 06 05", FULL),
        ("+46701740605", FULL),
        ("08‑465 004 04", "+46846500404"),  # noqa: RUF001 - a hyphen that does not break
        ("+358 40 123 4567", "+358401234567"),
    ],
)
def test_a_number_is_understood_as_people_write_it(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    "written", ["", "112x", "+0701740605", "70-1740605", "+467", "+46701740605123456", "٠٧٠١٧٤٠٦٠٥"]
)
def test_what_is_no_number_is_refused_for_good(written: str) -> None:
    with pytest.raises(ChannelError, match=r"^bad_address$") as error:
        e164(written)
    assert error.value.permanent


@given(st.text())
def test_whatever_is_filled_in_stands_there_as_it_is_and_nothing_is_filled_in_twice(text: str) -> None:
    template = Template(url="https://gateway.example/?q={text}", json={"a": ["{text}", 1], "b": {"c": "{to}"}})
    request = template.request({"to": "{id}", "text": text.encode(errors="replace").decode(), "id": "x", "from": "y"})
    said = json.loads(request.content)
    assert said == {"a": [text.encode(errors="replace").decode(), 1], "b": {"c": "{id}"}}
    assert request.url.host == "gateway.example"
    assert dict(request.url.params) == {"q": said["a"][0]}


WHOLE = 'url = "https://gateway.example"\n[json]\nto = "{to}"\ntext = "{text}"\n'


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", "url: Field required"),
        ("url =", "no TOML"),
        (WHOLE.replace("{text}", "{name}"), r"json\.text: unknown placeholder \{name\}; there are \{to\}, \{text\}"),
        (WHOLE.replace("{text}", "hej"), r"\{text\} stands nowhere"),
        (WHOLE.replace("{to}", "hej"), r"\{to\} stands nowhere"),
        (WHOLE.replace("https", "http"), "url, headers: .*https"),
        (WHOLE.replace("https://gateway.example", "gateway"), "url, headers: .*https"),
        ('method = "DELETE"\n' + WHOLE, "method: Input should be"),
        ("sucess = [200]\n" + WHOLE, "sucess: Extra inputs"),
        ('success = ["yes"]\n' + WHOLE, r"success\.0: Input should be"),
        (WHOLE + '[form]\na = "{to}"', "form, json: a request has one body"),
        (WHOLE + '[headers]\na = "{text}"', r"headers\.a: unknown placeholder \{text\}; there are \{to\}, \{id\}$"),
        (WHOLE + '[headers]\na = "å"', "header is no ASCII"),
    ],
)
def test_a_template_that_is_no_request_is_refused_by_the_name_of_its_field(
    text: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "sms.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadTemplate, match=problem):
        Template.read(file)


def test_the_example_in_the_documentation_is_a_request(tmp_path: Path) -> None:
    _, _, rest = text("docs/channels.md").partition("```toml\n")
    file = tmp_path / "sms.toml"
    file.write_text(rest.partition("```")[0], encoding="utf-8")
    request = Template.read(file).request({"to": FULL, "text": "Hej", "id": "m-1", "from": "Varna"})
    assert json.loads(request.content) == {"sender": "Varna", "messages": [{"to": FULL, "text": "Hej"}]}
    assert request.headers["idempotency-key"] == "m-1"
