// Where work starts and where it goes, on the command line: a repository, an archive, a template, another task, and a delivery, for real.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { zipSync } from 'fflate'
import { git, gitServer } from '../integration/git-world.ts'
import { runCommandLines } from '../support/command-lines.ts'
import { eventsOf } from '../support/factotum.ts'
import { placeOfFile } from '../support/place-of-file.ts'
import { withoutPostgres } from '../support/postgres.ts'

const { place } = placeOfFile()
const skip = withoutPostgres
const NOBODY = '01900000-0000-7000-8000-000000000000'
const server = gitServer({ after }, null)
const listener = http.createServer(server.answer)
after(() => listener.close())
let url = ''

/** Made by the first test that needs it. */
let prepared: Promise<void> | null = null
const ready = (): Promise<void> => (prepared ??= prepare())

async function prepare(): Promise<void> {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  assert.ok(typeof address === 'object' && address !== null)
  url = `http://127.0.0.1:${address.port}/ada/shop`
  server.commit('ada/shop', { 'README.md': 'top\n', 'app/a.txt': 'shop\n', 'other/b.txt': 'other\n' })
  await mkdir(place.dataDir, { recursive: true })
  const egress = [{ host: '127.0.0.1', ports: [address.port], private: true }]
  await writeFile(join(place.dataDir, 'policy.json'), JSON.stringify({ version: 1, egress }))
  await writeFile(join(place.folder, 'a.zip'), zipSync({ 'top/a.txt': new TextEncoder().encode('packed\n') }))
  await writeFile(join(place.folder, 'notes.txt'), 'no archive')
}

test('what can not be a source, or be delivered, is said in one line', { skip }, async () => {
  await ready()
  const lines: readonly (readonly [RegExp, number, ...string[]])[] = [
    [/starts from one thing/, 2, 'run', 'x', '--git', url, '--template', 'cli-tool'],
    [/--path names folders of --git/, 2, 'run', 'x', '--path', 'a'],
    [/--git: .*http/, 2, 'run', 'x', '--git', 'ssh://git@host/x'],
    [/--git: "a\.\.b" names no branch/, 2, 'run', 'x', '--git', `${url}#a..b`],
    [/--git: "\.\.\/x" is no folder/, 2, 'run', 'x', '--git', url, '--path', '../x'],
    [/--archive: notes\.txt is no \.zip/, 2, 'run', 'x', '--archive', 'notes.txt'],
    [/--archive: .*gone\.zip is not a file/, 2, 'run', 'x', '--archive', 'gone.zip'],
    [/no template/i, 2, 'run', 'x', '--template', 'no-such'],
    [/There is no task/, 1, 'run', 'x', '--from', NOBODY],
    [/There is no task/, 1, 'deliver', NOBODY, '--yes'],
    [/is no task id/, 2, 'deliver', 'not-an-id', '--yes'],
  ]
  const ended = await runCommandLines(
    place,
    lines.map(([, , ...line]) => line),
  )
  for (const [index, { code, stderr }] of ended.entries()) {
    const [said = /$^/, wanted, ...line] = lines[index] ?? []
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.match(stderr, said, line.join(' '))
    assert.equal(code, wanted, `${line.join(' ')}: ${stderr}`)
  }
})

test(
  'an archive, a template, an earlier task, a folder of a repository: each lies there when work begins',
  { skip },
  async () => {
    await ready()
    const ended = await runCommandLines(place, [
      ['run', '--shell', 'cat a.txt', '--archive', 'a.zip', '--yes', '--json'],
      ['run', '--shell', 'ls', '--template', 'cli-tool', '--yes', '--json'],
      ['run', '--shell', 'cat app/a.txt; ls', '--git', `${url}#main`, '--path', 'app', '--yes', '--json'],
      ['run', '--shell', 'ls', '--git', `${url}#nowhere`, '--yes', '--json'],
    ])
    const [archive, template, folder, nowhere] = ended
    const output = (stdout = '') => JSON.stringify(eventsOf(stdout).at(-1))
    assert.equal(archive?.code, 0, archive?.stderr)
    assert.match(output(archive?.stdout), /packed/)
    assert.equal(template?.code, 0, template?.stderr)
    assert.match(output(template?.stdout), /package\.json/)
    assert.equal(folder?.code, 0, folder?.stderr)
    assert.match(output(folder?.stdout), /shop/)
    assert.doesNotMatch(output(folder?.stdout), /other/)
    assert.equal(nowhere?.code, 1)
    assert.match(output(nowhere?.stdout), /has no branch, tag or commit nowhere/)
  },
)

test(
  'work on a repository is delivered to it: asked first, once said yes to pushed, and never twice',
  { skip },
  async () => {
    await ready()
    const made = await place.run('run', 'create a hello world web app', '--git', url, '--json')
    assert.equal(made.code, 0, made.stderr)
    const id = eventsOf(made.stdout)[0]?.task_id ?? ''
    const [asked, sent, taken] = await runCommandLines(place, [
      ['deliver', id, '--branch', 'made', '--json'],
      ['deliver', id, '--branch', 'made', '--pr', '--yes', '--json'],
      ['deliver', id, '--branch', 'made', '--base', 'nowhere', '--yes'],
    ])
    assert.equal(asked?.code, 3, asked?.stderr)
    assert.match(asked?.stdout ?? '', /"approval\.requested"[^]*Push \d+ commits? to http/)
    assert.equal(sent?.code, 0, sent?.stderr)
    const last = eventsOf(sent?.stdout ?? '').at(-1)
    assert.equal(last?.type, 'task.completed')
    assert.match(
      JSON.stringify(last),
      /Pushed \d+ commits? to the branch made[^]*No pull request was opened: what kind of place/,
    )
    const files = git(server.bare('ada/shop'), 'ls-tree', '-r', '--name-only', 'made').split('\n')
    assert.ok(files.includes('app/a.txt') && files.includes('package.json'), files.join())
    assert.match(git(server.bare('ada/shop'), 'log', '-1', '--format=%B', 'made'), new RegExp(`Factotum-Task: ${id}`))
    assert.equal(taken?.code, 1)
    assert.match(taken?.stdout ?? '', /has no branch nowhere to go on from/)
    const pushes = server.requests.filter(({ url: at }) => at.endsWith('/git-receive-pack'))
    assert.equal(pushes.length, 1)
  },
)
