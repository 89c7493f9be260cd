"""The two tables. A finished job leaves no row; a dead one stays until somebody revives it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    READY = "ready", _("Ready")
    DEAD = "dead", _("Dead")


class Job(models.Model):
    """One call of a task still to be made.

    `holder` is the fencing token of the worker that runs it now, until `lease_until`.
    """

    task = models.CharField(_("task"), max_length=200)
    args = models.JSONField(_("arguments"))  # {"args": [...], "kwargs": {...}}
    queue = models.CharField(_("queue"), max_length=50)
    lane = models.CharField(_("lane"), max_length=200, null=True, blank=True)
    priority = models.SmallIntegerField(_("priority"), default=0)
    run_at = models.DateTimeField(_("next run"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("attempts allowed"))
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    holder = models.CharField(_("held by"), max_length=100, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("job")
        constraints = [
            # One at a time per lane, whatever two workers saw before they decided.
            models.UniqueConstraint(
                fields=["lane"], condition=Q(holder__isnull=False), name="job_one_held_per_lane"
            ),
            models.CheckConstraint(
                condition=Q(holder=None, lease_until=None)
                | Q(holder__isnull=False, lease_until__isnull=False),
                name="job_held_with_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "run_at", "id"], condition=Q(state=State.READY), name="job_next"
            ),
            models.Index(
                fields=["lane", "id"], condition=Q(state=State.READY, lane__isnull=False), name="job_lane"
            ),
            models.Index(fields=["-id"], condition=Q(state=State.DEAD), name="job_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class Schedule(models.Model):
    """When a repeated task runs next. The declaration is in the code; the row is the shared clock."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    task = models.CharField(_("task"), max_length=200)
    every = models.PositiveIntegerField(_("every (seconds)"))
    next_run_at = models.DateTimeField(_("next run"))
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)

    class Meta:
        verbose_name = _("schedule")

    def __str__(self) -> str:
        return self.name
