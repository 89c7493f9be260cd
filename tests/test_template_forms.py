"""Templates filled in by an agent: what is asked, what the customer reads, what leaves."""

import pytest
from django.urls import reverse

from channels_app.models import Template
from conversations.models import Direction, Message
from inbox import template_forms

from . import factories

pytestmark = pytest.mark.django_db
TOKEN = "0123456789abcdef"
HTMX = {"HX-Request": "true"}
ORDER = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["#4821"]}},
    {"type": "BODY", "text": "Hi {{1}}, {{2}} is on its way.", "example": {"body_text": [["Ana", "it"]]}},
    {"type": "FOOTER", "text": "Harbour Goods"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://a.example/{{1}}"}]},
]
NAMED = [
    {
        "type": "BODY",
        "text": "Hi {{name}}",
        "example": {"body_text_named_params": [{"param_name": "name", "example": "Ana"}]},
    }
]
ON_TWILIO = [
    {"type": "NAME", "text": "Order news"},
    {"type": "BODY", "text": "Hi {{1}}, see {{2}}", "example": {"1": "Ana", "2": "this"}},
]


def template(components, kind="whatsapp", channel=None, **fields):
    fields = {"name": "order", "language": "en", "status": "approved", "category": "utility", **fields}
    return Template.objects.create(
        channel=channel or factories.channel(kind), components=components, **fields
    )


def filled(chosen, **values):
    form = template_forms.TemplateForm(chosen, {"token": TOKEN, **values})
    assert form.is_valid(), form.errors
    return form.draft()


def test_every_blank_is_asked_for_with_its_example():
    blanks = template_forms.blanks(template(ORDER))

    assert [(blank.field, blank.example) for blank in blanks] == [
        ("header.1", "#4821"),
        ("body.1", "Ana"),
        ("body.2", "it"),
        ("button-0.1", ""),
    ]


def test_positional_blanks_become_components_in_the_provider_s_form():
    values = {"header.1": "#7", "body.1": "Ana", "body.2": "your lamp", "button-0.1": "7"}

    draft = filled(template(ORDER), **values)

    assert draft.content["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "#7"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "your lamp"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]},
    ]  # fmt: skip
    assert draft.text == "Order #7\nHi Ana, your lamp is on its way.\nHarbour Goods"


def test_named_blanks_keep_their_names():
    draft = filled(template(NAMED), **{"body.name": "Ana"})

    parameters = draft.content["template"]["components"][0]["parameters"]
    assert parameters == [{"type": "text", "parameter_name": "name", "text": "Ana"}]


def test_twilio_takes_variables_by_number():
    draft = filled(
        template(ON_TWILIO, "twilio_whatsapp", name="HX" + "0" * 32), **{"body.1": "Ana", "body.2": "it"}
    )

    assert draft.content["template"]["variables"] == {"1": "Ana", "2": "it"}
    assert draft.text == "Hi Ana, see it"


def test_a_twilio_template_is_called_by_its_name():
    form = template_forms.TemplateForm(template(ON_TWILIO, "twilio_whatsapp", name="HX" + "0" * 32))

    assert form.title == "Order news"


def test_a_preview_is_text_with_marked_blanks():
    form = template_forms.TemplateForm(template([{"type": "BODY", "text": "<b>Hi</b> {{1}}"}]))

    assert form.preview == '&lt;b&gt;Hi&lt;/b&gt; <mark data-fill="body.1">{{1}}</mark>'


def test_a_missing_value_is_no_draft():
    assert not template_forms.TemplateForm(template(NAMED), {"token": TOKEN}).is_valid()


@pytest.mark.parametrize(
    "part",
    [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copy"}]},
    ],
)
def test_what_cannot_be_filled_in_here_says_so(part):
    assert template_forms.obstacle(template([part, *NAMED]))
    assert not template_forms.obstacle(template(ORDER))


def test_only_approved_templates_are_offered(client):
    client.force_login(factories.agent())
    talk = factories.conversation(minutes_ago=60 * 30)
    template(NAMED, channel=talk.channel, name="good")
    template(NAMED, channel=talk.channel, name="pending_one", status="pending")

    html = client.get(reverse("templates", args=[talk.pk])).content.decode()

    assert "good" in html
    assert "pending_one" not in html


def test_a_template_goes_out_when_the_window_is_closed(client):
    client.force_login(factories.agent())
    talk = factories.conversation(minutes_ago=60 * 30)
    chosen = template(NAMED, channel=talk.channel)
    address = reverse("send_template", args=[talk.pk, chosen.pk])

    for _ in range(2):
        assert client.post(address, {"token": TOKEN, "body.name": "Ana"}, headers=HTMX).status_code == 200

    message = Message.objects.get(direction=Direction.OUT)
    assert (message.kind, message.text) == ("template", "Hi Ana")


def test_a_template_of_another_channel_is_refused(client):
    client.force_login(factories.agent())
    talk = factories.conversation()
    other = template(NAMED)

    response = client.post(
        reverse("send_template", args=[talk.pk, other.pk]), {"token": TOKEN, "body.name": "Ana"}
    )

    assert response.status_code == 409
    assert not Message.objects.filter(direction=Direction.OUT).exists()
