"""Scenario discovery: which ranges of inputs lead to an outcome; pure functions on arrays.

`prim` peels samples off until a box is dense with cases of interest, `tree` splits all samples into
boxes by questions; `boxes` says what a box is, and how well it describes the cases.
"""
