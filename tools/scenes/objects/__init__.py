"""One builder a class: ``build(scene, rng, design) -> Subject``.

Design 5 of each is the construction that is held out. ``rng`` is a ``Draws``: what makes the object
comes from its ``between`` and ``colour``, of which training sees a part; scatter from NumPy's.
"""
