"""Networks in other formats, and back."""
