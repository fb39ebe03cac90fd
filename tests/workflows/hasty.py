"""A workflow that was changed carelessly, in a file without side effects as the sandbox wants it."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.case import CaseWorkflow
    from workflows.messages import CaseStart


@workflow.defn(name="case")
class Hasty(CaseWorkflow):
    """The case workflow with one step more, unversioned: what must not happen."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> None:
        await workflow.sleep(1)
        await super().run(start)
