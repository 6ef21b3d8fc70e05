"""One builder a class: ``build(scene, rng, design) -> Subject``.

Designs 4 and 5 of each are kept for the test split.
"""
