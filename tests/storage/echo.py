"""A workflow that sends a word in every kind of message a case may send."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.exceptions import ActivityError, ApplicationError

TIMEOUT = timedelta(seconds=10)


@activity.defn
async def echo(word: str) -> str:
    if not activity.info().is_local:
        activity.heartbeat(word)
    return word


@activity.defn
async def complain(word: str) -> None:
    raise ApplicationError(f"cannot say {word}", word, type="Complaint", non_retryable=True)


@workflow.defn
class Echo:
    @workflow.init
    def __init__(self, heard: list[str]) -> None:
        self.heard = [*heard]
        self.told = ""

    @workflow.run
    async def run(self, heard: list[str]) -> list[str]:
        if not heard:
            await workflow.wait_condition(lambda: bool(self.told) and workflow.all_handlers_finished())
            workflow.continue_as_new([*self.heard, self.told])
        return heard

    @workflow.update
    async def act(self, word: str) -> str:
        self.heard.append(await workflow.execute_local_activity(echo, word, start_to_close_timeout=TIMEOUT))
        self.heard.append(await workflow.execute_activity(echo, word, start_to_close_timeout=TIMEOUT))
        try:
            await workflow.execute_activity(complain, word, start_to_close_timeout=TIMEOUT)
        except ActivityError as error:
            self.heard.append(str(error.cause))
        return word

    @act.validator
    def refuse(self, word: str) -> None:
        if word.startswith("no "):
            raise ApplicationError(f"refused: {word}", word, type="Refusal")

    @workflow.update
    async def fail(self, word: str) -> None:
        raise ApplicationError(f"failed: {word}", word, type="Refusal")

    @workflow.signal
    def end(self, word: str) -> None:
        self.told = word

    @workflow.query
    def so_far(self, word: str) -> list[str]:
        return [*self.heard, word]
