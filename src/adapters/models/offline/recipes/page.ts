// The look that all pages of the recipes share: one style sheet, and text made safe for HTML.
import type { Theme } from './theme.ts'
import { themeCss } from './theme.ts'

export function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** `text` as a JavaScript (or JSON, or Python) string literal in single quotes. */
export function quotedLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

export function styleSheet(theme: Theme): string {
  return `${themeCss(theme)}

* {
  box-sizing: border-box;
}

body {
  margin: 0;
  min-height: 100vh;
  display: flex;
  flex-direction: column;
  background: radial-gradient(circle at 20% 0%, color-mix(in srgb, var(--accent) 16%, transparent), transparent 55%) var(--page);
  color: var(--text);
  font: 1.0625rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}

main {
  flex: 1;
  display: grid;
  place-content: center;
  padding: 2rem 1.25rem;
}

.card {
  max-width: 42rem;
  padding: clamp(1.75rem, 6vw, 3.5rem);
  border-radius: 1.25rem;
  border-top: 0.3rem solid var(--accent);
  background: var(--card);
  box-shadow: 0 1.25rem 3rem rgb(15 23 42 / 0.12);
}

h1 {
  margin: 0 0 0.5rem;
  font-size: clamp(2rem, 7vw, 3.5rem);
  line-height: 1.1;
  letter-spacing: -0.02em;
  overflow-wrap: anywhere;
}

h2 {
  margin: 1.75rem 0 0.25rem;
}

p {
  margin: 0.5rem 0;
}

.quiet {
  color: var(--quiet);
}

a {
  color: var(--accent);
}

a:focus-visible {
  outline: 0.2rem solid var(--accent);
  outline-offset: 0.2rem;
  border-radius: 0.2rem;
}

nav {
  display: flex;
  gap: 1.25rem;
  padding: 1.25rem;
}

nav [aria-current='page'] {
  font-weight: 600;
  text-decoration: none;
}

footer {
  padding: 1.25rem;
  text-align: center;
  color: var(--quiet);
  font-size: 0.9rem;
}
`
}

/** The page of the greeting apps, with its style sheet beside it. */
export function greetingPage(greeting: string, server: string): string {
  const text = htmlText(greeting)
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${text}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <main>
      <div class="card">
        <h1>${text}</h1>
        <p class="quiet">This page is served by ${server}.</p>
      </div>
    </main>
  </body>
</html>
`
}
