"""What an installation tells of itself to those who run it: counts for Prometheus, spans for OpenTelemetry."""
