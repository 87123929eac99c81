// Colours for a terminal that has them (NO_COLOR and redirected output switch them off).
import { styleText } from 'node:util'

export type Paint = Readonly<Record<'bold' | 'dim' | 'green' | 'red', (text: string) => string>>

export function createPaint(stream: NodeJS.WriteStream): Paint {
  const style = (format: 'bold' | 'dim' | 'green' | 'red') => (text: string) => styleText(format, text, { stream })
  return { bold: style('bold'), dim: style('dim'), green: style('green'), red: style('red') }
}
