"""Where a page of rows ended: the next one begins below, whatever was added above meanwhile."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import BadRequest
from django.db.models import Q

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORM = re.compile(r"(\d{1,17})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """The last row shown. Written as microseconds since 1970 and the row's id."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    def below(self, field: str) -> Q:
        """Rows after this one when ordered by `-field, -pk`. The first condition is for the index."""
        return Q(**{f"{field}__lte": self.at}) & (
            Q(**{f"{field}__lt": self.at}) | Q(**{field: self.at, "pk__lt": self.pk})
        )


def parse(text: str | None) -> Cursor | None:
    """The cursor of a query string; None when there is none. Raises BadRequest for anything else."""
    if not text:
        return None
    found = FORM.fullmatch(text)
    if found is None:
        raise BadRequest("not a cursor")
    return Cursor(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
