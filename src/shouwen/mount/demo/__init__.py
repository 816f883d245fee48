"""The demo company: pictures drawn by us and people invented by us, described purely."""
