"""The same doors for programs: REST under `/api/v1`, described by its own OpenAPI document."""
