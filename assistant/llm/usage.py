"""What a question cost its language model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Calls made, replies found in memory, tokens as the provider counts them (0 when it does not), milliseconds
    waited."""

    calls: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    ms: float = 0.0
