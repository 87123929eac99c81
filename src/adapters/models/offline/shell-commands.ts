// Finds the shell command that a request names or means. What it makes up itself only ever reads.

const VERB =
  /^(?:run|execute|exec|invoke|launch)\b\s*(?:the\s+)?(?:(?:shell\s+|bash\s+|terminal\s+)?command\b)?\s*(:)?\s*/i
const PROGRAMS = new Set(
  'ls cat pwd echo printf date uname whoami id env head tail wc grep egrep sed awk sort uniq cut tr find du df free ps top uptime hostname which file stat mkdir rmdir touch cp mv rm ln chmod chown tar gzip gunzip zip unzip curl wget git node npm npx pnpm yarn python python3 pip pip3 pytest make cmake gcc cc go cargo rustc java javac ruby perl php bash sh zsh sleep seq true false test kill jq diff patch sqlite3 psql docker tsc eslint ruff tree nproc lscpu lsblk ip ss apt apt-get sudo dd mkfs shutdown reboot export cd source nl tac rev base64 sha256sum md5sum xargs tee'.split(
    ' ',
  ),
)

const RUN_TESTS =
  'if [ -f package.json ]; then npm test; elif ls *.test.js *.test.mjs *.test.ts test/ >/dev/null 2>&1 && ! ls *.py >/dev/null 2>&1; then node --test; else python3 -m unittest discover; fi'

/** Requests in words, each with a command that only looks (and, for tests, runs what the workspace itself brings). */
const MEANT: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:list|show|display|print)(?: me)?(?: all)?(?: of)?(?: the| my)? (?:files?|workspace|contents? of the (?:workspace|directory|folder)|directory(?: contents?| listing)?|folder(?: contents?)?)(?: (?:in|of) (?:the|this|my) (?:workspace|directory|folder|project|current directory))?$/i,
    'ls -la',
  ],
  [
    /^(?:what|which) files (?:are|do (?:you|we|i) have)(?: (?:here|there|in (?:the|this|my) (?:workspace|directory|folder|project)))?$/i,
    'ls -la',
  ],
  [
    /^(?:show|check|print|display|what(?:'s| is)|how much)(?: me)?(?: the)? (?:disk (?:usage|space)(?: (?:is )?(?:left|free|used|available))?|free disk(?: space)?|free space)$/i,
    'df -h .',
  ],
  [
    /^(?:show|check|print|display|what(?:'s| is)|how much)(?: me)?(?: the)? (?:memory(?: usage)?|free memory|ram)(?: (?:is )?(?:left|free|used|available))?$/i,
    'free -m 2>/dev/null || head -n 5 /proc/meminfo',
  ],
  [
    /^(?:what|which)(?: is the| version of)? (python|node|npm|git)(?:\.?js)?(?: version)?(?: (?:is|are|do you have|do we have|of \w+))?(?: (?:is )?(?:installed|running|used|here|there))*$/i,
    '$1 --version',
  ],
  [
    /^(?=.*\bversion\b)(?:what(?:'s| is)|show|print|check|display)(?: me)?(?: the)?(?: installed)? (?:version of )?(python|node|npm|git)(?:\.?js)?(?: version)?$/i,
    '$1 --version',
  ],
  [
    /^(?:show|print|what(?:'s| is))(?: me)?(?: the)? (?:current )?(?:working )?(?:directory|folder)(?: (?:path|name))?$/i,
    'pwd',
  ],
  [
    /^(?:show|print|what(?:'s| is)?|which)(?: me)?(?: the)? (?:kernel|operating system|os|system)(?: (?:version|information|info))?(?: (?:is|are) (?:this|it|running|we|installed))?(?: on)?$/i,
    'uname -a',
  ],
  [/^(?:show|list|print)(?: me)?(?: the| all)? (?:running )?processes(?: running)?$/i, 'ps aux'],
  [
    /^(?:show|print|what(?:'s| is)|what)(?: me)?(?: the)?(?: current)? (?:date|time)(?: and time)?(?: is it)?(?: in the sandbox)$/i,
    'date',
  ],
  [
    /^(?:count|how many) (?:the )?lines of code(?: (?:are there|do we have|here|in the workspace|in this project))*$/i,
    "find . -type f -not -path '*/node_modules/*' -not -path './.git/*' -exec cat {} + | wc -l",
  ],
  [/^(?:run|execute) (?:the |my |all |all the |all my )?(?:unit )?tests?(?: suite)?$/i, RUN_TESTS],
]

/** The command that `request` gives literally or means; null when it is no request for a command. */
/** A message that is nothing but a command, and that nobody could take for words. */
const BARE =
  /^(?:(?:ls|df|du|ps|uname|pwd|whoami|uptime)(?: (?:-[\w-]{1,20}|[\w-]*[./*~][\w./*~-]*)){0,5}|git (?:status|log|diff|branch|show)(?: -[\w-]{1,20}){0,3}|npm (?:test|install|ci|outdated|audit|run [\w:-]{1,30})|(?:node|python3?|npm|git|go|cargo) --?v(?:ersion)?)$/

export function shellCommandIn(request: string): string | null {
  const text = request.trim()
  if (/^\$ \S/.test(text)) return text.slice(2).trim()
  if (text.length <= 200 && BARE.test(text)) return text
  const meant = text.length > 200 ? null : meantBy(text.replace(/(?:,? please)?[?.!]*$/i, ''))
  return meant ?? literalIn(text)
}

function meantBy(text: string): string | null {
  for (const [pattern, command] of MEANT) {
    const match = pattern.exec(text)
    if (match !== null) return command.replace('$1', (match[1] ?? '').toLowerCase().replace('python', 'python3'))
  }
  return null
}

function literalIn(text: string): string | null {
  const verb = VERB.exec(text)
  if (verb === null || verb[0].trim() === '') return null
  const rest = text.slice(verb[0].length).trim()
  const fenced =
    /^(?:```(?:\w+\n)?([\s\S]+?)```|`([^`]+)`|"([^"]+)"|“([^”]+)”|'([^']+)')(?: (?:in|on|for|inside|and|from)\b.{0,80}|,? please)?[.!?]*$/.exec(
      rest,
    )
  const inside = fenced?.slice(1).find((part) => part !== undefined)
  if (inside !== undefined) return inside.trim()
  if (rest === '' || rest.includes('`')) return null
  if (verb[1] === ':') return rest
  const first = rest.split(/\s+/)[0] ?? ''
  const isProgram = PROGRAMS.has(first) || /^(?:\.{0,2}\/)\S+/.test(first)
  return isProgram && !isProse(rest) ? rest.replace(/,? please[.!]?$/i, '').replace(FULL_STOP, '') : null
}

/** Of the sentence, where it can be no part of the command: behind an option, or the program's name alone. */
const FULL_STOP = /(?:(?<=\s--?[\w-]{1,40})|(?<=^\w{1,40}))\.$/

/** "make a cake and find me a file": English that begins with a program's name. */
function isProse(text: string): boolean {
  return /^(?:make|find|test|file|sort|top|cut|time|go|date|head|tail|free|source|patch|which|yes|touch|sleep|kill)\s+(?:a|an|the|my|me|me a|some|out|this|that|it|for|of|your)\b/i.test(
    text,
  )
}
