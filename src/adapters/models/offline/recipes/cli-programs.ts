// The programs that the command-line recipe can write: each a pure function with its tests.

export type Program = {
  readonly name: string
  /** One phrase: what it does. */
  readonly does: string
  readonly usage: string
  /** A module that exports `run(input, args)`: returns the text to print, throws Error for what the user did wrong. */
  readonly source: string
  /** Whether it reads a file (or standard input) rather than its arguments. */
  readonly readsInput: boolean
  readonly tests: string
}

export const wordCount: Program = {
  name: 'wordcount',
  does: 'counts the lines, words and characters of a text',
  usage: 'wordcount [FILE]',
  readsInput: true,
  source: `// Counts lines, words and characters.
export function count(text) {
  const lines = text === '' ? 0 : text.split('\\n').length - (text.endsWith('\\n') ? 1 : 0)
  const words = text.split(/\\s+/).filter((word) => word !== '').length
  return { lines, words, characters: [...text].length }
}

export function run(text) {
  const { lines, words, characters } = count(text)
  return \`lines \${lines}\\nwords \${words}\\ncharacters \${characters}\`
}
`,
  tests: `import { count } from '../program.js'

test('counts an ordinary text', () => {
  assert.deepEqual(count('one two\\nthree\\n'), { lines: 2, words: 3, characters: 14 })
})

test('a last line without its end counts', () => {
  assert.deepEqual(count('one\\ntwo'), { lines: 2, words: 2, characters: 7 })
})

test('nothing is nothing', () => {
  assert.deepEqual(count(''), { lines: 0, words: 0, characters: 0 })
})

test('blanks are no words, and an emoji is one character', () => {
  assert.deepEqual(count('  \\t 😀  '), { lines: 1, words: 1, characters: 7 })
})

test('reads a file', async () => {
  assert.deepEqual(await wordcount([await file('one two\\n')]), { code: 0, out: 'lines 1\\nwords 2\\ncharacters 8\\n', error: '' })
})
`,
}

export const jsonPretty: Program = {
  name: 'jsonpretty',
  does: 'formats JSON so that it can be read',
  usage: 'jsonpretty [FILE]',
  readsInput: true,
  source: `// Formats JSON with two spaces.
export function run(text) {
  let value
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(\`This is not JSON: \${error.message}\`)
  }
  return JSON.stringify(value, null, 2)
}
`,
  tests: `import { run } from '../program.js'

test('formats an object', () => {
  assert.equal(run('{"a":[1,2],"b":null}'), '{\\n  "a": [\\n    1,\\n    2\\n  ],\\n  "b": null\\n}')
})

test('keeps what is short short', () => {
  assert.equal(run(' "text" '), '"text"')
  assert.equal(run('[]'), '[]')
})

test('refuses what is no JSON', () => {
  assert.throws(() => run('{a:1}'), /This is not JSON/)
  assert.throws(() => run(''), /This is not JSON/)
})

test('reads a file, and fails in one line', async () => {
  assert.deepEqual(await jsonpretty([await file('{"a":1}')]), { code: 0, out: '{\\n  "a": 1\\n}\\n', error: '' })
  const { code, error } = await jsonpretty([await file('nonsense')])
  assert.equal(code, 1)
  assert.match(error, /^jsonpretty: This is not JSON.*\\n$/)
})
`,
}

export const csvToJson: Program = {
  name: 'csv2json',
  does: 'turns CSV with a header line into JSON',
  usage: 'csv2json [FILE]',
  readsInput: true,
  source: `// Reads CSV (RFC 4180: quoted fields may hold commas, quotes and line ends).
export function parseCsv(text) {
  const rows = []
  let row = []
  let field = ''
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (quoted) {
      if (character === '"' && text[index + 1] === '"') {
        field += '"'
        index += 1
      } else if (character === '"') quoted = false
      else field += character
    } else if (character === '"' && field === '') quoted = true
    else if (character === ',') {
      row.push(field)
      field = ''
    } else if (character === '\\n' || (character === '\\r' && text[index + 1] === '\\n')) {
      if (character === '\\r') index += 1
      row.push(field)
      rows.push(row)
      row = []
      field = ''
    } else field += character
  }
  if (quoted) throw new Error('A quoted field is not closed.')
  if (field !== '' || row.length > 0) rows.push([...row, field])
  return rows.filter((cells) => cells.length > 1 || cells[0] !== '')
}

export function run(text) {
  const [header, ...rows] = parseCsv(text)
  if (header === undefined) return '[]'
  const objects = rows.map((row, index) => {
    if (row.length !== header.length) {
      throw new Error(\`Row \${index + 2} has \${row.length} fields, but the header has \${header.length}.\`)
    }
    return Object.fromEntries(header.map((name, column) => [name, row[column]]))
  })
  return JSON.stringify(objects, null, 2)
}
`,
  tests: `import { parseCsv, run } from '../program.js'

test('turns rows into objects', () => {
  assert.deepEqual(JSON.parse(run('name,age\\nAda,36\\nAlan,41\\n')), [
    { name: 'Ada', age: '36' },
    { name: 'Alan', age: '41' },
  ])
})

test('quoted fields hold commas, quotes and line ends', () => {
  assert.deepEqual(parseCsv('a,"b,c"\\n"say ""hi""","two\\nlines"'), [['a', 'b,c'], ['say "hi"', 'two\\nlines']])
})

test('reads the line ends of Windows, and empty fields', () => {
  assert.deepEqual(parseCsv('a,b\\r\\n1,\\r\\n'), [['a', 'b'], ['1', '']])
})

test('nothing gives an empty list', () => {
  assert.equal(run(''), '[]')
  assert.equal(run('a,b\\n'), '[]')
})

test('refuses rows that do not fit, and quotes that stay open', () => {
  assert.throws(() => run('a,b\\n1\\n'), /Row 2 has 1 fields, but the header has 2/)
  assert.throws(() => run('a\\n"x'), /not closed/)
})

test('reads a file', async () => {
  const { code, out } = await csv2json([await file('a\\n1\\n')])
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(out), [{ a: '1' }])
})
`,
}

export const greet: Program = {
  name: 'greet',
  does: 'greets the names that it is given',
  usage: 'greet [NAME...]',
  readsInput: false,
  source: `// Greets everybody who is named.
export function run(names) {
  return names.length === 0 ? 'Hello, world!' : \`Hello, \${listed(names)}!\`
}

export function listed(names) {
  if (names.length < 2) return names.join('')
  return \`\${names.slice(0, -1).join(', ')} and \${names.at(-1)}\`
}
`,
  tests: `import { listed, run } from '../program.js'

test('greets the world when nobody is named', () => {
  assert.equal(run([]), 'Hello, world!')
})

test('greets one, two and many', () => {
  assert.equal(run(['Ada']), 'Hello, Ada!')
  assert.equal(run(['Ada', 'Alan']), 'Hello, Ada and Alan!')
  assert.equal(run(['Ada', 'Alan', 'Grace']), 'Hello, Ada, Alan and Grace!')
})

test('lists nobody as nothing', () => {
  assert.equal(listed([]), '')
})

test('greets from the command line', async () => {
  assert.deepEqual(await greet(['Ada']), { code: 0, out: 'Hello, Ada!\\n', error: '' })
})
`,
}
