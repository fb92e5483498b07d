"""Waiting in a page whose policy forbids `eval`, which Playwright's own `wait_for_function` needs as soon as it polls."""

from __future__ import annotations

from typing import Any


def counted(page: Any, selector: str, n: int) -> None:
    """Wait until `n` elements match."""
    from playwright.sync_api import expect

    expect(page.locator(selector)).to_have_count(n, timeout=10_000)
