"""The language server: what a spec says of itself, in the editor, as its author types."""
