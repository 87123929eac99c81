// The program: reads its arguments, does what they say, and answers with an exit code.
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { countText, topWords } from './text.js'

const NAME = '{{name}}'
const HELP = `Usage: ${NAME} <command> [options] [file...]

Without a file, or with -, reads what is piped in.

Commands:
  count              count lines, words and characters
  top                list the most frequent words

Options:
  --json             print one JSON document
  --limit <number>   how many words top lists (default 10)
  -h, --help         show this help
  -v, --version      show the version
`
const OPTIONS = {
  json: { type: 'boolean', default: false },
  limit: { type: 'string', default: '10' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
}
const COMMANDS = { count, top }

/** Called wrongly: said in one sentence. */
class UsageError extends Error {}

/** 0: all went well. 1: a file could not be read; the others are in the output. 2: called wrongly. Never throws for either. */
export async function run(args, io) {
  try {
    const { values, positionals } = parse(args)
    if (values.help) return print(io, HELP)
    if (values.version) return print(io, `${packageJson.version}\n`)
    const [command, ...files] = positionals
    if (command === undefined) throw new UsageError('Say what to do.')
    if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`There is no command "${command}".`)
    const options = { json: values.json, limit: limitOf(values.limit) }
    const { texts, failed } = await readAll(files.length === 0 ? ['-'] : files, io)
    if (texts.length > 0) COMMANDS[command](texts, options, io)
    return failed ? 1 : 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    io.stderr.write(`${NAME}: ${error.message} See ${NAME} --help.\n`)
    return 2
  }
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    if (error.code?.startsWith('ERR_PARSE_ARGS')) throw new UsageError(`${error.message.split('. ')[0]}.`)
    throw error
  }
}

function limitOf(text) {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit takes a whole number from 1.')
  return limit
}

function print(io, text) {
  io.stdout.write(text)
  return 0
}

/** What can't be read is complained about, and the rest goes on. */
async function readAll(files, io) {
  const texts = []
  let failed = false
  for (const file of files) {
    try {
      texts.push({ file, text: file === '-' ? await readStream(io.stdin) : await readFile(file, 'utf8') })
    } catch (error) {
      if (error.code === undefined) throw error
      io.stderr.write(`${NAME}: ${file}: ${reasonOf(error.code)}\n`)
      failed = true
    }
  }
  return { texts, failed }
}

function reasonOf(code) {
  return { ENOENT: 'there is no such file', EISDIR: 'this is a folder', EACCES: 'this may not be read' }[code] ?? code
}

async function readStream(stream) {
  stream.setEncoding?.('utf8')
  let text = ''
  for await (const part of stream) text += part
  return text
}

function count(texts, { json }, io) {
  const rows = texts.map(({ file, text }) => ({ file, ...countText(text) }))
  if (json) return io.stdout.write(`${JSON.stringify(rows)}\n`)
  const head = ['lines', 'words', 'characters', 'file']
  io.stdout.write(table([head, ...rows.map((row) => head.map((key) => String(row[key])))], io.color))
}

function top(texts, { json, limit }, io) {
  const words = topWords(texts.map(({ text }) => text).join('\n'), limit)
  if (json) return io.stdout.write(`${JSON.stringify(words)}\n`)
  io.stdout.write(table([['count', 'word'], ...words.map(({ word, count }) => [String(count), word])], io.color))
}

/** Numbers to the right, the last column as it is, the first row as a heading. */
function table(rows, color) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column]))).join('  '),
  )
  if (color) lines[0] = `\u001b[1m${lines[0]}\u001b[22m`
  return lines.map((line) => `${line}\n`).join('')
}
