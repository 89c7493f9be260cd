"""Receipts: kept one by one, folded into the message's status."""

import re
from datetime import datetime

from channels_app.errors import Failure
from channels_app.events import DeliveryStatus, ReadByCustomer, StatusChanged
from channels_app.models import Channel, ChannelHealth
from channels_app.outbound import Accepted
from customers import suppressions
from customers.identify import Scope, find

from . import changes, health, row, statuses, threads, waiting
from .models import Direction, Message, Receipt, WebhookEvent
from .outcomes import APPLIED, DUPLICATE, Outcome, ignored

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def status_changed(item: StatusChanged, event: WebhookEvent) -> Outcome:
    """One report on a message of ours; a message is found by the provider's id or by our own reference."""
    message = _find(item, event.channel)
    if message is None:
        return waiting.wait(event, item.provider_id)
    if message.direction != Direction.OUT:
        return ignored("a receipt for a message from the customer")
    if not apply(message, item):
        return DUPLICATE
    if item.failure is not None:
        conclude(message, item.failure, item.reason, item.at)
    return APPLIED


def _find(item: StatusChanged, channel: Channel) -> Message | None:
    messages = Message.objects.select_for_update(no_key=True).filter(channel=channel)
    message = messages.filter(provider_id=item.provider_id).first()
    if message is None and UUID.fullmatch(item.reference):
        message = messages.filter(uid=item.reference).first()
        if message is not None and not message.provider_id and not _is_of_earlier_try(message, item):
            message.provider_id = item.provider_id
            message.save(update_fields=["provider_id"])
    return message


def _is_of_earlier_try(message: Message, item: StatusChanged) -> bool:
    return message.attempts.filter(provider_id=item.provider_id).exists()


def apply(message: Message, item: StatusChanged) -> bool:
    """Keep a receipt and fold it into the status. Return False when it was known."""
    receipt, is_new = Receipt.objects.get_or_create(
        message=message,
        provider_id=item.provider_id,
        status=item.status,
        code=item.code[:60],
        defaults={"at": item.at, "reason": item.reason[:500], "details": dict(item.details)},
    )
    if not is_new:
        return False
    if receipt.status == DeliveryStatus.FAILED and receipt.provider_id == message.provider_id:
        message.failure_reason = receipt.reason or "The provider could not deliver it."
        message.failure = item.failure or Failure.PERMANENT
    message.status = statuses.fold([DeliveryStatus(message.status), *_reported(message)])
    message.save(update_fields=["status", "failure", "failure_reason"])
    row.show_status(message)
    changes.announce(message.conversation_id, message.pk)
    return True


def _reported(message: Message) -> list[DeliveryStatus]:
    """All reports that count: an earlier try's failure is history once a person had it sent again."""
    reports = message.receipts.values_list("provider_id", "status")
    return [
        DeliveryStatus(status)
        for provider_id, status in reports
        if provider_id == message.provider_id or status in statuses.ARRIVED
    ]


def accepted(message: Message, answer: Accepted, now: datetime) -> StatusChanged:
    """The provider's own answer to the send, as the first report."""
    return StatusChanged(
        provider_id=message.provider_id,
        status=DeliveryStatus.ACCEPTED,
        at=answer.at or now,
        details={"segments": answer.segments} if answer.segments else {},
    )


def read_up_to(item: ReadByCustomer, channel: Channel, scope: Scope) -> Outcome:
    """A watermark: everything accepted up to then has been read."""
    identity = find(scope, item.sender.addresses)
    if identity is None:
        return ignored("read marks of somebody unknown")
    unread = Message.objects.select_for_update(of=("self",), no_key=True).filter(
        channel=channel,
        conversation__identity=identity,
        direction=Direction.OUT,
        sent_at__lte=item.at,
        status__in=[DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED],
    )
    read = [StatusChanged(provider_id=m.provider_id, status=DeliveryStatus.READ, at=item.at) for m in unread]
    applied = [apply(message, report) for message, report in zip(unread, read, strict=True)]
    return APPLIED if any(applied) else DUPLICATE


def conclude(message: Message, failure: Failure, reason: str, at: datetime) -> None:
    """What a failure says of the address or the channel outlives the message."""
    identity = message.conversation.identity
    match failure:
        case Failure.OPTED_OUT:
            purpose = message.channel.adapter.capabilities.opt_out_purpose
            suppressions.suppress(identity, purpose, at, evidence=reason)
        case Failure.UNREACHABLE if not threads.heard_since(identity, at):
            suppressions.mark_unreachable(identity, at, reason)
        case Failure.CHANNEL_BROKEN:
            health.report(message.channel, ChannelHealth.BROKEN, reason, at)
        case _:
            pass
