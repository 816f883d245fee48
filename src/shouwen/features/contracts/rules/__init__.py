"""Pure contract rules: formulas, the buyout ladder, publishing, signing, quotes."""
