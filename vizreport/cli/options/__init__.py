"""The options that verbs share, one file a heading of the help.

What one verb alone takes stands in the verb's own file.
"""
