import Testing

/// Whole pipelines, one after the other: they share an engine, and each has work for every core.
@Suite(.serialized) enum PipelineTests {}
