"""Findings: what a section claims, records of numbers and tests, and sentences made of them."""
