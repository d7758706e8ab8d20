"""Which inputs an output depends on, and how much: pure functions on arrays.

`sobol` shares out the variance, `morris` screens many inputs with few runs, `tornado` moves one at
a time, and `regression` reads what it can off an ensemble that is there already. The first three
give points of the unit cube to run and take what came out; an input may have several columns, one
for each year of a process.
"""
