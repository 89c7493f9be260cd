"""Every write to what people see ends here: the version rises, and the screens are told after commit."""

import logging
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .models import Conversation
from .signals import conversation_changed

logger = logging.getLogger(__name__)


def announce(conversation_id: int, *message_ids: int) -> None:
    """Raise the conversation's version now and announce it once the transaction has committed."""
    Conversation.objects.filter(pk=conversation_id).update(
        version=F("version") + 1, changed_at=timezone.now()
    )
    transaction.on_commit(partial(_tell, conversation_id, message_ids), robust=True)


def _tell(conversation_id: int, message_ids: tuple[int, ...]) -> None:
    answers = conversation_changed.send_robust(None, conversation_id=conversation_id, message_ids=message_ids)
    for _receiver, answer in answers:
        if isinstance(answer, Exception):
            logger.error("change of conversation %s not announced", conversation_id, exc_info=answer)
