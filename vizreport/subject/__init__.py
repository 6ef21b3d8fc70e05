"""The subject of every command: a network, what its outputs mean, pictures and labels."""
