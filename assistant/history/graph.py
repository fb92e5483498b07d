"""The conversation as a LangGraph graph: read ─► answer ─► END, with the memory as its checkpointed state.

Guarantee: one checkpoint a turn, written at its end. The question, the understood question and the answer travel in
channels that are never checkpointed (answers are kept once, as history); LangGraph's default would write the whole
state at every step and keep every version of it. A turn that fails leaves the memory of the turn before. Nothing of a
question is sent to a tracing service, whatever the environment says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.channels import UntrackedValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langsmith import tracing_context

from assistant.answer import Answer
from assistant.dialogue.memory import Memory, Plain
from assistant.dialogue.turns import Asked
from assistant.engine import Engine, OnEvidence
from assistant.observing.spans import span
from assistant.reading.message import Message


class State(TypedDict, total=False):
    """`memory` is the checkpoint; the rest lives for one turn."""

    memory: Plain
    asked: Annotated[Asked, UntrackedValue]
    message: Annotated[Message, UntrackedValue]
    answer: Annotated[Answer, UntrackedValue]


@dataclass(frozen=True, slots=True)
class Context:
    """What a turn runs on: the engine of the snapshot serving at its start."""

    engine: Engine
    conversation_id: str
    on_evidence: OnEvidence | None = None


class ConversationGraph:
    """Runs turns over a checkpointer."""

    def __init__(self, checkpointer: BaseCheckpointSaver[Any]) -> None:
        builder = StateGraph(State, context_schema=Context)
        builder.add_node("read", _read)
        builder.add_node("answer", _answer)
        builder.add_edge(START, "read")
        builder.add_edge("read", "answer")
        builder.add_edge("answer", END)
        self._graph = builder.compile(checkpointer=checkpointer)

    def run(self, asked: Asked, context: Context) -> Answer:
        """One turn: the answer; the memory is checkpointed under the conversation's id."""
        with tracing_context(enabled=False):
            final = self._graph.invoke(
                {"asked": asked}, _config(context.conversation_id), context=context, durability="exit"
            )
        answer = final["answer"]
        assert isinstance(answer, Answer)
        return answer

    def memory(self, conversation_id: str) -> Memory | None:
        """What a conversation remembers; None before its first turn."""
        raw = self._graph.get_state(_config(conversation_id)).values.get("memory")
        return Memory.of(raw) if raw else None

    def remember(self, conversation_id: str, memory: Memory) -> None:
        """What a conversation is to remember, from a backup."""
        self._graph.update_state(_config(conversation_id), {"memory": memory.plain()}, as_node="answer")


def _config(conversation_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": conversation_id}, "callbacks": []}


def _read(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The question, in the light of the turn before it."""
    raw = state.get("memory")
    with span("read"):
        return {"message": runtime.context.engine.read(state["asked"], Memory.of(raw) if raw else None)}


def _answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """The answer, and what to remember."""
    context, raw = runtime.context, state.get("memory")
    previous = Memory.of(raw) if raw else None
    with span("answer"):
        answer, memory = context.engine.answer(
            state["message"], previous, conversation_id=context.conversation_id, on_evidence=context.on_evidence
        )
    return {"answer": answer, "memory": memory.plain()}
