// Finds the words that a page is asked to show.

const SAYS =
  '(?:that |which |to |and )?(?:say|says|saying|show|shows|showing|display|displays|displaying|print|prints|printing|greet(?:s|ing)? (?:me|users|visitors|people)? ?with|reads|reading|with the (?:text|greeting|words|message|title|heading)|with (?:text|greeting|message))'
const QUOTED = /["“”«»`]([^"“”«»`\n]{1,120})["“”«»`]|(?<![\w])['‘]([^\n]{1,120}?)['’](?![\w])/
const UNQUOTED = new RegExp(
  `\\b${SAYS} (.+?)(?= (?:in|with|using|and|on|as) |[.!?](?:\\s|$)|,? (?:please|thanks)|$)`,
  'i',
)

/** The greeting that `request` names, as it should be shown; null when it names none. */
export function greetingIn(request: string): string | null {
  const literal = QUOTED.exec(request)
  const words = literal?.[1] ?? literal?.[2]
  if (words !== undefined && words.trim() !== '') return words.trim()
  if (/\bhello,?[ -]world\b/i.test(request)) return 'Hello, world!'
  const said = UNQUOTED.exec(request)?.[1]?.trim()
  if (
    said !== undefined &&
    said !== '' &&
    !/^(?:a|an|the|my|all|some|how|what|your)\b/i.test(said) &&
    said.length <= 80
  )
    return capitalised(said)
  const name = /\bhello,?[ -]([\p{Lu}][\p{L}'-]{1,30})\b/u.exec(request)?.[1]
  return name === undefined ? null : `Hello, ${name}!`
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
