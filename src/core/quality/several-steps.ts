// A test script of several commands ends at the first that fails: whoever compares two runs of it has to know.

/** The rule of the note on such a script. */
export const SEVERAL_STEPS = 'several-steps'
