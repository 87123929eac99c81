// The pages that people see.
import { html } from './html.js'

const TITLE = '{{title}}'
export const LONGEST_NOTE = 500

export function notesPage({ notes, text = '', problem = null }) {
  return page(
    TITLE,
    html`<h1>${TITLE}</h1>
      <p class="lead">Write down what should not be forgotten.</p>
      <form method="post" action="/notes" class="card">
        <label for="text">New note</label>
        <textarea
          id="text"
          name="text"
          rows="3"
          maxlength="${LONGEST_NOTE}"
          required
          ${problem === null ? '' : html`aria-invalid="true" aria-describedby="problem"`}
        >
${text}</textarea>
        ${problem === null ? null : html`<p id="problem" class="problem" role="alert">${problem}</p>`}
        <button>Add the note</button>
      </form>
      <h2>Notes</h2>
      ${
        notes.length === 0
          ? html`<p class="empty">There are no notes yet.</p>`
          : html`<ul class="notes">
              ${notes.map(noteItem)}
            </ul>`
      }`,
  )
}

function noteItem({ id, text, created_at: at }) {
  return html`<li class="card">
    <p>${text}</p>
    <div class="row">
      <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')}</time>
      <form method="post" action="/notes/${id}/delete">
        <button class="quiet" aria-label="Delete the note: ${text.slice(0, 60)}">Delete</button>
      </form>
    </div>
  </li>`
}

export function messagePage(heading, sentence) {
  return page(
    `${heading} - ${TITLE}`,
    html`<h1>${heading}</h1>
      <p class="lead">${sentence}</p>
      <p><a href="/">Back to the notes</a></p>`,
  )
}

function page(title, content) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/styles.css" />
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `
}
