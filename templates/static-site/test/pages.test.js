// What holds for every page: it can be found, understood and used by everyone, and no link in it is dead.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const SITE = new URL('../site/', import.meta.url)
const pages = readdirSync(SITE, { recursive: true })
  .filter((path) => path.endsWith('.html'))
  .map((path) => ({ path, html: readFileSync(new URL(path, SITE), 'utf8') }))

const count = (html, pattern) => [...html.matchAll(pattern)].length

test('there is a front page and a page for what is not there', () => {
  const paths = pages.map(({ path }) => path)
  assert.ok(paths.includes('index.html'))
  assert.ok(paths.includes('404.html'))
})

for (const { path, html } of pages) {
  test(`${path} says what it is`, () => {
    assert.match(html, /^<!doctype html>/i)
    assert.match(html, /<html lang="[a-z]{2}/)
    assert.match(html, /<meta name="viewport"/)
    assert.match(html, /<title>[^<]{1,100}<\/title>/)
    assert.match(html, /<meta name="description" content="[^"]{10,200}"/)
    assert.equal(count(html, /<h1[\s>]/g), 1, 'one main heading')
    assert.equal(count(html, /<main[\s>]/g), 1, 'one main part')
  })

  test(`${path} has a text for every picture and an id only once`, () => {
    for (const [picture] of html.matchAll(/<img\b[^>]*>/g)) assert.match(picture, /\balt="/)
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  test(`${path} loads nothing from elsewhere and runs nothing inline`, () => {
    for (const [, address] of html.matchAll(/<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="([^"]*)"/g))
      assert.match(address, /^\/(?!\/)/, `${address} should begin with one slash`)
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son[a-z]+="|\sstyle="/i)
  })

  test(`${path} has no dead link`, () => {
    for (const [, address] of html.matchAll(/\b(?:href|src)="([^"]*)"/g)) {
      if (/^(?:https?|mailto|tel):/.test(address)) continue
      const [place, anchor] = address.split('#')
      const target = place === '' ? path : fileOf(place)
      assert.ok(target !== null, `${address} leads nowhere`)
      if (anchor !== undefined)
        assert.match(readFileSync(new URL(target, SITE), 'utf8'), new RegExp(`\\bid="${RegExp.escape(anchor)}"`))
    }
  })
}

function fileOf(place) {
  const path = place.replace(/^\//, '')
  const candidates = place.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`]
  return candidates.find((file) => /\.\w+$/.test(file) && existsSync(fileURLToPath(new URL(file, SITE)))) ?? null
}
