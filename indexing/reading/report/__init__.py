"""The reading report, its style sheet and its script."""

from indexing.reading.report.write import write_report

__all__ = ["write_report"]
