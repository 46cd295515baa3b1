import { savepoint } from './index.js'

export default savepoint.vite
