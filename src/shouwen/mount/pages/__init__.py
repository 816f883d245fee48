"""Page layout, components, words and view structs; templates of a subject live in its feature."""
