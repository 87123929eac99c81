// How the console becomes static files: one page, one script, one style sheet, nothing loaded from elsewhere.
import { defineConfig } from 'vite'

// oxlint-disable-next-line import/no-default-export -- Vite asks for one
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    modulePreload: false,
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})
