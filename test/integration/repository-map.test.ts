// A repository in several languages, looked at in a real sandbox: by ripgrep, and by find and grep where there is none.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { countTokens } from '../../src/core/context/tokens.ts'
import { renderMap } from '../../src/core/context/repository-map.ts'
import { lookAround } from '../../src/core/crew/look-around.ts'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'

const ground = prepareGround()
const { signal } = new AbortController()
let sandbox: Sandbox | null = null

const FILES: Readonly<Record<string, string>> = {
  'package.json': '{}',
  'web/page.ts':
    'export async function showPage() {}\nexport const COLOURS = []\nfunction inner() { const local = 1 }\n',
  'web/old.js': 'exports.oldThing = 1\nclass Widget {}\n  function indented() {}\n',
  'web/use.tsx': 'showPage(); showPage(); COLOURS; import x from "y"\nexport default function () {}\n',
  'api/views.py': 'class OrderView:\n    def get(self):\n        pass\n\nasync def list_orders():\n    showPage\n',
  'go/server.go': 'type Server struct {}\nfunc (s *Server) Handle(w int) {}\nfunc main() {}\n',
  'rust/lib.rs': 'pub(crate) struct Engine;\npub async fn start_engine() {}\nmacro_rules! shout { () => {} }\n',
  'java/App.java': 'package x;\npublic final class App {\n    public static void main() {}\n}\n',
  'ruby/cart.rb': 'module Shop\n  class Cart\n    def total; end\n  end\nend\n',
  'php/user.php': '<?php\nfinal class User {\n    function name() {}\n}\n',
  'c/list.c': '#define LIST_MAX 10\nstatic int list_push(struct list *l) {\n  return 0;\n}\nstruct list { int n; };\n',
  'ignored/made.ts': 'export function madeThing() {}\n',
  '.gitignore': 'ignored/\n',
  'node_modules/dep/index.js': 'function depThing() {}\n',
  'docs/a\nb.md': 'showPage\n',
  'docs/$(touch owned).md': 'x',
  'big.ts': `export const big = '${'x'.repeat(700_000)}'\n`,
  'blob.ts': 'export function blobThing() {}\0\0\0',
}

before(async () => {
  sandbox = await ground.provider.open(ground.newTask(), LIMITS).catch(() => null)
  for (const [path, text] of Object.entries(FILES)) await sandbox?.writeFile(path, new TextEncoder().encode(text))
  const links = 'ln -s / everything; ln -s . again; mkfifo pipe; ln -s /etc/passwd web/passwd.ts'
  const made = { command: links, cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 }
  await sandbox?.exec(made, signal)
})
after(() => sandbox?.close())

for (const way of ['ripgrep', 'grep'] as const) {
  test(`${way}: what files define is found in each language, and what is no source is not`, async (t) => {
    const here = sandbox
    if (here === null) return t.skip('this machine has no sandbox')
    const which = { command: 'command -v rg', cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 }
    if (way === 'ripgrep' && (await here.exec(which, signal)).exitCode !== 0) return t.skip('there is no ripgrep')
    const env = way === 'grep' ? { PATH: '/usr/bin:/bin' } : {}
    const facts = await lookAround({ exec: (command, ...rest) => here.exec({ ...command, env }, ...rest) }, signal)
    assert.ok(facts !== null)
    const found = Object.fromEntries([...facts.symbols].map(([path, names]) => [path, names.toSorted()]))
    assert.deepEqual(found['web/page.ts'], ['COLOURS', 'inner', 'showPage'])
    assert.deepEqual(found['web/old.js'], ['Widget', 'oldThing'])
    assert.equal(found['web/use.tsx'], undefined)
    assert.deepEqual(found['api/views.py'], ['OrderView', 'list_orders'])
    assert.deepEqual(found['go/server.go'], ['Handle', 'Server', 'main'])
    assert.deepEqual(found['rust/lib.rs'], ['Engine', 'shout', 'start_engine'])
    assert.deepEqual(found['java/App.java'], ['App'])
    assert.deepEqual(found['ruby/cart.rb'], ['Cart', 'Shop'])
    assert.deepEqual(found['php/user.php'], ['User', 'name'])
    assert.deepEqual(found['c/list.c'], ['LIST_MAX', 'list', 'list_push'])
    assert.equal(facts.uses.get('showPage'), 3, 'files, not places, and only those that are source')
    assert.deepEqual(
      facts.files.filter((path) => /node_modules|passwd|everything|\n/.test(path)),
      [],
    )
    if (way === 'ripgrep') assert.deepEqual([found['ignored/made.ts'], found['big.ts']], [undefined, undefined])
    const map = renderMap(facts, 'orders', 400)
    assert.ok(countTokens(map) <= 400)
    assert.match(map, /api\/views\.py: .*list_orders/)
    assert.deepEqual(await here.readFile('owned', 10), { type: 'refused', reason: 'not_found' })
    const left = { command: 'ls /tmp', cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 }
    assert.equal((await here.exec(left, signal)).stdout.trim(), '')
  })
}
