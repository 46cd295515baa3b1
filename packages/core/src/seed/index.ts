export { findSeeds, type SeedFile } from './find.js'
export { runSeed, type SeedContext } from './run.js'
