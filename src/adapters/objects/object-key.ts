// Which keys objects may have: the same wherever they are kept, so that they can be moved from one place to another.

/** Parts of letters, digits, `.`, `_` and `-`, none beginning with a dot, joined by slashes: never a way out of the folder. */
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/
const MAX_KEY = 512
const MAX_PART = 200

/** The parts of the key. Throws for one that is none. */
export function partsOf(key: string): readonly string[] {
  const parts = key.split('/')
  if (!KEY.test(key) || key.length > MAX_KEY || parts.some((part) => part.length > MAX_PART)) {
    throw new Error(`"${key.slice(0, MAX_KEY)}" can't be the key of an object`)
  }
  return parts
}
