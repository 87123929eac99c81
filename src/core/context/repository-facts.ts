// What is known of a repository before anyone reads in it: its files, what they define, and in how many files a name is used. Read from what
// a program in the sandbox printed, which is hostile: whatever it says gives facts that are worth nothing at worst.

export type RepositoryFacts = {
  /** Paths, in the order in which they came; of a very large repository not all. */
  readonly files: readonly string[]
  /** How many files there are. */
  readonly count: number
  /** Files below a folder of the first two levels. */
  readonly folders: ReadonlyMap<string, number>
  /** What a file defines on its outermost level, in the order in which it stands there. */
  readonly symbols: ReadonlyMap<string, readonly string[]>
  /** In how many files a name occurs, its own included. */
  readonly uses: ReadonlyMap<string, number>
}

/** Between the parts: no path is empty, so none of them can look like it. */
export const PART_END = '\0\0'

const PATH_CHARACTERS = 300
const NAME = /[\p{L}_$][\p{L}\p{N}_$]{0,100}(?=[ (]*$)/u
/** Words that stand where a name would: nothing can be told of what has none. */
const NO_NAMES = new Set([
  'function',
  'class',
  'interface',
  'type',
  'struct',
  'enum',
  'return',
  'if',
  'for',
  'while',
  'else',
])

/**
 * `printed`: counts of files, all of them (`12`) and by folder (`12 src/core`), a line each; the paths, each followed by NUL; a line for
 * each definition, the path, NUL, and its words up to the name; uses, a line each (`12 name`). PART_END stands between the parts. What
 * does not look like that is passed over, and so is what was cut off.
 */
export function readFacts(printed: string): RepositoryFacts {
  const [counts = '', paths = '', definitions = '', uses = ''] = partsOf(printed)
  // The last record may have been cut.
  const files = [...new Set(paths.split('\0').slice(0, -1).map(plainPath).filter(isToldPath))]
  const folders = new Map<string, number>()
  let count = files.length
  for (const line of counts.split('\n')) {
    const [, number, folder] = /^ *(\d{1,9})(?: (.+))?$/.exec(line) ?? []
    if (number === undefined) continue
    if (folder === undefined) count = Math.max(count, Number(number))
    else if (isToldPath(folder)) folders.set(plainPath(folder), Number(number))
  }
  return { files, count, folders, symbols: symbolsIn(definitions, new Set(files)), uses: usesIn(uses) }
}

function partsOf(printed: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  while (parts.length < 3) {
    const end = printed.indexOf(PART_END, from)
    if (end === -1) break
    // The NUL of the last record belongs to it.
    parts.push(printed.slice(from, end + 1))
    from = end + PART_END.length
    // A list of records ends with a NUL itself.
    if (printed[from] === '\0') from += 1
  }
  return [...parts, printed.slice(from)]
}

function symbolsIn(text: string, files: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const symbols = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const end = line.indexOf('\0')
    const path = plainPath(line.slice(0, Math.max(0, end)))
    const name = end === -1 ? undefined : NAME.exec(line.slice(end + 1))?.[0]
    if (name === undefined || NO_NAMES.has(name) || !files.has(path)) continue
    symbols.set(path, (symbols.get(path) ?? new Set()).add(name))
  }
  return new Map([...symbols].map(([path, names]) => [path, [...names]]))
}

function usesIn(text: string): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, number, name] = /^ *(\d{1,9}) (\S+)$/.exec(line) ?? []
    if (number !== undefined && name !== undefined) uses.set(name, Number(number))
  }
  return uses
}

function plainPath(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path
}

/** Names with signs that nobody sees, or that go over several lines, are no help and may be there to mislead. */
function isToldPath(path: string): boolean {
  return path !== '' && path.length <= PATH_CHARACTERS && !/[\p{C}\p{Zl}\p{Zp}]/u.test(path)
}
