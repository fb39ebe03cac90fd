"""What somebody must find out: an answer of unknown becomes a task (domain §3.3 rule 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, InformationTask
from models.message import Code, Command, Fact, Text
from models.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


class AskInformation(Command):
    """Somebody must find something out."""

    type: Literal["ask_information"] = "ask_information"
    brings: ClassVar = ("information_asked",)
    task: Code
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.task(self.task):
            raise Refusal("task_exists", "task", task=self.task)
        return [InformationAsked(task=self.task, text=self.text)]


class InformationAsked(Fact):
    """An information task was opened."""

    type: Literal["information_asked"] = "information_asked"
    task: Code
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"tasks": (*case.tasks, InformationTask(id=self.task, opened=event.at))}


class AnswerInformation(Command):
    """What was asked for has been found out, or cannot be."""

    type: Literal["answer_information"] = "answer_information"
    brings: ClassVar = ("information_answered", "information_complete")
    task: Code
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        task = case.task(self.task)
        if task is None:
            raise Refusal("unknown_task", "task", task=self.task)
        if task.done:
            raise Refusal("task_done", "task", task=self.task)
        others_open = any(other.done is None for other in case.tasks if other.id != self.task)
        return [InformationAnswered(task=self.task, complete=not others_open, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return any(task.done is None for task in case.tasks)


class InformationAnswered(Fact):
    """An information task was answered."""

    type: Literal["information_answered"] = "information_answered"
    also: ClassVar = ("information_complete",)
    task: Code
    complete: bool = False
    """No other task is open."""
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("information_answered", "information_complete") if self.complete else ("information_answered",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "tasks": tuple(
                task.model_copy(update={"done": event.at}) if task.id == self.task else task for task in case.tasks
            )
        }
