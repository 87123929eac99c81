// Puts a project's name and title into the files of a template: two placeholders, exactly written, and nothing else.
import type { TemplateFile } from '../ports/templates.ts'

export type ProjectNames = {
  /** kebab-case: for package names, images and commands. */
  readonly name: string
  /** For people: letters, digits, spaces and .-_ alone, so that it can stand in any language of markup or code. */
  readonly title: string
}

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const NAME_CHARACTERS = 60
const NOT_IN_TITLES = /[^\p{L}\p{N}\p{M} ._-]+/gu
const TITLE_CHARACTERS = 80

export function isProjectName(text: string): boolean {
  return text.length <= NAME_CHARACTERS && NAME.test(text)
}

/** `my-shop` -> `My shop`. What could mean something to markup or code is taken out of a given title. */
export function projectNames(name: string, title: string = name.replaceAll('-', ' ')): ProjectNames {
  if (!isProjectName(name)) throw new Error(`not a project's name: ${JSON.stringify(name)}`)
  const plain = title.normalize('NFC').replaceAll(NOT_IN_TITLES, ' ').replaceAll(/ +/g, ' ').trim()
  const short = Array.from(plain).slice(0, TITLE_CHARACTERS).join('').trim()
  return { name, title: short === '' ? name : short.charAt(0).toUpperCase() + short.slice(1) }
}

/** `{{name}}` and `{{title}}` alone; `{{ name }}`, as template languages write it, is the project's own. */
export function fillText(text: string, names: ProjectNames): string {
  return text.replaceAll(/\{\{(name|title)\}\}/g, (_, key: 'name' | 'title') => names[key])
}

/** What is no UTF-8 text comes out as it went in. */
export function fillFile(file: TemplateFile, names: ProjectNames): TemplateFile {
  const text = textOf(file.bytes)
  if (text === null) return file
  const filled = fillText(text, names)
  return filled === text ? file : { path: file.path, bytes: new TextEncoder().encode(filled) }
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
