// Telegram counts entities in UTF-16 units but names places in what it cannot parse by UTF-8 bytes.

/** Bytes before a UTF-16 index. */
export function byteOffset(source: string, index: number): number {
  return Buffer.byteLength(source.slice(0, index), 'utf8')
}

/** True between the halves of a surrogate pair, where no entity may begin or end. */
export function isInsideCharacter(text: string, index: number): boolean {
  return isHalf(text.charCodeAt(index - 1), 0xd800) && isHalf(text.charCodeAt(index), 0xdc00)
}

function isHalf(unit: number, first: number): boolean {
  return unit >= first && unit < first + 0x400
}

/** What the parsers call white space: the end of the source counts, as it does where strings end with a zero. */
export function isSpace(char: string | undefined): boolean {
  return char === undefined || char === '' || ' \t\r\n\v\0'.includes(char)
}

/** "\r\n" and "\n\r" are one line break; 0 where there is none. */
export function lineBreakLength(source: string, at: number): number {
  const [first, second] = [source[at], source[at + 1]]
  if (first !== '\n' && first !== '\r') return 0
  return (second === '\n' || second === '\r') && second !== first ? 2 : 1
}
