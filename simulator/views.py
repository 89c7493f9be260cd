"""The phones and the provider's switches: pages and the fragments of them that change."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from channels_app.storable import storable

from . import actions, customer, receipts, switches
from .forms import PhoneForm, SwitchesForm, simulated
from .models import Phone, PhoneMessage, ProviderFile, Switches, WireLine
from .screen import Screen

WIRE_SHOWN = 40
MAX_WATCHED = 100
INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


@login_required
@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    return _page(request, PhoneForm())


@login_required
@require_POST
def new_phone(request: HttpRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    form.save()
    return redirect("simulator:phones")


@login_required
@require_GET
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """One phone, as large as the window."""
    found = _phone(pk)
    receipts.look(found)
    return render(request, "simulator/phone.html", {"screen": Screen(found)}, using="jinja2")


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Whatever the customer does: write, tap a button the business sent, or press one of the chips."""
    found, tap = _phone(pk), request.POST.get("tap", "")
    text = storable(request.POST.get("text", "").strip())
    word, complaint = "tap" if tap else request.POST.get("action", "write"), ""
    try:
        _perform(found, word, text, tap)
    except customer.CannotDo as error:
        complaint = str(error)
    context = {"screens": [Screen(found)], "complaint": complaint}
    response = render(request, "simulator/_changes.html", context, using="jinja2")
    if text and not complaint and _uses_text(found, word):
        response["HX-Trigger"] = json.dumps({"simulator:used": {"form": f"write-{found.pk}"}})
    return response


@login_required
@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """What changed since the versions the page shows; 204 when nothing did. Looking at a chat reads it."""
    known = dict(item.split(":", 1) for item in request.GET.getlist("v")[:MAX_WATCHED] if ":" in item)
    watched = Phone.objects.filter(pk__in=[pk for pk in known if pk.isdecimal()]).select_related("channel")
    screens = []
    for found in watched:
        receipts.look(found)
        if (screen := Screen(found)).version != known[str(found.pk)]:
            screens.append(screen)
    context: dict[str, Any] = {"screens": screens, "complaint": None}
    if "wire" in known and (wire := _wire())["last_line"] != known["wire"]:
        context |= wire
    if not screens and "lines" not in context:
        return HttpResponse(status=204)
    return render(request, "simulator/_changes.html", context, using="jinja2")


@login_required
@require_POST
def set_switches(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Switches.objects.select_related("channel"), pk=pk)
    form = SwitchesForm(request.POST, instance=row)
    if form.is_valid():
        form.save()
    status = 200 if form.is_valid() else 422
    return render(request, "simulator/_switches.html", {"form": form}, status=status, using="jinja2")


@login_required
@require_GET
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file on a phone's screen. What a browser could run is only offered for download."""
    found = get_object_or_404(ProviderFile, key=key)
    shown = found.mime_type.startswith(INLINE)
    return FileResponse(
        found.content.open(),
        content_type=found.mime_type if shown else "application/octet-stream",
        as_attachment=not shown,
        filename=found.name,
    )


def _page(request: HttpRequest, form: PhoneForm, status: int = 200) -> HttpResponse:
    shown = Phone.objects.select_related("channel").filter(channel__in=simulated())
    rows = [switches.of(channel) for channel in simulated()]
    context = {
        "screens": [Screen(found) for found in shown],
        "form": form,
        "switches": [SwitchesForm(instance=row) for row in rows],
        **_wire(),
    }
    return render(request, "simulator/phones.html", context, status=status, using="jinja2")


def _wire() -> dict[str, Any]:
    lines = list(WireLine.objects.select_related("channel")[:WIRE_SHOWN])
    return {"lines": lines, "last_line": str(lines[0].pk if lines else 0)}


def _phone(pk: int) -> Phone:
    return get_object_or_404(Phone.objects.select_related("channel"), pk=pk)


def _perform(found: Phone, word: str, text: str, tap: str) -> None:
    prompt, _, index = tap.partition(":")
    if word == "tap" and prompt.isdecimal() and index.isdecimal():
        customer.tap(found, get_object_or_404(PhoneMessage, pk=int(prompt), phone=found), int(index))
    elif word == "write":
        if text:
            customer.write(found, text)
    else:
        actions.perform(found, word, text)


def _uses_text(found: Phone, word: str) -> bool:
    chip = next((chip for chip in actions.chips(found) if chip.word == word), None)
    return chip.typed if chip else word == "write"
