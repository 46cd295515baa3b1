export const sumFileName = 'atlas.sum'
