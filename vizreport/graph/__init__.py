"""What a network is: its operations, their geometry, its layers. No tensor is computed here."""
