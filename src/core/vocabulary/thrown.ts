// JavaScript throws whatever it likes: what is said of it is found in one way.

/** The words of anything that was thrown; never its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
