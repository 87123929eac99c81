// What search is judged by: technical notes that are made the same at every run, with questions whose answer is known; and questions
// written by hand about our own documents. Part of the questions use other words than their answers.
import type { Chunk } from '../../src/core/ports/knowledge-store.ts'

export type Question = {
  readonly text: string
  readonly kind: 'same words' | 'other words' | 'a code'
  readonly digest: string
}

/** A word of the notes, and another for it that questions use. */
const KINDS = pairs(
  'invoice bill, payment money, report summary, image picture, order purchase, parcel shipment, stock inventory, price rate, account profile, calendar timetable, search lookup, backup copy, cache buffer, archive vault, queue backlog, message notification, password credential, log journal, translation wording, weather forecast, sensor probe, ticket case, contract agreement, survey poll, video clip',
)
const PARTS = pairs(
  'exporter writer, importer reader, gateway entrance, worker runner, scheduler planner, checker verifier, cleaner sweeper, merger joiner, splitter divider, renderer painter, watcher observer, router switch, balancer spreader, crawler collector, signer sealer, converter translator, compressor packer, validator inspector, limiter throttle, mirror replica',
)
/** What a note says of a thing, what a question in the same words asks, and one in others. `N` is a number of the note's own. */
const FACTS: readonly (readonly [note: string, same: string, other: string])[] = [
  [
    'tries a failed call again at most N times',
    'how many times does T try a failed call again',
    'how often does T repeat an unsuccessful attempt',
  ],
  [
    'waits N milliseconds before the next request',
    'how many milliseconds does T wait before a request',
    'what pause does T make in between',
  ],
  [
    'keeps its records for N days and deletes them then',
    'for how many days does T keep records',
    'after what time does T erase what it retains',
  ],
  ['may use N megabytes of memory', 'how many megabytes of memory may T use', 'what is the RAM ceiling of T'],
  ['listens on port N', 'on which port does T listen', 'at what address can T be reached'],
  [
    'is deployed every N days by the release train',
    'when is T deployed by the release train',
    'how frequently is T rolled out and published',
  ],
  ['encrypts what it stores with key number N', 'which key does T encrypt with', 'what cipher secret protects T'],
  [
    'starts within N seconds on an empty machine',
    'within how many seconds does T start',
    'how long does T need to boot',
  ],
  [
    'is written in version N of the language Kestrel',
    'in which language is T written',
    'what programming tongue was used for T',
  ],
  ['alerts team N when it is down', 'which team is alerted when T is down', 'who gets informed about an outage of T'],
  [
    'admits N users at once and refuses more',
    'how many users does T admit at once',
    'from how many people on are customers rejected by T',
  ],
  [
    'was tested with N samples before the audit',
    'with how many samples was T tested',
    'how much evidence proves T was verified',
  ],
]
const FILLER = [
  'Its dashboard stands in the usual folder.',
  'Ask in the platform channel before you change it.',
  'The old version was switched off after the migration.',
  'A runbook describes what to do on call.',
  'Its tests run in the shared pipeline.',
  'Nothing else depends on it at the moment.',
]
const EVERY_QUESTION = 11

/** The first `count` notes: those that questions are about are among the first thousand. */
export function makeNotes(count: number): readonly Chunk[] {
  return Array.from({ length: count }, (_, number) => {
    const { thing, fact, variant } = partsOf(number)
    const [note] = FACTS[fact] ?? ['']
    const where = variant === 0 ? '' : ` In region ${variant}`
    const sentence = `${where}${where === '' ? ' The' : ' the'} ${thing[0]} ${note.replace('N', String(2 + ((number * 37) % 900)))}.`
    const code = `Its incidents carry the code ${codeOf(number)}.`
    const fillers = [FILLER[number % FILLER.length], FILLER[(number * 5 + 3) % FILLER.length]]
    return {
      digest: `note-${number}`,
      heading: `${thing[0]} › operations`,
      text: `${fillers[0]}${sentence} ${code} ${fillers[1]}`,
    }
  })
}

export const QUESTIONS: readonly Question[] = Array.from({ length: 1_000 }, (_, number) => number)
  .filter((number) => number % EVERY_QUESTION === 0)
  .flatMap((number): Question[] => {
    const { thing, fact } = partsOf(number)
    const [, same, other] = FACTS[fact] ?? ['', '', '']
    const digest = `note-${number}`
    return [
      { digest, kind: 'same words', text: `${same.replace('T', `the ${thing[0]}`)}?` },
      { digest, kind: 'other words', text: `${other.replace('T', `the ${number % 2 === 0 ? thing[1] : thing[0]}`)}?` },
      { digest, kind: 'a code', text: `What is ${codeOf(number)} about?` },
    ]
  })

/** By hand: what of our documents answers it, known by words that stand there. */
export const ABOUT_DOCUMENTS: readonly { readonly text: string; readonly says: string }[] = [
  { text: 'How do I run it on a Mac?', says: '**macOS** has no sandbox of ours' },
  { text: 'Which versions of the database server are supported?', says: 'a PostgreSQL server (15 to 18)' },
  { text: 'Where can I put my secret keys, and who may read that file?', says: 'chmod 600 .env.secrets' },
  { text: 'How long does a preview stay open after the work is done?', says: 'PREVIEW_MINUTES' },
  { text: 'Can two platforms share one data directory?', says: 'One platform at a time uses a data directory' },
  { text: 'How do I stop everything at once?', says: '/panic on' },
  { text: 'What happens when a person shuts the bot out or blocks it?', says: 'closed to us' },
  { text: 'Who is allowed to talk to the bot?', says: '**Who may**' },
  { text: 'How are several bots set up?', says: 'comma-separated tokens' },
  { text: 'What should I make an alert for?', says: 'Worth an alert' },
  { text: 'How do I try Telegram without an account?', says: 'testkit:telegram' },
  { text: 'What does a fencing token do?', says: 'a fencing token' },
  { text: 'What is a workshop?', says: '**Workshop**' },
  { text: 'Why is PostgreSQL embedded instead of SQLite or something in memory?', says: 'SQLite' },
  { text: 'Why may a message about to be sent not be repeated?', says: 'A new message may not' },
  { text: 'May an adapter import another adapter?', says: 'no adapter imports another' },
  { text: 'How can I add a tool for the agents?', says: 'core/crew/tools/registry.ts' },
  { text: 'What must a bug fix begin with?', says: 'A bug fix begins with the test that shows the bug' },
  { text: 'Where do logs go?', says: 'logs/factotum.log' },
]

function partsOf(number: number) {
  const things = KINDS.length * PARTS.length
  // Neighbours differ in everything, so that a thousand notes are about many things.
  const [kind, part] = [KINDS[number % KINDS.length], PARTS[Math.floor(number / KINDS.length) % PARTS.length]]
  const thing = [`${kind?.[0]} ${part?.[0]}`, `${kind?.[1]} ${part?.[1]}`] as const
  const round = Math.floor(number / things)
  return { thing, fact: (number + round * 5) % FACTS.length, variant: Math.floor(round / FACTS.length) }
}

function codeOf(number: number): string {
  return `${'KXQZVW'[number % 6]}${'TRPLMN'[Math.floor(number / 6) % 6]}${1_000 + number * 7}`
}

function pairs(text: string): readonly (readonly [string, string])[] {
  return text.split(', ').map((pair) => {
    const [one = '', other = ''] = pair.split(' ')
    return [one, other]
  })
}
