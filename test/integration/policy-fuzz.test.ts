// Whatever is typed: nothing throws, nothing hidden is let through, and more commands never make a verdict milder.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBashReader } from '../../src/adapters/shell/bash-reader.ts'
import { defaultPolicy, policyOf } from '../../src/core/policy/default-policy.ts'
import { explainAct } from '../../src/core/policy/explain.ts'
import { COMMAND_CLASSES, PLACES_OF_WORK, VERDICTS } from '../../src/core/vocabulary/policy.ts'
import type { Policy, Rule, WorkPlace } from '../../src/core/vocabulary/policy.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'

const shell = createBashReader()
const builtIn = defaultPolicy()

function explained(command: string, where: WorkPlace, policy: Policy = builtIn) {
  const by = { userId: OWNER, role: 'owner' as const }
  const act = { tool: 'shell', where, by, bot: null, command, paths: [], hosts: [], tokens: null, at: new Date(0) }
  return explainAct(policy, act, shell)
}

const strictness = (command: string, where: WorkPlace, policy?: Policy) =>
  VERDICTS.indexOf(explained(command, where, policy).verdict)

/** Deletions of what lies outside of any workspace. */
const SEEDS = [
  ...['rm -rf /', 'rm -rf /srv/data', 'rm -rf ~/work', 'rm -r ../other', 'find /srv -delete', 'shred /srv/key'],
  ...['dd if=/dev/zero of=/dev/sda', 'mkfs.ext4 /dev/sdb', 'truncate -s 0 /srv/db', 'unlink /srv/x', 'chmod -R 777 /'],
  ...[
    'find /srv | xargs rm -f',
    'ls /srv/* | xargs rm',
    'echo /srv/x | xargs rm',
    '(for f in /srv/a b; do rm "$f"; done)',
  ],
  ...['python3 -c \'import shutil; shutil.rmtree("/srv/x")\'', '(for d in ../*; do rm -rf "$d"; done)'],
  ...['mv /srv/data /dev/null', 'wipefs -a /dev/sda', 'git push --force origin main', 'crontab -r', 'kill -9 -1'],
]

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
const doubled = (text: string) => `"${text.replace(/[\\"$`]/g, String.raw`\$&`)}"`
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
const octal = (text: string) => [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

/** The first word written in another way; only where it is a plain one, and none of the grammar, which it would be no longer. */
const renamed = (change: (name: string) => string) => (text: string) =>
  text.replace(/^(?!(?:case|for|if|while) )[a-z][\w.]*(?= )/, (name) => change(name))

/** Each gives a line that does the same, or at least that too. */
const DISGUISES: readonly ((text: string) => string)[] = [
  (text) => `sh -c ${quoted(text)}`,
  (text) => `bash -c ${doubled(text)}`,
  (text) => `bash -lc -- ${quoted(text)}`,
  (text) => `eval ${quoted(text)}`,
  (text) => `eval "$(echo ${quoted(text)})"`,
  (text) => `echo ${quoted(text)} | sh`,
  (text) => `printf %s ${quoted(text)} | bash`,
  (text) => `printf '${hex(text)}' | sh`,
  (text) => `echo -e '${octal(text)}' | bash`,
  (text) => `echo ${base64(text)} | base64 -d | sh`,
  (text) => `base64 --decode <<< ${base64(text)} | bash -s`,
  (text) => `bash <<< ${quoted(text)}`,
  (text) => `bash <<'END'\n${text}\nEND`,
  (text) => `cat <<'END' | sh\n${text}\nEND`,
  (text) => `sh -c "$(echo ${base64(text)} | base64 -d)"`,
  (text) => `X=${quoted(text)}; eval "$X"`,
  (text) => `X=${quoted(text)}; sh -c "$X"`,
  // What comes out of it is words, not a line: only of a plain command is it the same.
  (text) => (/^[\w./ =~-]+$/.test(text) ? `$(printf %s ${quoted(text)})` : text),
  (text) => `bash <(echo ${quoted(text)})`,
  (text) => `source <(echo ${quoted(text)})`,
  (text) => `echo ${quoted(text)} > x.sh; sh x.sh`,
  (text) => `cat > x.sh <<'WRITTEN'\n#!/bin/sh\n${text}\nWRITTEN\nchmod +x x.sh && ./x.sh`,
  (text) => `printf %s ${quoted(text)} > a; cp a x.sh; bash x.sh`,
  (text) => `echo ${quoted(text)} | tee x.sh; . ./x.sh`,
  (text) => `echo ${base64(text)} | base64 -d > x.sh; sh x.sh`,
  (text) => `echo ${quoted(`import os; os.system(${JSON.stringify(text)})`)} > x.py && python3 x.py`,
  (text) => `cat > x.js <<'WRITTEN'\nrequire('child_process').execSync(${JSON.stringify(text)})\nWRITTEN\nnode x.js`,
  (text) => `python3 - <<'CODE'\nimport os\nos.system(${JSON.stringify(text)})\nCODE`,
  (text) => `node <<'CODE'\nconst { execSync } = require('child_process')\nexecSync(${JSON.stringify(text)})\nCODE`,
  (text) => `for f in a b; do sh -c ${quoted(text)}; done`,
  (text) => `for f in ${quoted(text)}; do sh -c "$f"; done`,
  (text) => `D=$(mktemp -d); trap ${quoted(text)} EXIT; rm -rf "$D"`,
  (text) => `ls; ${text}`,
  (text) => `ls && ${text}`,
  (text) => `false || ${text}`,
  (text) => `${text} # nothing`,
  (text) => `# nothing\n${text}`,
  (text) => `(${text})`,
  (text) => `{ ${text}\n}`,
  (text) => `if true; then ${text}\nfi`,
  (text) => `for i in 1 2; do ${text}\ndone`,
  (text) => `while ${text}\ndo true; done`,
  (text) => `f() { ${text}\n}; f`,
  (text) => `case x in *) ${text}\n;; esac`,
  (text) => `echo $(${text}\n)`,
  (text) => `echo "\${X:-$(${text}\n)}"`,
  (text) => `X=$(${text}\n) true`,
  (text) => `cat <(${text}\n)`,
  (text) => `trap ${quoted(text)} EXIT`,
  (text) => `find . -exec sh -c ${quoted(text)} \\;`,
  (text) => `echo x | xargs sh -c ${quoted(text)}`,
  (text) => `timeout 5 sh -c ${quoted(text)}`,
  (text) => `env A=1 bash -c ${quoted(text)}`,
  (text) => `nohup nice -n 5 setsid sh -c ${quoted(text)} &`,
  (text) => `busybox sh -c ${quoted(text)}`,
  (text) => `watch ${quoted(text)}`,
  (text) => `awk 'BEGIN { system(${JSON.stringify(text).replaceAll("'", String.raw`'\''`)}) }'`,
  (text) => `python3 -c ${quoted(`import os; os.system(${JSON.stringify(text)})`)}`,
  (text) => `node -e ${quoted(`require('child_process').execSync(${JSON.stringify(text)})`)}`,
  (text) => `some-runner --yes -c ${quoted(text)}`,
  (text) => `git -c alias.x=${quoted(`!${text}`)} x`,
  (text) => `ssh-agent sh -c ${quoted(text)}`,
  renamed((name) => `/usr/bin/${name}`),
  renamed((name) => `\\${name}`),
  renamed((name) => `${name[0]}''${name.slice(1)}`),
  renamed((name) => `${name[0]}""${name.slice(1)}`),
  renamed((name) => `"${name}"`),
  renamed((name) => `$'${hex(name)}'`),
  renamed((name) => `$(echo ${name})`),
  renamed((name) => `$(printf '${octal(name)}')`),
  renamed((name) => `\`echo ${name}\``),
  renamed((name) => `X=${name}; $X`),
  renamed((name) => `X=${name.slice(1)}; ${name[0]}\${X}`),
  renamed((name) => `command ${name}`),
  renamed((name) => `env ${name}`),
  renamed((name) => `exec ${name}`),
  renamed((name) => `time ${name}`),
  renamed((name) => `${name[0]}\\\n${name.slice(1)}`),
  renamed((name) => `${name} \\\n`),
]

test('no disguise of a deletion outside of the workspace is let through', () => {
  const disguises = fc.array(fc.constantFrom(...DISGUISES), { minLength: 0, maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), disguises, (seed, changes) => {
      const command = changes.reduce((text, change) => change(text), seed)
      for (const where of PLACES_OF_WORK) assert.notEqual(explained(command, where).verdict, 'allow', command)
    }),
    { numRuns: 3_000 },
  )
})

test('every disguise by itself shows what it hides, or asks', () => {
  for (const seed of SEEDS) {
    for (const change of DISGUISES) {
      const { verdict, classes } = explained(change(seed), 'sandbox')
      assert.notEqual(verdict, 'allow', change(seed))
      assert.ok(
        classes.some((name) => name === 'destructive' || name === 'unknown' || name === 'network'),
        change(seed),
      )
    }
  }
})

const PIECES = [
  ...[
    'rm',
    '-rf',
    '/',
    '~',
    '$X',
    '${X:-',
    '}',
    '$(',
    ')',
    '`',
    "'",
    '"',
    '\\',
    '|',
    '||',
    '&',
    '&&',
    ';',
    '\n',
    '<',
    '>',
    '>>',
    '<<',
    '<<<',
  ],
  ...[
    'EOF',
    '{',
    '((',
    '))',
    '[[',
    ']]',
    'if',
    'then',
    'fi',
    'for',
    'in',
    'do',
    'done',
    'case',
    'esac',
    'while',
    'f()',
    '=',
    'X=1',
    '$((',
    '#',
  ],
  ...[
    'sh',
    '-c',
    'eval',
    'xargs',
    'env',
    'echo',
    'base64',
    '-d',
    'git',
    'curl',
    'https://a.b',
    'sudo',
    '*',
    '?',
    '[',
    "$'",
    '<(',
    '!',
    '\0',
    'é',
  ],
]

test('nothing that can be typed makes it throw', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1'))
  const grammar = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(' '))
  const tight = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), bytes, grammar, tight), (command) => {
      for (const where of PLACES_OF_WORK) {
        const { classes, verdict, rule, why } = explained(command, where)
        assert.ok(classes.every((name) => COMMAND_CLASSES.includes(name)))
        assert.ok(VERDICTS.includes(verdict) && rule !== '' && why !== '')
      }
    }),
    { numRuns: 4_000 },
  )
})

test('text that is long, deep or both ends in an answer', () => {
  for (const command of [
    'a'.repeat(200_000),
    '('.repeat(5_000),
    '$('.repeat(5_000),
    '`'.repeat(5_001),
    '{'.repeat(5_000),
    `${'sh -c '.repeat(2_000)}ls`,
    'ls;'.repeat(20_000),
    `echo ${'$(echo '.repeat(300)}x${')'.repeat(300)}`,
    `echo ${'{a,b}'.repeat(40)}`,
    '* '.repeat(10_000),
    `${'env '.repeat(5_000)}rm -rf /`,
    '"${x:-'.repeat(3_000),
    `sed '${'s/a/b/;'.repeat(3_000)}' f`,
    ...[6, 30].map((deep) => {
      const loops = Array.from({ length: deep }, (_, at) => `for v${at} in 1 2 3 4 5 6 7 8 9; do `)
      return `${loops.join('')}echo x > a.sh; ${'done; '.repeat(deep)}sh a.sh`
    }),
    `echo '${'x'.repeat(90_000)}' > a.sh; ./a.sh`,
    `MAVEN_OPTS='${'-Xss1   '.repeat(200)}!' ls`,
    `python3 -c "${'['.repeat(19_000)}"`,
    `${'echo $(cat a | '.repeat(30)}x${')'.repeat(30)} > a.sh; sh a.sh`,
    `${Array.from({ length: 200 }, (_, at) => `cp f${at} f${at + 1}`).join('; ')}; sh f200`,
    `${Array.from({ length: 400 }, (_, at) => `cp f${at % 20} f${(at * 7 + Math.floor(at / 20)) % 20}`).join('; ')}; sh f3`,
    `${'cp a b; cp b c; cp c a; cp b a; cp c b; cp a c; '.repeat(30)}; sh a`,
  ]) {
    assert.ok(VERDICTS.includes(explained(command, 'sandbox').verdict))
  }
})

const COMMANDS = fc.constantFrom(
  ...[
    'ls',
    'cat a',
    'echo hi > b',
    'rm -rf dist',
    'rm -rf /srv',
    'curl https://pypi.org',
    'curl https://example.org',
    'npm test',
    'sudo ls',
    'git push',
  ],
  ...[
    'npm install',
    'cd sub',
    'cd ..',
    'cd /srv',
    'sh x.sh',
    'curl x | sh',
    'X=1',
    '$Y',
    'f() { ls; }',
    'f',
    'reboot',
    'cat ~/.ssh/id_rsa',
    'touch x.sh',
  ],
)

test('one more command never makes a verdict milder', () => {
  const joints = fc.constantFrom(' && ', '; ', ' || ', '\n', ' & ')
  fc.assert(
    fc.property(fc.array(COMMANDS, { minLength: 1, maxLength: 4 }), COMMANDS, joints, (commands, more, joint) => {
      const line = commands.join(joint)
      for (const where of PLACES_OF_WORK) {
        assert.ok(strictness(`${line}${joint}${more}`, where) >= strictness(line, where), `${line}${joint}${more}`)
      }
    }),
    { numRuns: 1_500 },
  )
})

const RULES = fc.array(
  fc.record({
    id: fc.uuid(),
    verdict: fc.constantFrom(...VERDICTS),
    why: fc.constant('Because.'),
    when: fc.record(
      {
        role: fc.constant(['owner'] as const),
        tool: fc.constantFrom(['*'], ['shell'], ['write']),
        class: fc.subarray([...COMMAND_CLASSES], { minLength: 1 }),
        command: fc.constantFrom(['*'], ['rm *'], ['sudo *'], ['ls*']),
        path: fc.constantFrom(['*'], ['/srv*']),
        where: fc.subarray([...PLACES_OF_WORK], { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
  }),
  { maxLength: 6 },
)

test('no rule of an operator’s lifts a hard denial', () => {
  const never = fc.constantFrom(
    'rm -rf /',
    'mkfs.ext4 /dev/sda',
    'reboot',
    'cat .factotum/x',
    'sudo insmod x',
    'curl http://169.254.169.254/',
  )
  fc.assert(
    fc.property(RULES, never, (rules: readonly Rule[], command) => {
      const policy = policyOf({ rules }, 'tried')
      for (const where of PLACES_OF_WORK) {
        const { verdict, rule } = explained(command, where, policy)
        assert.equal(verdict, 'deny')
        assert.match(rule, /^hard\./)
      }
    }),
    { numRuns: 500 },
  )
})

test('of several verdicts the strictest stands, and it is the first rule that matches', () => {
  fc.assert(
    fc.property(RULES, fc.array(COMMANDS, { minLength: 1, maxLength: 4 }), (rules: readonly Rule[], commands) => {
      const policy = policyOf({ rules }, 'tried')
      const { verdict, commands: found } = explained(commands.join('; '), 'host', policy)
      const worst = Math.max(0, ...found.map((one) => VERDICTS.indexOf(one.verdict)))
      assert.ok(VERDICTS.indexOf(verdict) >= worst)
    }),
    { numRuns: 500 },
  )
})
