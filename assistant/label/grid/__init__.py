"""The official grid: a workbook read, mapped, matched, imported."""
