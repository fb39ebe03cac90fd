"""The dialogue with whoever holds a receipt code: messages both ways, and the help they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from models.message import Code, Command, Fact, Text
from models.refusal import Refusal
from models.vocabulary.incident import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from models.context import Context
    from models.events import Event

Wishes = Annotated[tuple[Wish, ...], Field(min_length=1)]


class WriteMessage(Command):
    """Write to the organisation, about one's own report. Possible after closure too."""

    type: Literal["write_message"] = "write_message"
    brings: ClassVar = ("message_received",)
    after_close: ClassVar = True
    report: Code
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        _refuse_unless_of(case, self.report)
        return [MessageReceived(report=self.report, text=self.text)]


class MessageReceived(Fact):
    """Somebody outside has written."""

    type: Literal["message_received"] = "message_received"
    report: Code
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"unanswered": {self.report: event.recorded} | case.unanswered}


class AskHelp(Command):
    """Say what help is wanted. Possible after closure too."""

    type: Literal["ask_help"] = "ask_help"
    brings: ClassVar = ("help_asked",)
    after_close: ClassVar = True
    report: Code
    wishes: Wishes
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        _refuse_unless_of(case, self.report)
        return [HelpAsked(report=self.report, wishes=self.wishes, text=self.text)]


class HelpAsked(Fact):
    """The affected person has said what help they want."""

    type: Literal["help_asked"] = "help_asked"
    report: Code
    wishes: tuple[Wish, ...]
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"unanswered": {self.report: event.recorded} | case.unanswered}


class AnswerMessage(Command):
    """Write to whoever holds a receipt code; they read it on their own page. Possible unasked, and after closure."""

    type: Literal["answer_message"] = "answer_message"
    brings: ClassVar = ("message_sent", "messages_answered")
    after_close: ClassVar = True
    report: Code | None = None
    """The report whose sender is written to; None means who has waited longest, or who reported first."""
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        report = self.report or min(case.unanswered, key=lambda one: case.unanswered[one], default=case.reports[0])
        if report not in case.unanswered:  # it may have left the case since
            _refuse_unless_of(case, report)
        return [MessageSent(report=report, complete=case.unanswered.keys() <= {report}, text=self.text)]


class MessageSent(Fact):
    """Somebody here has written to somebody outside."""

    type: Literal["message_sent"] = "message_sent"
    also: ClassVar = ("messages_answered",)
    report: Code
    complete: bool = False
    """Nobody else waits for an answer."""
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("message_sent", "messages_answered") if self.complete else ("message_sent",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"unanswered": {report: at for report, at in case.unanswered.items() if report != self.report}}


def _refuse_unless_of(case: Case, report: str) -> None:
    if report not in case.reports:
        raise Refusal("unknown_report", "report")
