import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHUNK_CHARACTERS, chunkCode, chunkDialog, chunkFile, chunkMarkdown, chunkText } from './chunk.ts'

const words = (count: number, word = 'word') => Array.from({ length: count }, (_, index) => `${word}${index}`).join(' ')

test('Markdown is cut at its headings, and each piece says where it stood', () => {
  const text = `Preface.\n\n# Install\nRun it.\n\n## On Linux\n\napt-get\n\n## On macOS ##\nbrew\n\n# Use\n\`\`\`sh\n# no heading\nls\n\`\`\`\n`
  assert.deepEqual(chunkMarkdown('README.md', text), [
    { heading: 'README.md', text: 'Preface.' },
    { heading: 'README.md › Install', text: 'Run it.' },
    { heading: 'README.md › Install › On Linux', text: 'apt-get' },
    { heading: 'README.md › Install › On macOS', text: 'brew' },
    { heading: 'README.md › Use', text: '```sh\n# no heading\nls\n```' },
  ])
})

test('headings that skip a level, have no text, or come back up are placed rightly', () => {
  const headings = chunkMarkdown('a.md', '### Deep\none\n# Top\n## Empty\n## Full\ntwo').map(({ heading }) => heading)
  assert.deepEqual(headings, ['a.md › Deep', 'a.md › Top › Full'])
})

test('no piece is larger than a chunk, but for what code repeats, and no word is lost', () => {
  const long = `# Long\n${words(900)}\n\n${words(900, 'more')}\n\n${'x'.repeat(5_000)}`
  const all = [chunkMarkdown('long.md', long), chunkText('long.txt', long), chunkDialog('talk', `Ada: ${long}`)]
  for (const pieces of all) {
    const joined = pieces.map(({ text }) => text).join(' ')
    assert.ok(pieces.length > 5)
    assert.ok(pieces.every(({ text }) => text.length <= CHUNK_CHARACTERS && text.trim() !== ''))
    for (const word of ['word0', 'word450', 'word899', 'more0', 'more899'])
      assert.match(joined, new RegExp(`\\b${word}\\b`))
    assert.ok(joined.split('x').length > 5_000)
  }
})

test('code is cut where something at the margin begins, with the lines it has in the file', () => {
  const block = (name: string) =>
    `function ${name}() {\n${'  // a line of it that goes on\n'.repeat(20)}\n  return 1\n}\n`
  const source = ['one', 'two', 'three', 'four'].map(block).join('\n')
  const pieces = chunkCode('src/a.ts', source)
  assert.ok(pieces.length >= 2)
  const lines = source.split('\n')
  for (const { heading, text } of pieces) {
    const [, from, to] = /^src\/a\.ts:(\d+)-(\d+)$/.exec(heading) ?? []
    assert.ok(
      lines
        .slice(Number(from) - 1, Number(to))
        .join('\n')
        .includes(text),
    )
    assert.ok(text.length < CHUNK_CHARACTERS * 1.2)
  }
  assert.match(pieces[1]?.text ?? '', /^function/)
})

test('a block of code that is too long is cut all the same, and each part opens with the end of the one before', () => {
  const source = `run(\n${Array.from({ length: 300 }, (_, index) => `  argument${index},`).join('\n')}\n)`
  const pieces = chunkCode('a.py', source)
  assert.ok(pieces.length > 2)
  const last = pieces[0]?.text.split('\n').slice(-2) ?? []
  assert.deepEqual(pieces[1]?.text.split('\n').slice(0, 2), last)
  for (let index = 0; index < 300; index += 1) assert.ok(pieces.some(({ text }) => text.includes(`argument${index},`)))
})

test('one endless line is cut, and belongs to line 1', () => {
  const pieces = chunkCode('min.js', 'ab;'.repeat(2_000))
  assert.ok(pieces.length > 4)
  assert.ok(pieces.every(({ heading }) => heading === 'min.js:1-1'))
})

test('an edit far above changes no piece below it', () => {
  const source = Array.from(
    { length: 60 },
    (_, index) => `export function f${index}() {\n  return ${'a'.repeat(300)}\n}\n`,
  ).join('\n')
  const before = new Set(chunkCode('a.ts', source).map(({ text }) => text))
  const after = chunkCode('a.ts', `// a new line\n\n${source}`)
  assert.ok(after.filter(({ text }) => !before.has(text)).length <= after.length / 2)
})

test('a dialog is cut between turns, with the day, and an answer keeps what it answers', () => {
  const turn = (minute: number, who: string, text: string) =>
    `[2026-03-02 09:${String(minute).padStart(2, '0')} UTC] ${who}: ${text}`
  const talk = [
    turn(0, 'Ada', words(120)),
    turn(1, 'you', `short question?\nwith a line: and a colon`),
    turn(2, 'Ada', words(120, 'answer')),
  ]
  const pieces = chunkDialog('Talk', talk.join('\n'))
  assert.equal(pieces.length, 2)
  assert.equal(pieces[0]?.heading, 'Talk › 2026-03-02')
  assert.match(
    pieces[1]?.text ?? '',
    /^\[2026-03-02 09:01 UTC\] you: short question\?\nwith a line: and a colon\n.*answer0/,
  )
})

test('a file is cut as what its name says, or else as what it looks like', () => {
  const heading = (name: string, text: string) => chunkFile(name, text)[0]?.heading
  assert.equal(heading('a.md', '# T\nx'), 'a.md › T')
  assert.equal(heading('src/x.py', '# T\nx'), 'src/x.py:1-2')
  assert.equal(heading('Dockerfile', 'FROM x'), 'Dockerfile:1-1')
  assert.equal(heading('Notes', '# T\nx'), 'Notes › T')
  assert.equal(heading('Notes', 'x'), 'Notes')
  assert.deepEqual(chunkFile('a.md', ' \n\t\n'), [])
  assert.deepEqual(chunkFile('a.ts', ''), [])
  assert.deepEqual(chunkFile('a', ''), [])
})

test('nothing that a file holds makes cutting slow or fail', () => {
  for (const text of [
    '#'.repeat(100_000),
    '\n'.repeat(100_000),
    '```\n'.repeat(20_000),
    '# a\n'.repeat(20_000),
    '. '.repeat(50_000),
    ' '.repeat(100_000),
    '\uD800'.repeat(5_000),
  ])
    for (const cut of [chunkMarkdown, chunkCode, chunkText, chunkDialog])
      assert.ok(cut('name', text).every((piece) => piece.text.length <= CHUNK_CHARACTERS * 2))
})
