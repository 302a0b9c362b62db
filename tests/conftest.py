"""What all tests share: an environment without the marks of the CI that may run them."""

from __future__ import annotations

import os

# Before any fixture: on GitHub the default output is another one.
for name in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(name, None)
