// What people say to each other without wanting anything done: thanks, greetings, agreement, moods, plain statements.

export type SmallTalk =
  | 'greeting'
  | 'thanks'
  | 'farewell'
  | 'agreement'
  | 'praise'
  | 'complaint'
  | 'dismissal'
  | 'laughter'
  | 'statement'

const GREETING =
  /^(?:hi+|hello+|hey+|hiya|howdy|yo|hallo|greetings|good (?:morning|evening|afternoon|day)|morning|how are you(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|what'?s up|sup|nice to meet you|pleased to meet you|are you (?:there|here|awake|ready))\b/
const THANKS =
  /^(?:(?:ok(?:ay)?|great|cool|perfect|nice|awesome|wow|ah|oh),? )?(?:many |a lot of )?(?:thanks|thank you|thankyou|cheers|much appreciated|appreciate it|ta|merci|danke|gracias)\b/
const FAREWELL =
  /^(?:bye+|goodbye|see you|see ya|cya|later|good ?night|take care|talk to you (?:later|soon)|have a (?:nice|good|great) .{1,20}|ciao)\b/
const AGREEMENT =
  /^(?:(?:ok(?:ay)?|ah|oh|yes),? (?:great|good|cool|fine|nice|perfect|sure|thanks)|ok(?:ay)?|k|kk|yes|yep|yeah|yup|sure|alright|all right|right|fine|got it|understood|i see|makes sense|sounds good|good to know|noted|agreed|exactly|correct|true|deal|no problem|np|no worries|you'?re welcome|of course|aha|ah|oh|hm+|mhm|uh[- ]huh|interesting|fair enough|will do|no|nope|maybe|not yet)(?: (?:please|thanks|thank you|then|sure))?$/
const PRAISE =
  /^(?:(?:that'?s |this is |it'?s |you'?re |you are |looks |it looks |that looks |that was )?(?:so |very |really |pretty |just |absolutely )*(?:great|good|nice|cool|perfect|awesome|amazing|excellent|brilliant|wonderful|fantastic|lovely|beautiful|impressive|fun|neat|sweet|super|helpful)(?: (?:job|work|one|stuff|bot|idea|to know))?|well done|good job|nice work|i (?:love|like) (?:it|this|that|you)|bravo|wow|congrats|congratulations|kudos|it works|works(?: great| fine| now)?|that works)(?: (?:now|so much|a lot|very much|already))?$/
const COMPLAINT =
  /^(?:(?:that'?s|this is|it'?s|you'?re|you are) (?:so |very |really )?(?:bad|terrible|awful|wrong|useless|stupid|annoying|slow|sad|a pity|a shame)|bad bot|i (?:hate|don'?t like) (?:it|this|that|you)|ugh+|damn|oh no|argh+|sorry|my bad|oops)$/
const DISMISSAL =
  /^(?:(?:please )?ignore|stop|cancel(?: it| that)?|never ?mind|forget (?:it|about it|that)|nothing|nvm|ignore (?:that|my last message|me)|wrong chat|just testing|testing|test test|not now|wait|hold on|one moment|leave it)(?: (?:then|please|thanks|now))?$/
const LAUGHTER = /^(?:(?:ha){2,}h?|(?:he){2,}|(?:lo)+l|lmao|rofl|xd|:-?[)(dp]|;-?\))$/
const STATEMENT =
  /^(?:i (?:am|was|have|had|think|thought|believe|guess|hope|feel|wonder|wondered|created|made|wrote|built|saw|went|just|like|love|hate|prefer|work|live|use|always|never|usually|will|don'?t|didn'?t|know|enjoy)|i'(?:m|ve|ll)|we(?:'re|'ve)? (?:are|have|had|use|work|were|did|will|don'?t)?|my \p{L}+ (?:is|are|was|has|likes|works)|he |she |they |today|yesterday|tomorrow is|it'?s (?:raining|late|monday|friday|cold|hot)|there (?:is|are|was)|the weather|\p{L}+ \p{L}+s? (?:is|are) (?:\p{L}+ )?(?:great|nice|fun|cool|boring|awesome|amazing|interesting|the best|bad|slow|hard|easy))\b/u

/** The kind of small talk that the whole of `text` is; null when there may be more in it. `text` holds plain words. */
export function smallTalkIn(text: string): SmallTalk | null {
  if (text.length > 300 || text.trim() === '') return null
  if (isOnlySigns(text)) return 'laughter'
  const words = text
    .toLowerCase()
    .replaceAll(/\b(\w{2,10})(?: \1\b){1,5}/g, '$1')
    .replaceAll(/\p{Extended_Pictographic}|\uFE0F|\u200D/gu, ' ')
    .replaceAll(/[!.…~]+/g, '.')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const parts = words.split(/[.?] ?|, /).filter((part) => part !== '')
  if (parts.length === 0) return /\p{Extended_Pictographic}/u.test(text) ? 'laughter' : null
  let kind: SmallTalk | null = null
  for (const part of parts) {
    const found = kindOf(part)
    if (found === null) return null
    kind ??= found
  }
  return kind
}

/** Of one part, without its end. A statement is looked for last: most of what people say begins like one. */
export function isStatement(text: string): boolean {
  return !text.includes('?') && STATEMENT.test(text.toLowerCase())
}

function kindOf(part: string): SmallTalk | null {
  const short = part.split(' ').length <= 7
  if (LAUGHTER.test(part)) return 'laughter'
  if (DISMISSAL.test(part)) return 'dismissal'
  if (AGREEMENT.test(part)) return 'agreement'
  if (PRAISE.test(part)) return 'praise'
  if (COMPLAINT.test(part)) return 'complaint'
  if (THANKS.test(part) && short && !/\b(?:now|then|but|please) \w/.test(part)) return 'thanks'
  if (FAREWELL.test(part) && short) return 'farewell'
  return GREETING.test(part) && isOnlyGreeting(part) ? 'greeting' : null
}

function isOnlyGreeting(part: string): boolean {
  const rest = part.replace(GREETING, '').trim()
  return /^(?:(?:there|everyone|everybody|all|you|bot|factotum|friend|team|folks|guys|again|today|to you|and good \w+|my friend|doing|world\?)\s?)*$/.test(
    rest,
  )
}

function isOnlySigns(text: string): boolean {
  return text.trim() !== '' && !/[\p{L}\p{N}]/u.test(text) && /\p{Extended_Pictographic}|[:;][-']?[)(DPp]/u.test(text)
}

const REPLIES: Readonly<Record<SmallTalk, string>> = {
  greeting: 'Hello! Tell me what to build, ask a question, or ask “what can you do?”.',
  thanks: "You're welcome.",
  farewell: 'Goodbye.',
  agreement: 'All right.',
  praise: 'Good to hear.',
  complaint: 'I am sorry. Tell me what should be different, and I will try.',
  dismissal: 'All right, I leave it.',
  laughter: '🙂',
  statement: 'Understood.',
}

export function replyTo(kind: SmallTalk): string {
  return REPLIES[kind]
}
