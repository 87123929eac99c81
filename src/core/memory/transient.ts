// Tells what happened once from what holds: a timeout of today is no lesson for tomorrow, and an agent that learns it avoids for good
// what only failed that day.

const ERROR_CODE = String.raw`(?:429|5\d\d|5xx)`
const SERVICE = String.raw`(?:the |our |its |their |my )?(?:[\w.@/-]+ ){0,2}(?:net|network|wi-?fi|internet|vpn|dns|server|api|service|site|website|host|registry|mirror|repo|repository|github|gitlab|npm|pypi|docker|provider|database|db|model|endpoint|proxy|connection|cluster|machine|disk|ci|pipeline|build|deploy|deployment|sandbox|browser|tool)s?`
const BE = String.raw`(?:is|are|was|were|be|been|being|went|goes|go|gets?|got|seems?|seemed|looks?|looked|became|stays?|stayed|keeps? being)`
const NOW = String.raw`(?:today|tonight|yesterday|right now|just now|at the moment|at present|currently|temporarily|for now|this (?:morning|afternoon|evening|time|week)|last (?:night|time|week)|lately|again|at first|once|twice|(?:two|three|several|many|\d+) times)`
const MET = String.raw`(?:hits?|hit|ran into|running into|runs into|gets?|got|getting|gave|gives|returned|returns|returning|threw|throws|throwing|had|has|have|having|met|due to|because of|caused by|saw|seeing|sees|received|receiving|responded with|responds with|answered with|answers with|ended (?:in|with)|ends (?:in|with)|died (?:of|with)|stopped by|blocked by|kept|keeps|there (?:was|were|is|are))`
const TROUBLE = String.raw`(?:timeouts?|time-?outs?|rate[- ]?limit(?:s|ed|ing|er)?|too many requests|quota|(?:network|connection|connectivity|dns|internet|socket|ssl|tls|certificate|i/o|disk|memory) (?:errors?|problems?|issues?|failures?|troubles?|outages?)|internal server errors?|bad gateway|service unavailable|gateway time-?outs?|(?:http )?(?:status |error |code )*${ERROR_CODE}(?: errors?)?|errors?|exceptions?|failures?|outages?|hiccups?|glitch(?:es)?|crash(?:es)?|stuck)`
const CONDITION = String.raw`(?:on|with|without|in|under|unless|if|when|whenever|before|until|for|as|outside|inside|because it)`

const EPISODES: readonly RegExp[] = [
  /\b(?:timed[- ]out|tim(?:es|ing) out)\b/,
  /\b(?:ECONN(?:REFUSED|RESET|ABORTED)|ETIMEDOUT|ESOCKETTIMEDOUT|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EPIPE|ENOSPC|ENOMEM|EMFILE|EBUSY|SIGKILL|OOM(?:Killed)?)\b/i,
  /\bsocket hang(?:s|ed)? ?up\b|\bbroken pipe\b|\bsegmentation fault\b|\bheap out of memory\b/,
  /\bno space (?:is |was )?left\b|\b(?:ran|runs|run|running|was|were|is|are|went) out of (?:memory|disk|space|quota|tokens|credits?)\b/,
  /\b(?:disk|drive|partition|volume|storage|quota|tmp)\b.{0,20}\b(?:is|was|were|are|got|became|being|ran) (?:completely |almost |already )?(?:full|exhausted|used up|exceeded)\b/,
  /\b(?:disk|drive) full\b|\bquota exceeded\b|\brate[- ]limited\b(?! to \d)/,
  /\bconnections? (?:(?:was|were|is|got|has been|keeps? (?:being|getting)) )?(?:refused|reset|lost|dropped|aborted|closed unexpectedly|interrupted)\b/,
  new RegExp(
    String.raw`\b${MET} (?:an? |the |some |many |several |lots of |too many |another |being |getting |with |his |her |its |their )*(?:\w+ ){0,2}${TROUBLE}(?![\w-])`,
  ),
  new RegExp(
    String.raw`\b${TROUBLE} (?:happened|occurred|came|appeared|showed up|stopped|prevented|broke|kept|made it)\b`,
  ),
  new RegExp(
    String.raw`\b${SERVICE} (?:api |server |site )?${BE} (?:${NOW} |still |also |very |too |really |often |sometimes |just )*(?:down|offline|slow|unavailable|unreachable|overloaded|broken|busy|unresponsive|stuck|hanging|flaky|unstable|unreliable|dead|gone|full|failing)\b`,
  ),
  new RegExp(
    String.raw`\b(?:network|wi-?fi|internet|connection|vpn|dns) (?:problems?|errors?|issues?|troubles?|outages?|failures?|glitch(?:es)?) ${NOW}\b`,
  ),
  /\bno (?:internet|network|connection|connectivity)\b|\b(?:internal server error|bad gateway|service unavailable|gateway time-?out)$/,
  /\b(?:intermittent(?:ly)?|sporadic(?:ally)?|flak(?:y|ed|iness)) (?:today|again|lately|network|connection|wi-?fi|internet|server|api|errors?|failures?|problems?|issues?|fail\w*)\b/,
  new RegExp(String.raw`\b${BE} (?:\w+ )?(?:flaky|intermittent|sporadic|spotty|glitchy)\b`),
  /\btemporar(?:y|ily) (?:down|unavailable|unreachable|failures?|errors?|outages?|problems?|issues?|glitch(?:es)?|blocked|broken|disabled|overloaded|failing|not)\b/,
  /\btry (?:it )?again (?:later|tomorrow|in an? )|\btry later\b/,
  /\b(?:has|have|had|having|just|also|then|both|all|it|that|this|which|they|\w+s?|\)) failed(?: (?:to|with|again|because|due|on|in|at|for|after|when|while|once|twice|yesterday|today|last|this|several|three|two|\d+|and|but|so)\b|\s*[.,;:!…)]|\s*$)/,
  /\b(?:is|are|was|were|kept|keeps?|been|started|still) (?:still |always |again )?failing\b/,
  /\bkeeps? (?:on )?(?:crashing|hanging|stalling|dying|breaking|disconnecting|restarting|freezing)\b/,
  /\b(?:crashed|froze|hung|stalled|disconnected|gave up|broke (?:down|today|again|yesterday))\b/,
  /\b(?:did(?:n['’]?t| not)|won['’]?t|would(?:n['’]?t| not)|stopped|isn['’]?t|is not|wasn['’]?t|was not|aren['’]?t|hasn['’]?t been) (?:really |even |actually |quite )?(?:work(?:ing|ed)?|respond(?:ing|ed)?|start(?:ing|ed)?|load(?:ing|ed)?|connect(?:ing|ed)?|answer(?:ing|ed)?|reach(?:able|ed)?|available|complete[d]?|finish(?:ing|ed)?|succeed(?:ed)?|run(?:ning)?|build|install|open|respond)\b/,
  new RegExp(String.raw`\b(?:does(?:n['’]?t| not)|do(?:n['’]?t| not)) work(?! (?:${CONDITION})\b)`),
  /\b(?:could(?:n['’]?t| not)|can['’]?t|cannot|was unable to|were unable to|is unable to) (?:be )?(?:reach(?:ed)?|connect(?:ed)?|resolve[d]?|contact(?:ed)?|download(?:ed)?|fetch(?:ed)?|respond|load(?:ed)?|log in|be reached|install(?:ed)?)\b/,
  new RegExp(
    String.raw`\b(?:fails|crashes|breaks|hangs|stalls|errors out)(?! (?:${CONDITION})\b)(?: (?:${NOW}|sometimes|often|randomly|all the time|constantly|most of the time|every time|a lot)|\s*[.,;:!…)]|\s*$| (?:and|so|but)\b)`,
  ),
  /\b(?:sometimes|randomly|occasionally|often|constantly) (?:fails|crashes|hangs|breaks|times out|stalls|disconnects)\b/,
  /\b(?:is|are|was|were) (?:currently |temporarily |still )?(?:down|overloaded|unavailable|unreachable|unresponsive|broken)(?: (?:today|right now|at the moment|again|for|now|since|yesterday|this)\b|\s*[.,;:!…)]|\s*$)/,
  /\b(?:had|was|is|had an?|during an?|because of an?|there (?:was|is) an?) (?:\w+ )?(?:outage|downtime|incident|maintenance window)\b/,
]

/** True where a sentence tells of a failure that may be over tomorrow. Linear enough for the length of a fact; English. */
export function isTransient(text: string): boolean {
  const words = text.normalize('NFKC').slice(0, 2_000).toLowerCase().replace(/\s+/g, ' ').trim()
  return EPISODES.some((episode) => episode.test(words))
}
