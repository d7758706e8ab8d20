"""Samples of uncertain numbers: points of the unit cube, their correlation, factors over years.

Whatever samples are asked for together, each is the same to the last byte: every sum is written out
in a fixed order, as a matrix product may round by the shape of what it multiplies.
"""
