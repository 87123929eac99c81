// The search tool in a real sandbox: by ripgrep, and by grep where there is none; with patterns and names that mean harm.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { searchTool } from '../../src/core/crew/tools/search.ts'
import type { ToolContext, ToolOutcome } from '../../src/core/crew/tools/tool.ts'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'

const ground = prepareGround()
const bytes = (text: string) => new TextEncoder().encode(text)
const WAYS = ['ripgrep', 'grep'] as const
let sandbox: Sandbox | null = null

before(async () => {
  sandbox = await ground.provider.open(ground.newTask(), LIMITS).catch(() => null)
  const files = {
    'src/a.ts': 'const one = 1\nexport function findMe(): void {}\nconst two = 2\n',
    'src/b.js': 'findMe()\nFINDME()\n',
    'ignored/c.ts': 'findMe()\n',
    '.gitignore': 'ignored/\n',
    '.hidden/d.ts': 'findMe()\n',
    'node_modules/e/e.ts': 'findMe()\n',
    '.git/config': 'findMe()\n',
    '-e $(touch owned)\n.txt': 'strange findMe\n',
    'long.txt': `${'x'.repeat(100_000)}findMe\n`,
    'many.txt': 'every line\n'.repeat(5_000),
    'binary.bin': 'findMe\0\0',
  }
  for (const [path, text] of Object.entries(files)) await sandbox?.writeFile(path, bytes(text))
})
after(() => sandbox?.close())

/** Null where this machine has no sandbox, or no ripgrep. */
async function searchBy(way: (typeof WAYS)[number]) {
  const here = sandbox
  if (here === null) return null
  const which = { command: 'command -v rg', cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 }
  if (way === 'ripgrep' && (await here.exec(which, new AbortController().signal)).exitCode !== 0) return null
  const env = way === 'grep' ? { PATH: '/usr/bin:/bin' } : {}
  const context: ToolContext = {
    sandbox: { ...here, exec: (one, ...rest) => here.exec({ ...one, env: { ...one.env, ...env } }, ...rest) },
    signal: new AbortController().signal,
    onOutput: () => undefined,
    publish: async () => '',
    skills: [],
    limits: { commandMs: 20_000, sandbox: { memoryBytes: 1_000_000 } },
  }
  return async (input: object) => searchTool.run(input, context)
}

for (const way of WAYS) {
  test(`${way}: finds lines with their files and numbers, narrowed by path, glob and case`, async (t) => {
    const search = await searchBy(way)
    if (search === null) return t.skip(`there is no sandbox with ${way}`)
    const { output } = await search({ pattern: 'findMe', path: 'src' })
    assert.deepEqual(output.trim().split('\n').toSorted(), [
      'src/a.ts:2:export function findMe(): void {}',
      'src/b.js:1:findMe()',
    ])
    assert.equal(
      (await search({ pattern: 'find(Me|You)', path: 'src', glob: '*.js' })).output.trim(),
      'src/b.js:1:findMe()',
    )
    assert.equal((await search({ pattern: 'findme', path: 'src' })).output, 'Nothing found.')
    const anyCase = await search({ pattern: 'findme', glob: '*.js', ignore_case: true })
    assert.equal(anyCase.output.trim(), 'src/b.js:1:findMe()\nsrc/b.js:2:FINDME()')
    const around = await search({ pattern: 'findMe', glob: '*.ts', path: 'src', context: 1 })
    assert.match(around.output, /src\/a\.ts-1-const one = 1\nsrc\/a\.ts:2:.*\nsrc\/a\.ts-3-const two/)
  })

  test(`${way}: what is no source is left out, and long lines and many hits are cut`, async (t) => {
    const search = await searchBy(way)
    if (search === null) return t.skip(`there is no sandbox with ${way}`)
    const { output } = await search({ pattern: 'findMe' })
    assert.match(output, /^\.hidden\/d\.ts:1:/m)
    assert.doesNotMatch(output, /node_modules|\.git\/|\0/)
    if (way === 'ripgrep') assert.doesNotMatch(output, /ignored/)
    const globbed = await search({ pattern: 'findMe', glob: '*.ts' })
    if (way === 'ripgrep') assert.doesNotMatch(globbed.output, /ignored/)
    for (const line of output.split('\n')) assert.ok(line.length < 600, `${line.length}`)
    assert.equal((await search({ pattern: 'every', path: 'many.txt' })).output.trim().split('\n').length, 20)
  })

  test(`${way}: patterns, paths and names that mean harm do none`, async (t) => {
    const search = await searchBy(way)
    if (search === null || sandbox === null) return t.skip(`there is no sandbox with ${way}`)
    for (const pattern of ['--pre=touch', "'; touch owned; '", '$(touch owned)', '-f/etc/passwd', '`touch owned`'])
      assert.equal((await search({ pattern })).ok, true, pattern)
    for (const input of [
      { pattern: '(', path: 'src' },
      { pattern: '((((a{1,1000}){1,1000}){1,1000}){1,1000})', path: 'src' },
    ]) {
      const refused: ToolOutcome = await search(input)
      assert.equal(refused.ok, false, input.pattern)
      assert.ok(refused.output.length < 5_000)
    }
    assert.ok((await search({ pattern: '(x+x+)+y', path: 'long.txt' })).output.length < 5_000)
    assert.ok((await search({ pattern: 'findMe', glob: '$(touch owned)' })).output.length < 5_000)
    assert.match((await search({ pattern: 'root', path: '-f/etc/passwd' })).output, /No such file/)
    assert.deepEqual(await sandbox.readFile('owned', 10), { type: 'refused', reason: 'not_found' })
    assert.equal((await search({ pattern: 'findMe', path: 'src' })).ok, true, 'the sandbox is still there')
  })
}
