import savepoint from 'unplugin-savepoint/vite'
import { defineConfig } from 'vite'
import { api } from './server/plugin.ts'

export default defineConfig({
  plugins: [savepoint(), api()],
})
