// A map of a repository for a model: folders, manifests and entry points, and what the files define that matter most for the work, within a
// budget of tokens. Pure: the same facts, words and budget give the same map.
import { quote, withoutTags } from './quote.ts'
import { rankFiles } from './rank-files.ts'
import type { RepositoryFacts } from './repository-facts.ts'
import { countTokens } from './tokens.ts'

const MANIFESTS =
  /^(?:package\.json|pyproject\.toml|requirements[^/]*\.txt|setup\.py|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|CMakeLists\.txt|Makefile|Dockerfile|(?:docker-)?compose\.ya?ml|tsconfig\.json|deno\.json|README(?:\.(?:md|rst|txt))?|AGENTS\.md|CONTRIBUTING\.md)$/i
const ENTRIES = /^(?:main|index|app|server|cli|manage|__main__|lib|mod|program)\.\w+$/i
const MOST_ENTRIES = 30
/** Of the budget: what is left of a part goes to the files. */
const SHARES = { folders: 0.2, entries: 0.2 }
const SYMBOLS_A_FILE = 8
const NAME_CHARACTERS = 60
const MORE = 'There are more files than these: `list` and `search` show them.'

/** At most `budget` tokens, tags and all; empty where that is too little for anything. `words` say what the work is about. */
export function renderMap(facts: RepositoryFacts, words: string, budget: number): string {
  const ranked = rankFiles(facts, words)
  const head = [headLine(facts)]
  const lines: string[] = []
  let room = budget - countTokens(frame([...head, 'x'])) - countTokens(MORE)

  /** As many as fit into `share` tokens, in the order given. */
  function fitting(candidates: readonly string[], share: number): readonly string[] {
    const fit: string[] = []
    let left = Math.min(room, share)
    for (const candidate of candidates) {
      // Nothing in a line can end the quotation; what that adds is counted.
      const line = withoutTags(candidate)
      const cost = countTokens(`${line}\n`)
      if (cost > left) continue
      left -= cost
      room -= cost
      fit.push(line)
    }
    return fit
  }

  const folders = [...facts.folders].toSorted(([one, few], [other, many]) => many - few || (one < other ? -1 : 1))
  lines.push(
    ...inOrder(
      fitting(
        folders.map(([folder, count]) => `${folder}/ ${count} files`),
        budget * SHARES.folders,
      ),
    ),
  )
  const entries = ranked.filter(({ path }) => isEntry(path)).slice(0, MOST_ENTRIES)
  lines.push(
    ...inOrder(
      fitting(
        entries.map(({ path }) => path),
        budget * SHARES.entries,
      ),
    ),
  )
  const named = new Set(lines)
  const others = ranked.filter(({ path, symbols }) => symbols.length > 0 || !named.has(withoutTags(path)))
  lines.push(...inOrder(fitting(others.map(fileLine), budget)))
  if (lines.length === 0) return ''
  // The parts were counted one by one; whatever that missed is made good here.
  for (let text = frame([...head, ...lines]); ; text = frame([...head, ...lines])) {
    if (countTokens(text) <= budget) return text
    if (lines.pop() === undefined) return ''
  }
}

function frame(lines: readonly string[]): string {
  return `${quote('files', lines.join('\n'))}\n${MORE}`
}

function headLine({ count, files }: RepositoryFacts): string {
  const kinds = new Map<string, number>()
  for (const file of files) {
    const kind = /[^/]\.(\w{1,8})$/.exec(file)?.[1]
    if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  const most = [...kinds].toSorted(([one, few], [other, many]) => many - few || (one < other ? -1 : 1)).slice(0, 5)
  return `${count} files${most.map(([kind, many]) => `, ${many} .${kind}`).join('')}`
}

function isEntry(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  // Far below, every folder has an index.
  return MANIFESTS.test(name) || (ENTRIES.test(name) && path.split('/').length <= 3)
}

function fileLine({ path, symbols }: { readonly path: string; readonly symbols: readonly string[] }): string {
  const told = symbols.slice(0, SYMBOLS_A_FILE).map((name) => name.slice(0, NAME_CHARACTERS))
  const more = symbols.length > told.length ? ', …' : ''
  return told.length === 0 ? path : `${path}: ${told.join(', ')}${more}`
}

function inOrder(lines: readonly string[]): readonly string[] {
  return lines.toSorted()
}
