// A small model that embeds by itself: words with the same sense, and words with the same letters, point the same way. It knows few
// senses and hashes everything into few dimensions, so it misses some and takes some for others, as models do.
import type { Models } from '../../src/core/ports/models.ts'

export const TINY_MODEL = 'test/tiny-embedder'
export const TINY_DIMENSIONS = 384

/** A line for each sense. */
const SENSES = `
try retry repeat again attempt
fail failure error broken unsuccessful wrong succeed
wait delay pause interval between
limit most maximum cap ceiling bound
memory ram heap
store keep retain save hold
delete remove erase drop purge forget
day daily night nightly
backup dump copy snapshot
start launch boot begin
stop halt end shut quit
log record journal trace
password secret credential key token
user person people customer client
allow permit may admit
deny refuse reject forbid
message mail notification notify alert tell inform warn
owner responsible charge answer
speed fast quick latency slow
port listen address reach
encrypt cipher encode
language written programming
deploy release roll ship publish
test check verify prove
invoice bill
export write output emit
payment money charge pay
report summary overview
search find lookup look
image picture photo
upload send submit
schedule plan calendar timetable
order purchase
ship deliver courier
queue line backlog
worker runner executor
gateway door entrance proxy
cache buffer
archive vault attic
sync mirror replicate
import ingest intake read
account profile
billing accounting
stock inventory warehouse
price cost rate
install setup
configure setting variable option
database postgres sql
sandbox isolate isolation
approve approval ok yes
command order instruction
webhook callback
group chat room
`
const STOP = new Set(
  'a an and are as at be been but by can do does for from had has have how i if in into is it its me my no not of on or our out so than that the their them then there these they this to up was we were what when where which who whom why will with you your one'.split(
    ' ',
  ),
)
const SENSE_OF = new Map(
  SENSES.trim()
    .split('\n')
    .flatMap((line, sense) => line.split(' ').map((word) => [stem(word), `sense ${sense}`] as const)),
)
const LETTERS = 3
const LETTERS_WEIGHT = 0.25

export function embedTiny(text: string): number[] {
  const vector = Array.from({ length: TINY_DIMENSIONS }, () => 0)
  const add = (feature: string, weight: number) => {
    const hash = fnv(feature)
    const at = hash % TINY_DIMENSIONS
    vector[at] = (vector[at] ?? 0) + (hash & 0x10000 ? weight : -weight)
  }
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  for (const word of words) {
    if (STOP.has(word)) continue
    const root = stem(word)
    add(SENSE_OF.get(root) ?? `word ${root}`, 1)
    for (let at = 0; at + LETTERS <= root.length; at += 1) add(root.slice(at, at + LETTERS), LETTERS_WEIGHT)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

export const tinyModels: Pick<Models, 'embed' | 'embeddingModel'> = {
  embeddingModel: () => TINY_MODEL,
  embed: async (texts) => ({
    vectors: texts.map(embedTiny),
    usage: { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 },
    model: { provider: 'test', model: 'tiny-embedder', offline: true },
  }),
}

function stem(word: string): string {
  return word.length < 5 ? word.replace(/s$/, '') : word.replace(/(?:ations?|ings?|ers?|ed|es|ies|s|e|y)$/, '')
}

/** FNV-1a, and its bits mixed once more: near texts must not be near numbers. */
function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}
