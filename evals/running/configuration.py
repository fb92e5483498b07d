"""An engine under other settings (`eval run --settings`, calibration, ablations)."""

from __future__ import annotations

from assistant.engine import Engine, EngineConfig
from assistant.reading.fitted import Fitted
from ingest.model.embedding import EncoderProtocol


def with_config(
    engine: Engine, config: EngineConfig, fitted: Fitted | None = None, encoder: EncoderProtocol | None = None
) -> Engine:
    """The same index and day under other settings; other heads, another view of the model, when given."""
    return Engine(
        engine.snapshot,
        encoder or engine.search.encoder,
        engine.register,
        engine.understanding.glossary,
        engine.contacts,
        engine.clock,
        config,
        fitted=fitted or engine.search.fitted,
    )
