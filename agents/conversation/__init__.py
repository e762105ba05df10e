"""The conversation: one turn in, one outcome out, with a model where there is one and by the planner where there is none."""

from agents.conversation.conversation import Conversation, ConversationParts
from agents.conversation.ports import ChangesPort, GatePort, NamesPort, RecordsPort

__all__ = ["ChangesPort", "Conversation", "ConversationParts", "GatePort", "NamesPort", "RecordsPort"]
