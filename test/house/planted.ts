// The planted violations, one for each rule of the house, each beside a clean twin that does the same thing rightly.

export type Planted = {
  readonly name: string
  /** The rule as oxlint reports it, e.g. `eslint(no-restricted-imports)`. */
  readonly rule: string
  /** The file that breaks it, and the one that does not. */
  readonly bad: string
  readonly clean: string
  /** Path to text: `bad`, `clean`, and what they need. */
  readonly files: Readonly<Record<string, string>>
}

const IMPORTS = 'eslint(no-restricted-imports)'
const PROPERTIES = 'eslint(no-restricted-properties)'
const GLOBALS = 'eslint(no-restricted-globals)'

const CLEAN_WORD = 'export const word = 1\n'

/** Everything that a clean twin imports has to exist, because the type-aware rules follow it. */
const GROUND: Readonly<Record<string, string>> = {
  'src/core/vocabulary/ground.ts': CLEAN_WORD,
  'src/core/ports/ground.ts': CLEAN_WORD,
  'src/core/task/ground.ts': CLEAN_WORD,
  'src/core/quality/ground.ts': CLEAN_WORD,
  'src/core/healing/ground.ts': CLEAN_WORD,
  'src/core/delivery/ground.ts': CLEAN_WORD,
  'src/core/approval/ground.ts': CLEAN_WORD,
  'src/core/context/ground.ts': CLEAN_WORD,
  'src/core/memory/ground.ts': CLEAN_WORD,
  'src/core/knowledge/ground.ts': CLEAN_WORD,
  'src/core/reading/ground.ts': CLEAN_WORD,
  'src/core/evidence/ground.ts': CLEAN_WORD,
  'src/core/conversation/ground.ts': CLEAN_WORD,
  'src/core/crew/ground.ts': CLEAN_WORD,
  'src/core/crew/tools/ground.ts': CLEAN_WORD,
  'src/core/dispatch/ground.ts': CLEAN_WORD,
  'src/adapters/postgres/ground.ts': CLEAN_WORD,
  'src/adapters/http/ground.ts': CLEAN_WORD,
  'src/adapters/models/ground.ts': CLEAN_WORD,
  'src/adapters/models/offline/ground.ts': CLEAN_WORD,
  'src/adapters/models/offline/recipes/sweet/ground.ts': CLEAN_WORD,
  'src/adapters/models/offline/recipes/ground.ts': CLEAN_WORD,
  'src/processes/ground.ts': CLEAN_WORD,
  'src/commands/ground.ts': CLEAN_WORD,
  // Each does what it alone may do, and what the other alone may do.
  'src/main.ts': 'export const main = [process.env, () => process.exit(0)]\n',
  'src/config.ts': 'export const config = [process.env, () => process.exit(0)]\n',
  'testkit/ground.ts': CLEAN_WORD,
}

const uses = (specifier: string) => `import { word } from '${specifier}'\nexport const here = word\n`

/** A file of `folder` that may not import `refused`, and may import `allowed`. */
function floor(name: string, folder: string, refused: string, allowed: string, ending = 'ts'): Planted {
  const slug = refused.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '')
  const [bad, clean] = [`${folder}/planted-${slug}-bad.${ending}`, `${folder}/planted-${slug}-clean.${ending}`]
  return { name, rule: IMPORTS, bad, clean, files: { ...GROUND, [bad]: uses(refused), [clean]: uses(allowed) } }
}

function words(name: string, rule: string, folder: string, badText: string, cleanText: string): Planted {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  const [bad, clean] = [`${folder}/planted-${slug}-bad.ts`, `${folder}/planted-${slug}-clean.ts`]
  return { name, rule, bad, clean, files: { ...GROUND, [bad]: badText, [clean]: cleanText } }
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `export const n${index} = ${index}\n`).join('')

const FLOORS: readonly Planted[] = [
  floor('the vocabulary imports a port', 'src/core/vocabulary', '../ports/ground.ts', './ground.ts'),
  floor('the vocabulary imports a package', 'src/core/vocabulary', 'zod', './ground.ts'),
  floor('a port imports a rule', 'src/core/ports', '../task/ground.ts', '../vocabulary/ground.ts'),
  floor('a port imports node', 'src/core/ports', 'node:fs', '../vocabulary/ground.ts'),
  floor('core/task imports core/quality', 'src/core/task', '../quality/ground.ts', '../ports/ground.ts'),
  floor('core/task imports core/crew', 'src/core/task', '../crew/ground.ts', '../vocabulary/ground.ts'),
  floor('core/task imports node', 'src/core/task', 'node:crypto', '../ports/ground.ts'),
  floor('core/delivery imports core/task', 'src/core/delivery', '../task/ground.ts', '../ports/ground.ts'),
  floor('core/context imports core/task', 'src/core/context', '../task/ground.ts', '../ports/ground.ts'),
  floor('core/memory imports core/context', 'src/core/memory', '../context/ground.ts', '../ports/ground.ts'),
  floor('core/knowledge imports core/memory', 'src/core/knowledge', '../memory/ground.ts', '../ports/ground.ts'),
  floor('core/reading imports core/knowledge', 'src/core/reading', '../knowledge/ground.ts', '../ports/ground.ts'),
  floor(
    'core/approval imports core/conversation',
    'src/core/approval',
    '../conversation/ground.ts',
    '../task/ground.ts',
  ),
  floor('core/conversation imports core/crew', 'src/core/conversation', '../crew/ground.ts', '../delivery/ground.ts'),
  floor(
    'core/dispatch imports core/conversation',
    'src/core/dispatch',
    '../conversation/ground.ts',
    '../approval/ground.ts',
  ),
  floor('core/quality imports core/crew', 'src/core/quality', '../crew/ground.ts', '../task/ground.ts'),
  floor('core/quality/checks imports core/crew', 'src/core/quality/checks', '../../crew/ground.ts', '../ground.ts'),
  floor('core/evidence imports core/task', 'src/core/evidence', '../task/ground.ts', '../ports/ground.ts'),
  floor('core/quality imports core/healing', 'src/core/quality', '../healing/ground.ts', '../task/ground.ts'),
  floor('core/healing imports core/crew', 'src/core/healing', '../crew/ground.ts', '../quality/ground.ts'),
  floor('core/healing imports core/task', 'src/core/healing', '../task/ground.ts', '../vocabulary/ground.ts'),
  floor('a rule of healing imports core/crew', 'src/core/healing/rules', '../../crew/ground.ts', '../ground.ts'),
  floor('core/crew imports core/dispatch', 'src/core/crew', '../dispatch/ground.ts', '../quality/ground.ts'),
  floor('core/crew imports an adapter', 'src/core/crew', '../../adapters/http/ground.ts', './tools/ground.ts'),
  floor('core/crew/tools imports core/dispatch', 'src/core/crew/tools', '../../dispatch/ground.ts', '../ground.ts'),
  floor(
    'core/dispatch imports an adapter',
    'src/core/dispatch',
    '../../adapters/postgres/ground.ts',
    '../crew/ground.ts',
  ),
  floor('core/dispatch imports a process', 'src/core/dispatch', '../../processes/ground.ts', '../task/ground.ts'),
  floor('core/dispatch imports a vendor', 'src/core/dispatch', 'pg', '../ports/ground.ts'),
  floor('an adapter imports another', 'src/adapters/postgres', '../http/ground.ts', '../../core/ports/ground.ts'),
  floor('a driven adapter imports a rule', 'src/adapters/postgres', '../../core/task/ground.ts', './ground.ts'),
  floor('an adapter imports the configuration', 'src/adapters/models', '../../config.ts', './offline/ground.ts'),
  floor('a nested adapter imports another', 'src/adapters/models/offline', '../../http/ground.ts', '../ground.ts'),
  floor('a driving adapter imports another', 'src/adapters/http', '../postgres/ground.ts', '../../core/task/ground.ts'),
  floor(
    'an adapter nested three deep imports another',
    'src/adapters/models/offline/recipes',
    '../../../http/ground.ts',
    '../ground.ts',
  ),
  floor('an adapter nested too deep', 'src/adapters/models/offline/recipes/sweet', '../ground.ts', './ground.ts'),
  floor(
    'a nested driving adapter imports another',
    'src/adapters/http/sockets',
    '../../postgres/ground.ts',
    '../../../core/task/ground.ts',
  ),
  floor('a process imports main', 'src/processes', '../main.ts', '../core/task/ground.ts'),
  floor('a process imports a command', 'src/processes', '../commands/ground.ts', '../adapters/http/ground.ts'),
  floor('a command imports main', 'src/commands', '../main.ts', '../processes/ground.ts'),
  floor('an adapter imports the process', 'src/adapters/http', 'node:process', '../../core/dispatch/ground.ts'),
  floor(
    'the console imports a rule',
    'console/src',
    '../../src/core/task/ground.ts',
    '../../src/core/vocabulary/ground.ts',
  ),
  floor(
    'the console imports an adapter',
    'console/src',
    '../../src/adapters/http/ground.ts',
    '../../src/core/vocabulary/ground.ts',
  ),
  floor(
    'the console imports a port',
    'console/src',
    '../../src/core/ports/ground.ts',
    '../../src/core/vocabulary/ground.ts',
  ),
  floor(
    'the console imports the testkit',
    'console/src',
    '../../testkit/ground.ts',
    '../../src/core/vocabulary/ground.ts',
  ),
]

const AMBIENT: readonly Planted[] = [
  words(
    'Date.now in the core',
    PROPERTIES,
    'src/core/task',
    'export const at = Date.now()\n',
    'export const at = new Date(0).getTime()\n',
  ),
  words(
    'new Date() in the core',
    'house(no-ambient-date)',
    'src/core/crew',
    'export const at = new Date()\n',
    'export const at = new Date(5)\n',
  ),
  words(
    'Date() in the core',
    'house(no-ambient-date)',
    'src/core/task',
    'export const at = Date()\n',
    'export const at = String(new Date(5))\n',
  ),
  words(
    'Math.random in the core',
    PROPERTIES,
    'src/core/dispatch',
    'export const n = Math.random()\n',
    'export const n = Math.max(1, 2)\n',
  ),
  words(
    'a timer signal in the core',
    PROPERTIES,
    'src/core/task',
    'export const s = AbortSignal.timeout(5)\n',
    'export const s = AbortSignal.any([])\n',
  ),
  ...[
    'process',
    'crypto',
    'performance',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'fetch',
    'WebSocket',
    'Buffer',
    'console',
    'globalThis',
  ].map((name) =>
    words(
      `${name} in the core`,
      GLOBALS,
      'src/core/quality',
      `export const it: unknown = ${name}\n`,
      `export const it = '${name}'\n`,
    ),
  ),
]

const PROGRAM: readonly Planted[] = [
  words(
    'process.exit outside main',
    PROPERTIES,
    'src/commands',
    'export const end = () => process.exit(1)\n',
    'export const end = () => 1\n',
  ),
  words(
    'process.exit in an adapter',
    PROPERTIES,
    'src/adapters/http',
    'export const end = () => process.exit(1)\n',
    'export const end = () => process.pid\n',
  ),
  words(
    'process.env outside config',
    PROPERTIES,
    'src/processes',
    'export const home = process.env\n',
    'export const home = process.cwd()\n',
  ),
  words(
    'process.env in the runner',
    PROPERTIES,
    'src/adapters/sandbox/runner',
    'export const home = process.env\n',
    'export const end = () => process.exit(1)\n',
  ),
  {
    name: 'a unit test that starts a process of the program',
    rule: IMPORTS,
    bad: 'src/core/task/planted-bad.test.ts',
    clean: 'src/core/task/planted-clean.test.ts',
    files: {
      ...GROUND,
      'src/core/task/planted-bad.test.ts': uses('../../processes/ground.ts'),
      'src/core/task/planted-clean.test.ts': `${uses('../../adapters/postgres/ground.ts')}setTimeout(() => Date.now(), 1)\n`,
    },
  },
  words(
    'process.env taken apart',
    PROPERTIES,
    'src/adapters/models',
    'export const { env } = process\n',
    'export const { pid } = process\n',
  ),
  words(
    'pg outside its adapter',
    'house(vendors-at-home)',
    'src/adapters/http',
    `import pg from 'pg'\nexport const pool = pg\n`,
    CLEAN_WORD,
  ),
  words(
    'a model vendor in a process',
    'house(vendors-at-home)',
    'src/processes',
    `import * as sdk from '@ai-sdk/openai'\nexport const it = sdk\n`,
    uses('../adapters/models/ground.ts'),
  ),
]

const TYPES: readonly Planted[] = [
  words(
    'a port imports the schema library as a value',
    IMPORTS,
    'src/core/ports',
    `import { z } from 'zod'\nexport const it = z\n`,
    `import type { z } from 'zod'\nexport type T = z.ZodType\n`,
  ),
  words(
    'a promise left alone',
    'typescript(no-floating-promises)',
    'src/adapters/http',
    'export function go(): void {\n  Promise.resolve(1)\n}\n',
    'export function go(): void {\n  void Promise.resolve(1)\n}\n',
  ),
  words(
    'an async function where a condition is wanted',
    'typescript(no-misused-promises)',
    'src/adapters/http',
    `export const is = async () => true\nexport const it = is() ? 1 : 2\n`,
    'export const is = async () => true\nexport const it = async () => ((await is()) ? 1 : 2)\n',
  ),
  words(
    'a switch that forgets a case',
    'typescript(switch-exhaustiveness-check)',
    'src/core/task',
    `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 0\n}\n`,
    `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n    case 'b':\n      return 2\n  }\n}\n`,
  ),
  words('any', 'typescript(no-explicit-any)', 'src/core/ports', 'export type T = any\n', 'export type T = unknown\n'),
  words(
    'a type imported as a value',
    'typescript(consistent-type-imports)',
    'src/core/crew',
    `import { Word } from './planted-word.ts'\nexport type T = Word\n`,
    `import type { Word } from './planted-word.ts'\nexport type T = Word\n`,
  ),
  words(
    'a namespace',
    'typescript(no-namespace)',
    'src/core/crew',
    'export namespace N {\n  export const a = 1\n}\n',
    CLEAN_WORD,
  ),
  words(
    'a parameter property',
    'typescript(parameter-properties)',
    'src/core/ports',
    'export class C {\n  constructor(readonly a: number) {}\n}\n',
    'export class C {\n  readonly a: number\n  constructor(a: number) {\n    this.a = a\n  }\n}\n',
  ),
]

const SHAPE: readonly Planted[] = [
  words('a default export', 'import(no-default-export)', 'src/commands', 'export default 1\n', CLEAN_WORD),
  words(
    'a barrel of everything',
    'house(no-reexport)',
    'src/commands',
    `export * from './ground.ts'\n`,
    uses('./ground.ts'),
  ),
  words(
    'a barrel of names',
    'house(no-reexport)',
    'testkit',
    `export { word } from './ground.ts'\n`,
    uses('./ground.ts'),
  ),
  words('a file of 401 lines', 'eslint(max-lines)', 'src/adapters/http', lines(401), lines(400)),
  words(
    'a dynamic import up the floors',
    IMPORTS,
    'src/core/task',
    `export const it = () => import('../crew/ground.ts')\n`,
    `export const it = () => import('../ports/ground.ts')\n`,
  ),
  words(
    'require',
    'typescript(no-require-imports)',
    'src/commands',
    `export const fs: unknown = require('node:fs')\n`,
    `import fs from 'node:fs'\nexport const it = fs\n`,
  ),
  {
    name: 'two files that import each other, types included',
    rule: 'import(no-cycle)',
    bad: 'src/core/crew/planted-cycle-one.ts',
    clean: 'src/core/crew/planted-line-one.ts',
    files: {
      'src/core/crew/planted-cycle-one.ts': `import type { Two } from './planted-cycle-two.ts'\nexport type One = Two | 1\n`,
      'src/core/crew/planted-cycle-two.ts': `import type { One } from './planted-cycle-one.ts'\nexport type Two = One[] | 2\n`,
      'src/core/crew/planted-line-one.ts': `import type { Line } from './planted-line-two.ts'\nexport type One = Line | 1\n`,
      'src/core/crew/planted-line-two.ts': 'export type Line = 2\n',
      'src/core/crew/planted-word.ts': 'export type Word = 1\n',
    },
  },
  {
    name: 'a file name that is not in kebab-case',
    rule: 'unicorn(filename-case)',
    bad: 'src/core/task/PlantedName.ts',
    clean: 'src/core/task/planted-name.ts',
    files: { 'src/core/task/PlantedName.ts': CLEAN_WORD, 'src/core/task/planted-name.ts': CLEAN_WORD },
  },
]

export const PLANTED: readonly Planted[] = [...FLOORS, ...AMBIENT, ...PROGRAM, ...TYPES, ...SHAPE]
