"""Pictures of networks, activations and outputs, as SVG that says in words what it shows."""
