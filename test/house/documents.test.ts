// The documents keep what they promise: links lead somewhere, commands and variables exist, and every word is explained.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { ENVIRONMENT } from '../../src/config.ts'
import { APPROVAL_STATUSES } from '../../src/core/vocabulary/approval.ts'
import { SCOPES } from '../../src/core/vocabulary/principal.ts'
import { TASK_STATUSES, TASK_TYPES } from '../../src/core/vocabulary/task.ts'
import { filesIn, readText, repositoryFiles, ROOT } from './repository.ts'

/** Prompts are for models, and the pages of project templates speak of other projects. */
const PAGES = repositoryFiles().filter((path) => path.endsWith('.md') && !/^(?:prompts|templates)\//.test(path))
/** A line with these words speaks of what is planned, and is not held to what exists. */
const PLANNED = /not there yet/i
/** Paths from the root, or from `src`; a path with a placeholder or a pattern in it names no one file. */
const OUR_PATHS =
  /`((?:src|core|adapters|processes|commands|console|contracts|migrations|prompts|docs|test|testkit|bench|bin|\.ci|\.github)\/[\w./-]+)`/g

test('every local link leads to a file, and every anchor to a heading', () => {
  const dead: string[] = []
  for (const page of PAGES) {
    for (const [, target = ''] of withoutFences(readText(page)).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)))
      if (!existsSync(join(ROOT, file))) dead.push(`${page}: ${target}`)
      else if (anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).has(anchor))
        dead.push(`${page}: ${target}`)
    }
  }
  assert.deepEqual(dead, [])
})

test('every file and folder that a document names in code is there', () => {
  const missing: string[] = []
  for (const page of PAGES) {
    for (const line of readText(page)
      .split('\n')
      .filter((text) => !PLANNED.test(text))) {
      for (const [, path = ''] of line.matchAll(OUR_PATHS)) {
        if (!existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path))) missing.push(`${page}: ${path}`)
      }
    }
  }
  assert.deepEqual(missing, [])
})

test('no document has a place left to fill', () => {
  const places = PAGES.filter((page) => /^[A-Z][A-Z ]{3,}$/m.test(withoutFences(readText(page))))
  assert.deepEqual(places, [])
})

test('every factotum command that a document names exists', () => {
  const known = commandPaths()
  const unknown: string[] = []
  for (const page of PAGES) {
    for (const line of readText(page)
      .split('\n')
      .filter((text) => !PLANNED.test(text))) {
      for (const named of commandsIn(line)) if (!known.has(named)) unknown.push(`${page}: factotum ${named}`)
    }
  }
  assert.deepEqual(unknown, [])
})

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Readonly<Record<string, string>> }
  const unknown = PAGES.flatMap((page) =>
    [...readText(page).matchAll(/\bnpm run ([a-z][\w:-]*)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${page}: ${name}`),
  )
  assert.deepEqual(unknown, [])
})

test('the operations page has every variable of the configuration, and no other', () => {
  const documented = [...readText('docs/operations.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(
    ([, name]) => name,
  )
  assert.deepEqual(new Set(documented), new Set(Object.keys(ENVIRONMENT.shape)))
})

test('every key and address that a message of the program tells people to set is one that it reads', () => {
  const told = filesIn(['src', 'console'], ['.ts', '.tsx'])
    .filter((path) => !path.endsWith('.test.ts'))
    .flatMap((path) => [...readText(path).matchAll(/\b[A-Z][A-Z0-9_]*_(?:API_KEY|BASE_URL)\b/g)].map(([name]) => name))
  assert.ok(told.length > 0)
  assert.deepEqual(
    told.filter((name) => !Object.hasOwn(ENVIRONMENT.shape, name)),
    [],
  )
})

test('the glossary explains every status, event, scope, folder and table', () => {
  const glossary = readText('docs/glossary.md')
  const words = [
    ...TASK_STATUSES,
    ...TASK_TYPES,
    ...APPROVAL_STATUSES,
    ...SCOPES,
    ...eventTypes(),
    ...foldersOf('src/core').map((name) => `core/${name}`),
    ...foldersOf('src/adapters').map((name) => `adapters/${name}`),
    ...tables(),
  ]
  assert.deepEqual(
    words.filter((word) => !glossary.includes(`\`${word}\``)),
    [],
  )
})

test('AGENTS.md stays under 60 lines', () => {
  assert.ok(readText('AGENTS.md').trimEnd().split('\n').length < 60)
})

function withoutFences(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '')
}

/** Anchors the way GitHub makes them from headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...withoutFences(readText(page)).matchAll(/^#{1,6} +(.*)$/gm)].map(([, text = '']) => text)
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** `task show` from `factotum task show ID` and from `npm run factotum -- task show ID`. */
function commandsIn(line: string): readonly string[] {
  const known = /(?:\bfactotum --|(?:^|[`$(]\s*)(?:npx )?factotum) ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*(?:\|[a-z]+)*))?/g
  return [...line.matchAll(known)].flatMap(([, first = '', rest]) => {
    if (rest === undefined || !GROUPS.has(first)) return [first]
    return rest.split('|').map((second) => `${first} ${second}`)
  })
}

const GROUPS = new Set([
  'task',
  'thread',
  'token',
  'user',
  'bot',
  'knowledge',
  'template',
  'mcp',
  'policy',
  'audit',
  'release',
])

function commandPaths(): ReadonlySet<string> {
  const names = subcommands([]).flatMap((name) => [
    name,
    ...(GROUPS.has(name) ? subcommands([name]) : []).map((sub) => `${name} ${sub}`),
  ])
  assert.ok(names.length > 0, 'the command line should list its commands')
  return new Set(names)
}

function subcommands(path: readonly string[]): readonly string[] {
  const run = spawnSync(process.execPath, [join(ROOT, 'src/main.ts'), ...path, '--help'], { encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  const list = run.stdout.split(/^Commands:\n/m)[1] ?? ''
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
}

function eventTypes(): readonly string[] {
  const names = [...readText('src/core/vocabulary/event.ts').matchAll(/Body<\s*'([a-z]+\.[a-z]+)'/g)]
  assert.ok(names.length > 15, 'the event types should be found in the vocabulary')
  return names.map(([, name = '']) => name)
}

function foldersOf(parent: string): readonly string[] {
  return [...new Set(filesIn([parent], ['.ts']).map((path) => path.slice(parent.length + 1).split('/')[0] ?? ''))]
}

function tables(): readonly string[] {
  const made = filesIn(['migrations'], ['.sql']).flatMap((path) =>
    [...readText(path).matchAll(/create table (?:if not exists )?(?:\w+\.)?(\w+)/gi)].map(([, name = '']) => name),
  )
  return [...new Set(made)]
}
