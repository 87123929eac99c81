// Tells what happened once from what holds: a timeout of today is no lesson for tomorrow, and an agent that learns it avoids for good
// what only failed that day.
import { onOneLine } from '../vocabulary/short-text.ts'

/** Alternatives, as they stand in a pattern; `|` stands between those of one line. */
const oneOf = (...lines: readonly string[]): string => `(?:${lines.join('|')})`
const pattern = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''))

const NOT = "(?:n['’]?t| not)"
const A = '(?:an? |the |his |her |its |their |some |many |several |lots of |too many |another |with |being |getting )*'
/** An apposition, a clause or a text ends here. */
const END = String.raw`(?:\s*[.,;:!…)]|\s*$| (?:and|so|but)\b)`
const HOW =
  '(?:very |really |too |still |quite |so |also |a bit |often |sometimes |just |completely |almost |already |again )*'
/** What is said to fail under a condition fails there tomorrow too. */
const CONDITION = String.raw`(?: (?:on|with|without|in|under|unless|if|when|whenever|before|until|for|as|outside|inside|because it)\b)`
const NOW = oneOf(
  'today|tonight|yesterday|right now|just now|at the moment|at present|currently|temporarily|for now|since|again',
  'this (?:morning|afternoon|evening|time|week)|last (?:night|time|week)|lately|at first',
  String.raw`once|twice|(?:two|three|several|many|\d+) times|every time|all the time|constantly|randomly|sometimes|often|a lot`,
)
const BE =
  'is|are|was|were|be|been|being|went|goes|go|gets?|got|seems?|seemed|looks?|looked|became|stays?|stayed|keeps? being'
const MET = oneOf(
  'hits?|ran into|running into|runs into|gets?|got|getting|gave|gives|returned|returns|returning|threw|throws|throwing',
  'had|having|met|due to|because of|caused by|saw|seeing|sees|received|receiving|kept|keeps|there (?:was|were|is|are)',
  'responded with|responds with|answered with|answers with|ended (?:in|with)|ends (?:in|with)|died (?:of|with)',
  'stopped by|blocked by|failed with',
)
/** A status code stands alone or before a word that says so: 500 users are none. */
const CODE = pattern(
  String.raw`(?:(?:http|status|error|code) )*(?:429|5\d\d|5xx)(?:`,
  '(?= (?:errors?|responses?|status|bad|internal|service|gateway|from|on|for|when|while|after|every|at|',
  `${NOW})\\b)|(?=${END}))`,
).source
const TROUBLE = oneOf(
  'timeouts?|time-?outs?|rate[- ]?limit(?:s|ed|ing|er)?|too many requests|quota|outages?|hiccups?|glitch(?:es)?|crash(?:es)?',
  '(?:network|connection|connectivity|dns|internet|socket|ssl|tls|certificate|i/o|disk|memory) (?:problem|issue|trouble)s?',
  'internal server errors?|bad gateway|service unavailable|gateway time-?outs?|errors?|exceptions?|failures?|stuck',
  CODE,
)
const SERVICE = oneOf(
  'net|network|wi-?fi|internet|vpn|dns|server|api|service|site|website|host|registry|mirror|repo|repository|github|gitlab',
  'npm|pypi|docker|provider|database|db|model|endpoint|proxy|connection|cluster|machine|disk|ci|pipeline|build|deploy',
  'deployment|sandbox|browser|tool|bot|app',
)
const BAD = oneOf(
  'down|offline|slow|unavailable|unreachable|overloaded|broken|busy|unresponsive|stuck|hanging|flaky|unstable',
  'unreliable|dead|gone|full|failing',
)
const WORK = oneOf(
  'work(?:ing|ed)?|respond(?:ing|ed)?|start(?:ing|ed)?|load(?:ing|ed)?|connect(?:ing|ed)?|answer(?:ing|ed)?|reachable',
  'available|completed?|finish(?:ing|ed)?|succeed(?:ed)?|run(?:ning)?|build|install|open',
)
const REACH = oneOf(
  '(?:be )?(?:reach(?:ed)?|contact(?:ed)?|resolved?|download(?:ed)?|fetch(?:ed)?|load(?:ed)?|install(?:ed)?|completed?)',
  'connect|respond|log in',
)

/** Each is the telling of a mishap: what went wrong, and that it did. */
const MISHAPS: readonly RegExp[] = [
  /\b(?:timed[- ]out|tim(?:es|ing) out)\b/,
  /\be(?:conn(?:refused|reset|aborted)|timedout|sockettimedout|notfound|ai_again|netunreach|hostunreach|pipe|nospc|nomem|mfile|busy)\b/,
  /\b(?:sigkill|oom ?killed|socket hang(?:s|ed)? ?up|broken pipe|segmentation fault|heap out of memory|quota exceeded)\b/,
  /\bno space (?:is |was )?left\b|\b(?:ran|runs?|running|was|were|is|are|went) out of (?:memory|disk|space|quota|tokens|credits?)\b/,
  /\b(?:disk|drive|partition|volume|storage) full\b|\brate[- ]limited\b(?! to \d)/,
  pattern(
    String.raw`\b(?:disk|drive|partition|volume|storage|quota|tmp)\b.{0,20}\b(?:${BE}) ${HOW}(?:full|exhausted|used up|exceeded)\b`,
  ),
  /\bconnections? (?:(?:was|were|is|got|has been|keeps? (?:being|getting)) )?(?:refused|reset|lost|dropped|aborted|interrupted)\b/,
  pattern(String.raw`\b${MET} ${A}(?:\w+ ){0,2}${TROUBLE}(?![\w-])`),
  pattern(
    String.raw`\b${TROUBLE} (?:happened|occurred|came|appeared|showed up|stopped|prevented|broke|kept|made it|${NOW})\b`,
  ),
  pattern(String.raw`\b${SERVICE}s? (?:${BE}) (?:${NOW} )?${HOW}${BAD}\b`),
  /\bno (?:internet|network|connection|connectivity)\b|\b(?:internal server error|bad gateway|service unavailable|gateway time-?out)$/,
  /\b(?:intermittent(?:ly)?|sporadic(?:ally)?|flaky) (?:today|again|lately|network|connection|wi-?fi|internet|server|api|errors?|fail\w*)\b/,
  pattern(String.raw`\b(?:${BE}) ${HOW}(?:flaky|intermittent|sporadic|spotty|glitchy)(?![\w-])`),
  /\btemporar(?:y|ily) (?:down|un\w+able|failures?|errors?|outages?|problems?|issues?|blocked|broken|disabled|overloaded|failing|not)\b/,
  /\btry (?:it )?again (?:later|tomorrow|in an? )|\btry later\b/,
  // "Failed jobs" are a thing; "failed to", "failed again" and "failed." are an event.
  pattern(
    String.raw`(?:^|[.:;,!] )failed (?:to|with|again|because|due|while|when)\b|\S failed(?: (?:to|with|because|due|on|in|at|for|after|when|while|last|${NOW})\b|${END})`,
  ),
  /\b(?:is|are|was|were|kept|keeps?|been|started|still) (?:still |always |again )?failing\b/,
  /\bkeeps? (?:on )?(?:crashing|hanging|stalling|dying|breaking|disconnecting|restarting|freezing)\b/,
  /\b(?:crashed|froze|hung|stalled|disconnected|gave up|broke (?:down|today|again|yesterday))\b/,
  pattern(
    String.raw`\b(?:did${NOT}|would${NOT}|was${NOT}|has${NOT} been|stopped) (?:really |even |actually |quite )?${WORK}\b`,
  ),
  pattern(
    String.raw`\b(?:won['’]?t|is${NOT}|are${NOT}|does${NOT}|do${NOT}) (?:really |even |actually )?${WORK}\b(?!${CONDITION})`,
  ),
  pattern(String.raw`\b(?:could${NOT}|can['’]?t|cannot|(?:was|were|is) unable to) ${REACH}\b`),
  pattern(String.raw`\b(?:fails|crashes|breaks|hangs|stalls|errors out)(?!${CONDITION})(?: ${NOW}\b|${END})`),
  /\b(?:sometimes|randomly|occasionally|often|constantly) (?:fails|crashes|hangs|breaks|times out|stalls|disconnects)\b/,
  pattern(
    String.raw`\b(?:is|are|was|were) ${HOW}(?:down|overloaded|unavailable|unreachable|unresponsive|broken)(?: ${NOW}\b| for\b|${END})`,
  ),
  /\b(?:had|during|because of|there (?:was|is)) (?:an? )?(?:\w+ )?(?:outage|downtime|incident|maintenance window)\b/,
]
const LONGEST = 1_000

/** True where a sentence tells of a failure that may be over tomorrow. English; of a longer text the beginning counts. */
export function isTransient(text: string): boolean {
  const words = onOneLine(text.normalize('NFKC').slice(0, LONGEST).toLowerCase())
  return MISHAPS.some((mishap) => mishap.test(words))
}
