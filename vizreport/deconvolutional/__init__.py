"""Deconvolutional networks: convolutional sparse coding, learned without labels.

Zeiler, Krishnan, Taylor & Fergus (2010) and Zeiler, Taylor & Fergus (2011). What the rest of the
program calls a deconvnet is the probe of Zeiler & Fergus (2014), with no inference and no learning.
"""
