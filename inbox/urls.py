"""The inbox's addresses. A fragment's name is also its template's and its element's."""

from django.urls import path

from .views import actions, lists, messages, threads

urlpatterns = [
    path("", lists.inbox, name="inbox"),
    path("list/", lists.list_, name="list"),
    path("counts/", lists.counts, name="counts"),
    path("messages/<int:pk>/retry/", messages.retry, name="retry"),
    path("messages/<int:pk>/mark-sent/", messages.mark_sent, name="mark_sent"),
    path("messages/<int:pk>/cancel/", messages.cancel, name="cancel"),
    path("<int:pk>/", threads.conversation, name="conversation"),
    path("<int:pk>/thread/", threads.thread, name="thread"),
    path("<int:pk>/messages/", threads.messages, name="messages"),
    path("<int:pk>/stream/", threads.stream_, name="stream"),
    path("<int:pk>/assignees/", threads.assignees, name="assignees"),
    path("<int:pk>/assign/", actions.assign, name="assign"),
    path("<int:pk>/resolve/", actions.resolve, name="resolve"),
    path("<int:pk>/reopen/", actions.reopen, name="reopen"),
    path("<int:pk>/read/", actions.read, name="read"),
    path("<int:pk>/typing/", actions.typing, name="typing"),
    path("<int:pk>/reply/", messages.reply, name="reply"),
    path("<int:pk>/note/", messages.note, name="note"),
    path("<int:pk>/templates/", messages.templates, name="templates"),
    path("<int:pk>/templates/<int:template>/", messages.send_template, name="send_template"),
]
