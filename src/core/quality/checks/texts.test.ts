// Checks that look at texts and at others' answers: what they find, and that hostile ones do them no harm.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Project } from '../project.ts'
import { npmAudit, pipAudit } from './audits.ts'
import { composeFindings } from './compose.ts'
import { dockerfileFindings } from './dockerfile.ts'
import { fetchedByBuild } from '../fetched-by-build.ts'
import { lockFile } from './lock-file.ts'
import { parseManifest } from '../manifest.ts'
import { bandit, semgrep } from './security-scanners.ts'
import { wholeOf } from '../find-projects.ts'

function projectOf(texts: Readonly<Record<string, string>>, more: readonly string[] = []): Project {
  return wholeOf({
    files: [...Object.keys(texts), ...more],
    texts: new Map(Object.entries(texts)),
    tools: new Set(['npm', 'bandit', 'pip-audit']),
    localTools: new Map(),
  })
}

function rules(findings: readonly { readonly rule: string | null; readonly severity: string }[], severity = 'error') {
  return findings.filter((one) => one.severity === severity).map(({ rule }) => rule)
}

const docker = (text: string, files: readonly string[] = ['server.js']) =>
  dockerfileFindings('Dockerfile', projectOf({ Dockerfile: text }, files))
const composed = (text: string, files: readonly string[] = ['Dockerfile']) =>
  composeFindings('compose.yaml', projectOf({ 'compose.yaml': text }, files))

test('a Dockerfile that is right has no error', () => {
  assert.deepEqual(
    docker(
      'FROM node:24.1-slim AS build\nWORKDIR /app\nCOPY server.js ./\nRUN npm ci \\\n  && npm test\nFROM node:24.1-slim\nCOPY --from=build /app /app\nUSER node\nEXPOSE 3000\nCMD ["node", "/app/server.js"]\n',
    ),
    [],
  )
})

test('what is wrong with a Dockerfile is found where it stands', () => {
  assert.deepEqual(rules(docker('FROM node:24\nCOPY gone.js ./\n')), ['copy-of-nothing'])
  assert.deepEqual(
    docker('FROM node:24\nUSER node\nENV API_KEY=abcdef123\n').map(({ line, rule }) => [line, rule]),
    [[3, 'secret-in-image']],
  )
  assert.deepEqual(rules(docker('FROM node:24\nENV DB_PASSWORD_FILE=/run/secret TOKEN=$TOKEN\n')), [])
  assert.deepEqual(rules(docker('FROM node\nUSER node\n'), 'warning'), ['unpinned-image'])
  assert.deepEqual(rules(docker('FROM node:24\nUSER node\nADD https://a.example/b /b\n'), 'warning'), ['add-of-url'])
  assert.deepEqual(rules(docker('FROM node:24\n'), 'note'), ['runs-as-root'])
  assert.equal(rules(docker('FROM node:24\nFETCH x\n')).length, 1)
})

test('what an engine would fetch is known before it is asked', () => {
  assert.deepEqual(
    fetchedByBuild('FROM node:24 AS a\nFROM scratch\nCOPY --from=a /x /x\nCOPY --from=nginx:1 /y /y\n'),
    { images: ['node:24', 'nginx:1'], problem: null },
  )
  for (const text of [
    '# syntax=evil/frontend\nFROM scratch\n',
    'FROM $BASE\n',
    'FROM scratch\nADD https://a.example/x /\n',
    '',
    'FROM -x\n',
  ])
    assert.notEqual(fetchedByBuild(text).problem, null, text)
})

test('a compose file that is right has no error, and each fault is one', () => {
  const right =
    'services:\n  web:\n    build: .\n    ports: ["127.0.0.1:8080:80", "9000"]\n    depends_on:\n      db:\n        condition: service_started\n  db:\n    image: postgres:16\n    volumes: ["data:/var/lib/postgresql/data"]\nvolumes:\n  data: {}\n'
  assert.deepEqual(composed(right), [])
  const faults: Readonly<Record<string, string>> = {
    'no-image': 'services:\n  a: {}\n',
    'no-context': 'services:\n  a:\n    build: ./gone\n',
    'malformed-port': 'services:\n  a:\n    image: b:1\n    ports: ["80:x"]\n',
    'port-twice': 'services:\n  a:\n    image: b:1\n    ports: ["80:1"]\n  c:\n    image: b:1\n    ports: ["80:2"]\n',
    'unknown-service': 'services:\n  a:\n    image: b:1\n    depends_on: [c]\n',
    circle: 'services:\n  a:\n    image: b:1\n    depends_on: [c]\n  c:\n    image: b:1\n    depends_on: [a]\n',
    'no-env-file': 'services:\n  a:\n    image: b:1\n    env_file: gone.env\n',
    'unknown-volume': 'services:\n  a:\n    image: b:1\n    volumes: ["data:/x"]\n',
    privileged: 'services:\n  a:\n    image: b:1\n    privileged: true\n',
    'engine-socket': 'services:\n  a:\n    image: b:1\n    volumes: ["/var/run/docker.sock:/x"]\n',
    'no-services': 'a: 1\n',
    syntax: 'services: [\n',
  }
  for (const [rule, text] of Object.entries(faults)) assert.deepEqual([...new Set(rules(composed(text)))], [rule], text)
})

test('bombs, depths and any other text give findings, and no harm', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`)
    .join('\n')}\nservices: *h\n`
  assert.deepEqual(rules(composed(bomb)), ['syntax'])
  assert.deepEqual(rules(composed('['.repeat(50_000))), ['too-deep'])
  fc.assert(
    fc.property(fc.string(), fc.json(), (text, json) => {
      for (const one of [text, json, `services:\n  a: ${json}\n`]) {
        composed(one)
        docker(one)
        fetchedByBuild(one)
        for (const runner of [bandit, semgrep, npmAudit, pipAudit])
          runner.parse({ stdout: one, stderr: text, exitCode: 1 })
        const project = projectOf({ 'package.json': one, 'package-lock.json': json, 'requirements.txt': text })
        for (const wanted of lockFile.detect(project))
          if (wanted.type === 'look') void wanted.look(new AbortController().signal)
      }
    }),
    { numRuns: 150 },
  )
})

test('a lock file agrees with its manifest, and what is fetched in the open is an error', async () => {
  const manifest = { name: 'a', dependencies: { b: '^1.0.0' } }
  const lock = (range: string, resolved = 'https://r.example/b.tgz') => ({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { b: range } },
      'node_modules/b': { version: '1.0.0', resolved, integrity: 'sha512-x' },
    },
  })
  const look = async (one: object, two: object) => {
    const project = projectOf({ 'package.json': JSON.stringify(one), 'package-lock.json': JSON.stringify(two) })
    assert.equal(parseManifest(JSON.stringify(one)).problem, null)
    const [wanted] = lockFile.detect(project)
    return wanted?.type === 'look' ? rules((await wanted.look(new AbortController().signal)).findings) : null
  }
  assert.deepEqual(await look(manifest, lock('^1.0.0')), [])
  assert.deepEqual(await look(manifest, lock('^2.0.0')), ['lock-differs'])
  assert.deepEqual(await look({ ...manifest, devDependencies: { c: '1.0.0' } }, lock('^1.0.0')), ['lock-differs'])
  assert.deepEqual(await look(manifest, lock('^1.0.0', 'http://r.example/b.tgz')), ['insecure-source'])
  assert.deepEqual(
    await look({ name: 'a', dependencies: { b: 'git+http://r.example/b' } }, lock('git+http://r.example/b')),
    ['insecure-source'],
  )
})

test('audits tell holes from a list that can’t be reached', () => {
  const raw = (answer: object, exitCode = 1) => ({ stdout: JSON.stringify(answer), stderr: '', exitCode })
  const holes = npmAudit.parse(
    raw({
      vulnerabilities: {
        b: {
          severity: 'high',
          via: [{ title: 'Bad', url: 'https://x.example/GHSA-abcd-efgh-ijkl' }],
          fixAvailable: true,
        },
      },
    }),
  )
  assert.deepEqual(
    [holes.skip, holes.findings.map(({ rule, severity }) => [rule, severity])],
    [undefined, [['GHSA-abcd-efgh-ijkl', 'error']]],
  )
  assert.match(
    npmAudit.parse(raw({ error: { code: 'ENETUNREACH', summary: 'request failed' } })).skip ?? '',
    /can’t be reached: request failed/,
  )
  assert.match(npmAudit.parse({ stdout: '', stderr: '', exitCode: 124 }).skip ?? '', /in time/)
  assert.match(pipAudit.parse({ stdout: '', stderr: 'ConnectionError', exitCode: 1 }).skip ?? '', /can’t be reached/)
  const scanned = bandit.parse(
    raw({
      results: [{ filename: './a.py', line_number: 3, test_id: 'B602', issue_text: 'shell', issue_severity: 'HIGH' }],
    }),
  )
  assert.deepEqual(scanned.findings, [{ file: 'a.py', line: 3, rule: 'B602', message: 'shell', severity: 'error' }])
})
