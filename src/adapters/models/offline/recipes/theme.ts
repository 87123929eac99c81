// Colours for the pages that recipes make: words of a request ("in blue", "dark") become a small set of CSS variables.

export type Theme = { readonly mode: 'light' | 'dark' | 'auto'; readonly colour: ColourName }

/** Each accent with a contrast of at least 4.5:1 against the page it stands on. */
export const COLOURS = {
  blue: { light: '#1d4ed8', dark: '#93c5fd' },
  green: { light: '#15803d', dark: '#86efac' },
  red: { light: '#b91c1c', dark: '#fca5a5' },
  purple: { light: '#7e22ce', dark: '#d8b4fe' },
  orange: { light: '#c2410c', dark: '#fdba74' },
  pink: { light: '#be185d', dark: '#f9a8d4' },
  teal: { light: '#0f766e', dark: '#5eead4' },
  yellow: { light: '#854d0e', dark: '#fde047' },
} as const
export type ColourName = keyof typeof COLOURS

/** None that people ask for first: "now make it blue" is to change something. */
const DEFAULT: ColourName = 'teal'

const SYNONYMS: Readonly<Record<string, ColourName>> = {
  violet: 'purple',
  turquoise: 'teal',
  rose: 'pink',
  gold: 'yellow',
}

const LIGHT = { page: '#f8fafc', card: '#ffffff', text: '#0f172a', quiet: '#475569' }
const DARK = { page: '#0b1120', card: '#172033', text: '#f1f5f9', quiet: '#a8b5c8' }

/** The theme that the words ask for; null when they name neither a colour nor a mode. */
export function themeIn(text: string): Theme | null {
  const words: readonly string[] = text.toLowerCase().match(/[a-z]+/g) ?? []
  const mode = words.includes('dark') ? 'dark' : words.includes('light') ? 'light' : null
  let colour: ColourName | null = null
  for (const word of words) if (colour === null) colour = isColour(word) ? word : (SYNONYMS[word] ?? null)
  return mode === null && colour === null ? null : { mode: mode ?? 'auto', colour: colour ?? DEFAULT }
}

export function themeOrDefault(text: string): Theme {
  return themeIn(text) ?? { mode: 'auto', colour: DEFAULT }
}

/** The `:root` block, and for `auto` the one that follows the reader's system. */
export function themeCss(theme: Theme): string {
  const root = (scheme: 'light' | 'dark', declaration: string, indent: string): string => {
    const { page, card, text, quiet } = scheme === 'light' ? LIGHT : DARK
    const lines = [
      `color-scheme: ${declaration};`,
      `--page: ${page};`,
      `--card: ${card};`,
      `--text: ${text};`,
      `--quiet: ${quiet};`,
      `--accent: ${COLOURS[theme.colour][scheme]};`,
    ]
    return `${indent}:root {\n${lines.map((line) => `${indent}  ${line}`).join('\n')}\n${indent}}`
  }
  if (theme.mode !== 'auto') return root(theme.mode, theme.mode, '')
  return `${root('light', 'light dark', '')}\n\n@media (prefers-color-scheme: dark) {\n${root('dark', 'light dark', '  ')}\n}`
}

export function describeTheme(theme: Theme): string {
  return theme.mode === 'auto' ? theme.colour : `${theme.mode} ${theme.colour}`
}

function isColour(word: string): word is ColourName {
  return Object.hasOwn(COLOURS, word)
}
